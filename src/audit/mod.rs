//! The audit log: who changed what, and when, read from the events that every change records.
//!
//! Invariants: this module writes nothing. An entry names users by id and outlives them. It never contains a secret,
//! an email address or a text.

mod entry;
mod handlers;
mod queries;

pub(crate) use handlers::routes;
