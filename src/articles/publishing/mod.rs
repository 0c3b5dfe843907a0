//! The way from the desk to readers and back: publishing, scheduling, review, unpublishing, the trash.
//!
//! Invariant: this folder alone writes the published copy, whole, from one save.

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
