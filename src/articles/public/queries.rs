//! SQL queries for published articles. Nothing here reads a working copy.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::content::content::{ArticleId, ArticleKind};
use super::super::content::listing;
use super::super::content::slugs;
use super::super::content::text::Text;
use super::super::content::view::Translation;
use super::listing::PUBLIC;
use super::publication::Publication;
use crate::authors::Byline;
use crate::db::{Backend, Conn, IdOrSlug, Json, PageOf, PageQuery, SqlFragment, in_list, keyset, on_engine, sql_fragment};
use crate::error::{Code, Error, Result};
use crate::schema::{
    authors, public_slugs, publication_authors, publication_tags, publication_texts, publications, site, tags, tombstones,
};
use crate::site::Closing;
use crate::taxonomy::Label;

/// The result of looking up a public article.
pub(crate) enum PublicLookup {
    /// The article.
    Here(Box<Publication>, Box<Text>),
    /// The current slug of an article that was requested by a former one.
    Moved(String),
    /// The article is no longer public.
    Gone,
    /// There never was such a public article.
    Nothing,
}

/// Looks up the public article with an id, slug or former slug.
pub(crate) fn look_up(conn: &mut Conn, name: &str) -> Result<PublicLookup> {
    let (id, slug) = match meant(conn, name)? {
        Ok(meant) => meant,
        Err(nothing) => return Ok(nothing),
    };
    Ok(match with_text(conn, id)? {
        None => missing(conn, id, slug.as_deref())?,
        Some((publication, _)) if slug.is_some_and(|slug| slug != publication.content.slug) => {
            PublicLookup::Moved(publication.content.slug)
        }
        Some((publication, text)) => PublicLookup::Here(Box::new(publication), Box::new(text.0)),
    })
}

/// Resolves a name to an article id and, if the name is a slug, to that slug. The inner `Err` is the result for an unknown slug.
fn meant(conn: &mut Conn, name: &str) -> Result<std::result::Result<(ArticleId, Option<String>), PublicLookup>> {
    let slug = match slugs::named(name) {
        IdOrSlug::Id(id) => return Ok(Ok((id, None))),
        IdOrSlug::Slug(slug) => slug,
    };
    let owner: Option<ArticleId> = on_engine!(conn, conn => {
        public_slugs::table.filter(public_slugs::slug.eq(&slug)).select(public_slugs::article_id).first(conn).optional()
    })?;
    Ok(match owner {
        Some(owner) => Ok((owner, Some(slug))),
        None => Err(erased(conn, &slug)?),
    })
}

/// Returns the result for an article without a published version.
fn missing(conn: &mut Conn, id: ArticleId, slug: Option<&str>) -> Result<PublicLookup> {
    if slug.is_none() && !was_public(conn, id)? { erased(conn, &id.to_string()) } else { Ok(PublicLookup::Gone) }
}

/// Returns a published article with its text.
fn with_text(conn: &mut Conn, id: ArticleId) -> Result<Option<(Publication, Json<Text>)>> {
    Ok(on_engine!(conn, conn => publications::table
        .inner_join(publication_texts::table)
        .filter(publications::id.eq(id))
        .select((Publication::as_select(), publication_texts::rendered))
        .first(conn)
        .optional())?)
}

/// Returns `Gone` if a tombstone exists for an id or slug, otherwise `Nothing`.
fn erased(conn: &mut Conn, name: &str) -> Result<PublicLookup> {
    let buried = tombstones::table.filter(tombstones::name.eq(name)).count().get_result::<i64>(conn)?;
    Ok(if buried > 0 { PublicLookup::Gone } else { PublicLookup::Nothing })
}

fn was_public(conn: &mut Conn, id: ArticleId) -> Result<bool> {
    Ok(public_slugs::table.filter(public_slugs::article_id.eq(id)).count().get_result::<i64>(conn)? > 0)
}

/// Returns the published article with an id, slug or former slug, without its text.
pub(crate) fn published(conn: &mut Conn, name: &str) -> Result<Publication> {
    let nothing = match meant(conn, name)? {
        Ok((id, slug)) => {
            let row: Option<Publication> = on_engine!(conn, conn => {
                publications::table.filter(publications::id.eq(id)).select(Publication::as_select()).first(conn).optional()
            })?;
            match row {
                Some(publication) => return Ok(publication),
                None => missing(conn, id, slug.as_deref())?,
            }
        }
        Err(nothing) => nothing,
    };
    Err(match nothing {
        PublicLookup::Gone => Error::new(Code::Gone, "This article is no longer public."),
        _ => Error::not_found(),
    })
}

/// Returns a page of published articles.
pub(crate) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Publication>> {
    let mut rows = publications::table.select(Publication::as_select()).into_boxed::<Backend>();
    let mut count = publications::table.into_boxed::<Backend>();
    if !listing::asks(&PUBLIC, query, "kind") {
        rows = rows.filter(publications::kind.eq(ArticleKind::Article));
        count = count.filter(publications::kind.eq(ArticleKind::Article));
    }
    Ok(keyset!(conn, PUBLIC, query, rows, count))
}

/// The condition that a row is not a standing page. It is written so that no index is used for it, because nearly all rows match.
pub(crate) fn are_articles() -> SqlFragment<Bool> {
    sql_fragment("publications.kind || '' = 'article'".to_owned(), Vec::new())
}

/// Returns the texts of published articles.
pub(crate) fn texts(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Text>> {
    let rows: Vec<(ArticleId, Json<Text>)> =
        on_engine!(conn, conn => publication_texts::table.filter(in_list(publication_texts::article_id, ids)).load(conn))?;
    Ok(rows.into_iter().map(|(id, text)| (id, text.0)).collect())
}

/// Returns the articles with these ids that are public.
pub(crate) fn by_ids(conn: &mut Conn, ids: &[ArticleId]) -> Result<Vec<Publication>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on_engine!(conn, conn => publications::table.filter(in_list(publications::id, ids)).select(Publication::as_select()).load(conn))?)
}

/// Returns the bylines of published articles.
pub(crate) fn authors(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Byline>>> {
    let rows: Vec<(ArticleId, Byline)> = on_engine!(conn, conn => publication_authors::table
        .inner_join(authors::table)
        .filter(in_list(publication_authors::article_id, ids))
        .order((publication_authors::article_id, publication_authors::position))
        .select((publication_authors::article_id, Byline::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// Returns the tags of published articles, in order.
pub(crate) fn tags(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Label>>> {
    let rows: Vec<(ArticleId, Label)> = on_engine!(conn, conn => publication_tags::table
        .inner_join(tags::table)
        .filter(in_list(publication_tags::article_id, ids))
        .order((publication_tags::article_id, publication_tags::position))
        .select((publication_tags::article_id, Label::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// Returns the published articles of translation groups, and the site's rule for when comments close.
///
/// One query returns both, because tests limit the number of queries of a list. Every published article is in a group.
pub(crate) fn translations(conn: &mut Conn, groups: &[ArticleId]) -> Result<(Translations, Closing)> {
    let closed = site::table.select(site::comments_closed).single_value();
    let after = site::table.select(site::comments_close_after).single_value();
    let rows: Vec<TranslationRow> = on_engine!(conn, conn => publications::table
        .filter(in_list(publications::translation_group, groups))
        .order((publications::translation_group, publications::locale))
        .select((publications::translation_group, publications::id, publications::locale, publications::slug, closed, after))
        .load(conn))?;
    let closing = rows.first().map_or_else(Closing::default, |row| Closing { closed: row.4.unwrap_or(false), after: row.5 });
    Ok((grouped(rows.into_iter().map(|(group, id, locale, slug, ..)| (group, (id, Translation { id, locale, slug })))), closing))
}

/// Published translations, by translation group.
pub(crate) type Translations = HashMap<ArticleId, Vec<(ArticleId, Translation)>>;
type TranslationRow = (ArticleId, ArticleId, String, String, Option<bool>, Option<i64>);

/// Groups rows by key and keeps their order.
pub(crate) fn grouped<K: Eq + std::hash::Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    rows.into_iter().fold(HashMap::new(), |mut groups, (key, value)| {
        groups.entry(key).or_insert_with(Vec::new).push(value);
        groups
    })
}
