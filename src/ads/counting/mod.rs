//! How often creatives are seen and clicked on.
//!
//! Invariants: no address is kept, nor anything that it could be found by; a beacon costs no write, since counts wait in
//! memory and are written down together; somebody counts once in half an hour.

mod counts;
mod handlers;
mod queries;
mod stats;

pub(crate) use counts::{AdCounts, write_down};
pub(super) use handlers::routes;
