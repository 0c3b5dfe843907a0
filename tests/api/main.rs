//! The tests of what users get over HTTP: one binary, a file for each resource.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod auth;
mod authors;
mod comments;
mod contract;
mod errors;
mod images;
mod migrations;
mod newsroom;
mod paging;
mod policy;
mod postgres;
mod sections;
mod site;
#[path = "../support/mod.rs"]
mod support;
mod taxonomy;
mod tidy;
