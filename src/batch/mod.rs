//! Batches: many writes in one request and one transaction.
//!
//! Invariants: each operation goes the way that it would go alone, so that it is judged and answered as if alone; either all
//! of them are stored or none.

mod draft;
mod handlers;
mod operations;

pub(crate) use handlers::routes;
