//! Batches: many write operations in one request and one transaction.
//!
//! Invariants: each operation passes through the same layers as a single request, so that it is authorised and answered in the same
//! way. Either all operations are stored or none.

mod draft;
mod handlers;
mod operations;

pub(crate) use handlers::routes;
