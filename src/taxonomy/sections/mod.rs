//! Sections: an article belongs to at most one; sections may be nested.
//!
//! Invariant: no section is its own ancestor.

mod handlers;
mod operations;
mod queries;
mod section;

pub(crate) use handlers::routes;
pub(crate) use operations::{create, first, read};
pub(crate) use queries::{cards, count, find_reference, last_change, slugs};
pub(crate) use section::{Section, SectionCard, SectionDraft, SectionView};
