//! Former slugs of sections, tags and authors: readers who follow an old link are redirected to the current page.
//!
//! Invariants: a former slug leads directly to an existing resource; no other resource of its kind can take it; a current slug
//! is not among the former ones. The module `articles` stores the former slugs of articles, because the slug of a draft was
//! never public and must not redirect.

mod moved;
mod queries;

pub(crate) use moved::Moved;
pub(crate) use queries::{SlugKind, forget, id_of, is_kept_for_another, merged, renamed, subjects};
