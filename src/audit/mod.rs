//! The audit log: who did what to what, and when, read from the rows that every change leaves behind.
//!
//! Invariants: nothing is written here; an entry names people by their ids and outlives them; it never holds a secret, an
//! e-mail address or a text.

mod entry;
mod handlers;
mod queries;

pub(crate) use handlers::routes;
