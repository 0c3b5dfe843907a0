//! Tags: the subjects of articles; created by every writer, maintained by editors.
//!
//! Invariant: tags are found by name without regard to case, so that a different spelling creates no second tag.

mod handlers;
mod operations;
mod queries;
mod tag;

pub(crate) use handlers::routes;
pub(crate) use operations::{could_be, find_or_create, read};
pub(crate) use queries::{count, last_change, meant, slugs};
pub(crate) use tag::{Label, Tag, TagCard, TagDraft, TagView};
