//! What belongs to a person: all they ever wrote, given to them or taken away.
//!
//! Invariants: threads keep their shape, so that what others said stays where it stands; of what was erased nothing is left but
//! that it was there; no event says whose it was.

mod handlers;
mod operations;
mod queries;
mod views;

pub(super) use handlers::routes;
pub(super) use queries::blank;
