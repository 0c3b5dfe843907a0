//! Parses an article's id or slug in a path.

use super::content::Content;
use crate::db::{IdOrSlug, slug_of};

/// Returns the id or slug that a path names. Slugs match regardless of case and Unicode form.
pub(crate) fn named(text: &str) -> IdOrSlug<Content> {
    match IdOrSlug::parse(text) {
        IdOrSlug::Slug(slug) if !slug.is_ascii() => IdOrSlug::Slug(slug_of(&slug, "")),
        named => named,
    }
}
