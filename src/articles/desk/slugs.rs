//! The slugs of articles: reserved slugs and slugs of other articles are refused.

use serde_json::json;

use super::super::content::content::ArticleId;
use super::super::public::queries::published;
use super::draft::ArticleDraft;
use super::queries;
use super::rights::owns;
use crate::db::{Conn, Lock, free_slug, slug_of};
use crate::error::{Code, Error, Result};
use crate::users::{Caller, Writer};

/// The first segments of paths that front ends and this API use; an article with such a slug could not be reached.
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

/// Checks whether a slug is reserved.
pub(crate) fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// Returns the slug of a draft, if it is free, or else an error. A draft without a slug gets a free one, derived from the title.
pub(crate) fn choose(conn: &mut Conn, caller: &Caller<Writer>, draft: &ArticleDraft, article: ArticleId) -> Result<String> {
    Lock::ArticleSlugs.take(conn)?;
    if let Some(slug) = &draft.slug {
        return if queries::slug_taken(conn, slug, article)? { Err(refusal(conn, caller, slug)?) } else { Ok(slug.clone()) };
    }
    let taken = |conn: &mut Conn, slug: &str| Ok(is_reserved(slug) || queries::slug_taken(conn, slug, article)?);
    free_slug(conn, &slug_of(&draft.title, "article"), taken)
}

/// Returns the error for a taken slug. It names the other article if the caller may see it.
pub(crate) fn refusal(conn: &mut Conn, caller: &Caller<Writer>, slug: &str) -> Result<Error> {
    let taken = Error::new(Code::SlugTaken, format!("Another article has, or had, the slug {slug:?}."));
    let Some(article) = queries::look_up(conn, slug)? else {
        return Ok(if queries::is_erased(conn, slug)? { slug_reserved_error(slug) } else { taken });
    };
    let title = if caller.edits_all() || owns(conn, caller, article.id, article.created_by)? {
        Some(article.content.title.clone())
    } else {
        published(conn, slug).ok().map(|publication| publication.content.title)
    };
    Ok(match title {
        Some(title) => taken.taken_by("article", &article.id.to_string(), &title),
        None => taken,
    })
}

fn slug_reserved_error(slug: &str) -> Error {
    let detail = format!("An article that was public under the slug {slug:?} was erased; its tombstone keeps the slug forever.");
    Error::new(Code::SlugTaken, detail).with("taken_by", json!({"kind": "tombstone", "id": null, "title": null}))
}
