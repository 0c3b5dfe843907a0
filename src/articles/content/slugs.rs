//! Parses an article's id or slug in a path.

use super::content::Content;
use crate::db::{Slugged, slug_of};

/// Returns the id or slug that a path names. Slugs match regardless of case and Unicode form.
pub(crate) fn named(text: &str) -> Slugged<Content> {
    match Slugged::parse(text) {
        Slugged::Slug(slug) if !slug.is_ascii() => Slugged::Slug(slug_of(&slug, "")),
        named => named,
    }
}
