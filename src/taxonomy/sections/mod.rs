//! Sections: the one place of the newspaper that an article belongs to; they may lie within each other.
//!
//! Invariant: no section lies within itself, however far up.

mod handlers;
mod operations;
mod queries;
mod section;

pub(crate) use handlers::routes;
pub(crate) use operations::{create, first, read};
pub(crate) use queries::{cards, count, find_reference, last_change, slugs};
pub(crate) use section::{Section, SectionCard, SectionDraft, SectionView};
