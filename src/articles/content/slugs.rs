//! How a path names an article.

use super::content::Content;
use crate::db::{Slugged, slug_of};

/// What a path names: case and Unicode forms of a slug are that slug.
pub(crate) fn named(text: &str) -> Slugged<Content> {
    match Slugged::parse(text) {
        Slugged::Slug(slug) if !slug.is_ascii() => Slugged::Slug(slug_of(&slug, "")),
        named => named,
    }
}
