//! How a path names an article.

use super::content::Content;
use crate::db::{IdOrSlug, slug_of};

/// What a path names: case and Unicode forms of a slug are that slug.
pub(crate) fn named(text: &str) -> IdOrSlug<Content> {
    match IdOrSlug::parse(text) {
        IdOrSlug::Slug(slug) if !slug.is_ascii() => IdOrSlug::Slug(slug_of(&slug, "")),
        named => named,
    }
}
