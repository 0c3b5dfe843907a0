//! The program in real processes, on their own loopback ports.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod examples;
mod nodes;
mod people;
mod scheduler;
mod server;
mod starting;
mod stopping;
mod tour;
