//! Every save of an article: listed, read, compared and restored.
//!
//! Invariants: a revision never changes; what it names that has since been deleted is said to be missing, never left out in
//! silence; restoring makes a new revision and takes none away.

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
