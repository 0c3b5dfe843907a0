//! Export and erasure of a person's data.
//!
//! Invariants: threads keep their shape, so that other people's comments stay in place. An erased comment keeps
//! nothing but its place. No event identifies the person.

mod handlers;
mod operations;
mod queries;
mod views;

pub(super) use handlers::routes;
pub(super) use queries::clear_personal_data;
