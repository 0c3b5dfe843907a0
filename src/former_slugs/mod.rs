//! Slugs that sections, tags and authors had before: readers who follow an old link are led to the present page.
//!
//! Invariants: a former slug leads to a subject that exists, in one step; no other subject of its kind can take it; a slug
//! in use is not among them. Articles keep theirs themselves, since drafts have slugs that never were public.

mod moved;
mod queries;

pub(crate) use moved::Moved;
pub(crate) use queries::{SlugKind, forget, id_of, is_kept_for_another, merged, renamed, subjects};
