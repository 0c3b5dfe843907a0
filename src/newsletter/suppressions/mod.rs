//! Suppressions: email addresses that get no newsletter, whoever asks.
//!
//! Invariant: an email address is stored only as a keyed hash, so that a suppression can outlive the erasure
//! of its owner's data.

mod handlers;
mod operations;
mod queries;
mod suppression;

pub(super) use handlers::routes;
pub(super) use operations::suppress;
pub(super) use queries::{forget, look_up, of_addresses};
pub(crate) use suppression::SuppressionReason;
