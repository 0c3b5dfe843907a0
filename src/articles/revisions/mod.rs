//! Revisions of articles: listing, reading, comparing and restoring them.
//!
//! Invariants: a revision never changes; references to deleted resources are always reported as missing; restoring adds a revision
//! and deletes none.

mod content;
mod difference;
mod handlers;
mod operations;
mod queries;
mod restoring;
mod revision;
mod words;

#[cfg(test)]
pub(super) use content::RevisionContent;
pub(super) use handlers::{note_of, routes};
