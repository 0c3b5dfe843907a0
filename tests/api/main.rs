//! The tests of what users get over HTTP: one binary, a file for each resource.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod article_lists;
mod articles;
mod auth;
mod contract;
mod errors;
mod idempotency;
mod leaks;
mod migrations;
mod newsroom;
mod paging;
mod policy;
mod postgres;
mod publishing;
mod sections;
#[path = "../support/mod.rs"]
mod support;
mod tidy;
