//! Which addresses articles can have: what a front end or the API itself needs, and what others have, is no article's.

use super::article::Article;
use super::queries;
use crate::db::{Conn, Slugged, free_slug, lock, slug_of};
use crate::error::{Code, Error, Result};

/// First steps of paths that front ends and this API use; an article there could not be reached.
const RESERVED: &[&str] = &[
    "admin",
    "api",
    "archive",
    "articles",
    "assets",
    "auth",
    "authors",
    "collections",
    "docs",
    "edit",
    "favicon",
    "feed",
    "feeds",
    "healthz",
    "images",
    "login",
    "logout",
    "media",
    "metrics",
    "new",
    "openapi",
    "preview",
    "problems",
    "readyz",
    "robots",
    "rss",
    "search",
    "sections",
    "sitemap",
    "static",
    "tags",
    "users",
    "well-known",
];

/// Whether a slug is kept for what is no article.
pub(super) fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// What a path names: case and Unicode forms of a slug are that slug.
pub(super) fn named(text: &str) -> Slugged<Article> {
    match Slugged::parse(text) {
        Slugged::Slug(slug) if !slug.is_ascii() => Slugged::Slug(slug_of(&slug, "")),
        named => named,
    }
}

/// The slug that was asked for, where it is free; else one made from the title.
pub(super) fn choose(conn: &mut Conn, wanted: Option<&str>, title: &str, article: &Article) -> Result<String> {
    lock(conn, "article slugs")?;
    if let Some(slug) = wanted {
        if queries::slug_taken(conn, slug, article.id)? {
            return Err(Error::new(Code::SlugTaken, format!("Another article has, or had, the slug {slug:?}.")));
        }
        return Ok(slug.to_owned());
    }
    let taken = |conn: &mut Conn, slug: &str| Ok(is_reserved(slug) || queries::slug_taken(conn, slug, article.id)?);
    free_slug(conn, &slug_of(title, "article"), taken)
}
