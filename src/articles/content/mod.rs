//! The content of an article and its views: shared by the published copy and the working copy, and independent of both.
//!
//! Invariant: nothing here reads a table of either copy; callers pass the relations of articles.

pub(super) mod cards;
#[expect(clippy::module_inception, reason = "the file with the members of the content has the name of its folder")]
pub(super) mod content;
pub(super) mod listing;
pub(super) mod seo;
pub(super) mod slugs;
pub(super) mod text;
pub(super) mod view;
