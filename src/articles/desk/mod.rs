//! The working copy: its row and text, the drafts that clients send, its states and plan, its saves, and its editor views.
//!
//! Invariants: code that changes an article holds the lock "articles"; every save is a revision, kept forever; nothing here writes
//! the published version.

pub(super) mod article;
mod body_forms;
pub(super) mod conflict;
pub(super) mod draft;
pub(super) mod listing;
pub(super) mod members;
pub(super) mod operations;
pub(super) mod parse;
pub(super) mod plan;
pub(super) mod plan_queries;
pub(super) mod queries;
mod referent_queries;
pub(super) mod referents;
pub(super) mod rights;
pub(super) mod slugs;
pub(super) mod views;
pub(super) mod workflow;
