//! Custom fields: the JSON Schemas that `custom` of articles, authors and images must fit.
//!
//! Invariants: a save is checked by the schema that holds in its own transaction, on every node; a schema is not accepted
//! silently over objects that do not fit it, and never changes one; what is published stays readable.

mod custom_schema;
mod document;
mod handlers;
mod operations;
mod queries;

pub(crate) use document::{ServedDocument, document};
pub(crate) use handlers::routes;
