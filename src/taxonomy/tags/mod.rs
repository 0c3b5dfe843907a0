//! Tags: what articles are about; made by whoever writes, kept by editors.
//!
//! Invariant: what a tag is called is found without regard to case, so that writing it differently makes no second one.

mod handlers;
mod operations;
mod queries;
mod tag;

pub(crate) use handlers::routes;
pub(crate) use operations::{could_be, find_or_create, read};
pub(crate) use queries::{count, last_change, meant, slugs};
pub(crate) use tag::{Label, Tag, TagCard, TagDraft, TagView};
