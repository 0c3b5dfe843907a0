//! Batches: many write operations in one request and one transaction.
//!
//! Invariants: each operation passes through the same layers as if it were sent alone, so that it is authorised and answered in
//! the same way; either all operations are stored or none.

mod draft;
mod handlers;
mod operations;

pub(crate) use handlers::routes;
