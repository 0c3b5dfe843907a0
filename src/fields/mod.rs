//! Custom fields: the JSON Schemas for `custom` of articles, authors and images.
//!
//! Invariants: a save is validated by the schema that its own transaction sees, on every node; a schema that existing objects
//! violate is refused unless forced, and never changes an object; published content stays readable.

mod custom_schema;
mod document;
mod handlers;
mod operations;
mod queries;

pub(crate) use document::{ServedDocument, document};
pub(crate) use handlers::routes;
