//! Resolves a path of the site to its content, or to its new URL.

use serde::Serialize;
use utoipa::ToSchema;

use super::pattern;
use crate::app::App;
use crate::articles::{self, ArticleKind};
use crate::db::{Conn, text_enum};
use crate::error::{Code, Error, Result};
use crate::events::KindTag;
use crate::http::Tags;
use crate::redirects::{self, Destination};
use crate::{authors, taxonomy};

text_enum! {
    /// The kind of content at a path.
    pub(crate) enum ResolvedKind {
        /// The front page: `GET /pages/home`.
        Home = "home",
        /// An article: `GET /pages/article/{article}`.
        Article = "article",
        /// A standing page: `GET /pages/article/{article}`.
        Page = "page",
        /// A section: `GET /pages/section/{section}`.
        Section = "section",
        /// An author: `GET /pages/author/{author}`.
        Author = "author",
        /// A tag: `GET /pages/tag/{tag}`.
        Tag = "tag",
        /// Content outside this site, or unknown to it: the target of a redirect.
        Elsewhere = "elsewhere",
    }
}

/// The content at a path, or its new URL.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Resolved {
    /// The kind of content at the path or, after a redirect, at its target.
    pub(crate) kind: ResolvedKind,
    /// The id of the content; `null` for the front page and for unknown content.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: Option<String>,
    /// The slug of the content; `null` for the front page and for unknown content.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: Option<String>,
    /// The URL of the content.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) url: String,
    /// The HTTP status for the reader: 200 if the content is at this path; 301, 302, 307 or 308 to redirect to `url`.
    #[schema(minimum = 200, maximum = 308, example = 200)]
    pub(crate) status: i32,
}

/// The resolved content, and the cache tags of the result.
type Found = (Resolved, Tags);

/// Resolves a path.
pub(super) fn answer(app: &App, conn: &mut Conn, path: &str) -> Result<Found> {
    let path = app.config.links.path_within_site(path).map(|path| redirects::normal(&path)).ok_or_else(Error::not_found)?;
    let (mut found, mut tags) = match redirects::follow(conn, &path)? {
        None => at_path(app, conn, &path)?.ok_or_else(Error::not_found)?,
        Some(redirect) => led_to(app, conn, redirect)?,
    };
    if found.status == 200 && !is_at(app, &found, &path) {
        found.status = 301;
    }
    tags.add_kind(KindTag::Redirects);
    Ok((found, tags))
}

/// Resolves the target of a redirect.
fn led_to(app: &App, conn: &mut Conn, redirect: Destination) -> Result<Found> {
    let (Some(target), status) = (redirect.target, redirect.status) else {
        return Err(Error::new(Code::Gone, "The content at this path is gone."));
    };
    let links = &app.config.links;
    let path = links.path_within_site(&target);
    let known = match &path {
        Some(path) => match at_path(app, conn, &redirects::normal(path)) {
            // The reader who follows the redirect gets this error there.
            Err(error) if [Code::Gone, Code::NotFound].contains(&error.code()) => None,
            found => found?,
        },
        None => None,
    };
    let after = target.find(['?', '#']).and_then(|start| target.get(start..)).unwrap_or_default();
    if let Some((found, tags)) = known {
        return Ok((Resolved { url: format!("{}{after}", found.url), status, ..found }, tags));
    }
    let url = path.map_or_else(|| target.clone(), |path| format!("{}{path}", links.site_url));
    Ok((Resolved { kind: ResolvedKind::Elsewhere, id: None, slug: None, url, status }, Tags::default()))
}

/// Checks whether the path is the canonical path of the content.
fn is_at(app: &App, found: &Resolved, path: &str) -> bool {
    app.config.links.path_within_site(&found.url).is_some_and(|own| redirects::normal(&own) == path)
}

/// Returns the content of this site at a path; `None` if there never was any.
///
/// # Errors
/// `410` if an article was at the path and is no longer public.
pub(crate) fn at_path(app: &App, conn: &mut Conn, path: &str) -> Result<Option<Found>> {
    let links = &app.config.links;
    let here = |kind, id: String, slug: String, url: String, tags| {
        Some((Resolved { kind, id: Some(id), slug: Some(slug), url, status: 200 }, tags))
    };
    if path == "/" {
        let url = format!("{}/", links.site_url);
        return Ok(Some((Resolved { kind: ResolvedKind::Home, id: None, slug: None, url, status: 200 }, Tags::of(&[KindTag::Site]))));
    }
    let mut tags = Tags::default();
    let under = |folder: &str| path.strip_prefix(folder).filter(|name| !name.is_empty() && !name.contains('/'));
    if let Some(name) = under("/sections/")
        && let Some(found) = known(taxonomy::read_section(app, conn, name))?
    {
        tags.add(found.id);
        return Ok(here(ResolvedKind::Section, found.id.to_string(), found.slug, found.url, tags));
    }
    if let Some(name) = under("/authors/")
        && let Some(found) = known(authors::read(app, conn, name))?
    {
        let card = found.basics.card;
        tags.add(card.id);
        return Ok(here(ResolvedKind::Author, card.id.to_string(), card.slug, card.url, tags));
    }
    if let Some(name) = under("/tags/")
        && let Some(found) = known(taxonomy::read_tag(app, conn, name))?
    {
        tags.add(found.id);
        return Ok(here(ResolvedKind::Tag, found.id.to_string(), found.slug, found.url, tags));
    }
    let Some(name) = pattern::name_in(&links.article_path, path) else { return Ok(None) };
    let Some(found) = known(articles::locate(app, conn, name))? else { return Ok(None) };
    // The article's URL contains the date in the site's time zone.
    tags.add_kind(KindTag::Site);
    tags.add(found.id);
    found.section.iter().for_each(|section| tags.add(*section));
    let kind = if found.kind == ArticleKind::Page { ResolvedKind::Page } else { ResolvedKind::Article };
    Ok(here(kind, found.id.to_string(), found.slug, found.url, tags))
}

/// Turns the error `404` into `None`.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
