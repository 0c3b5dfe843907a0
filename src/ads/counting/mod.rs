//! Counts the impressions of creatives and the clicks on them.
//!
//! Invariants: no IP address is stored, and none can be derived from the stored data. A beacon costs no write, because the
//! counts are collected in memory and stored together. The same action of a visitor counts only once in half an hour.

mod counts;
mod handlers;
mod queries;
mod stats;

pub(crate) use counts::{AdCounts, write_down};
pub(super) use handlers::routes;
