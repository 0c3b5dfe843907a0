//! Publishing, scheduling, review, withdrawal, and the trash.
//!
//! Invariant: only this folder writes the published version, always as a whole and from one revision.

mod drafts;
pub(super) mod handlers;
mod publication_queries;
pub(super) mod publish;
mod release;
mod review;
pub(super) mod saving;
pub(super) mod schedule;
mod snapshots;
pub(super) mod trash;
