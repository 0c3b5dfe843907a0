//! The tests of what users get over HTTP: one binary, a file for each resource.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod account_mails;
mod article_lists;
mod articles;
mod attacks;
mod audit;
mod auth;
mod authors;
mod batches;
mod comments;
mod contract;
mod desk;
mod desk_model;
mod dry_runs;
mod errors;
mod idempotency;
mod images;
mod invitations;
mod leaks;
mod mail_delivery;
mod migrations;
mod newsroom;
mod paging;
mod policy;
mod postgres;
mod previews;
mod publishing;
mod renditions;
mod revisions;
mod scheduling;
mod schemas;
mod sections;
mod site;
mod slugs;
mod stale;
#[path = "../support/mod.rs"]
mod support;
mod taxonomy;
mod tidy;
mod translations;
mod trending;
mod workflow;
