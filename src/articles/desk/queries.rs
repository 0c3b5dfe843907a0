//! SQL queries for working copies and revisions.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::content::content::{ArticleId, ArticleKind, ArticleSnapshot, Content, Relations};
use super::super::content::listing;
use super::super::content::slugs;
use super::super::public::queries::grouped;
use super::article::{Article, ArticleText, ListedArticle, Revision, Status};
use super::listing::{DESK, PREVIEW, own};
use super::plan_queries;
use crate::authors::{Author, Byline};
use crate::db::{Backend, Conn, Id, IdOrSlug, Json, Lock, PageOf, PageQuery, Timestamp, in_list, is_id_or_slug, keyset, on_engine};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::{
    article_authors, article_images, article_tags, article_texts, articles, authors, images, public_slugs, publications, revisions, tags,
    tombstones,
};
use crate::taxonomy::Label;
use crate::users::UserId;

/// Returns the working copy with an id or slug, if it exists.
pub(crate) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Article>> {
    let slug = match slugs::named(name) {
        IdOrSlug::Id(id) => {
            let row = articles::table.filter(articles::id.eq(id));
            return Ok(on_engine!(conn, conn => row.select(Article::as_select()).first(conn).optional())?);
        }
        IdOrSlug::Slug(slug) => slug,
    };
    let row = articles::table.filter(articles::slug.eq(&slug));
    let found = on_engine!(conn, conn => row.select(Article::as_select()).first(conn).optional())?;
    if found.is_some() { Ok(found) } else { by_public_slug(conn, &slug) }
}

/// Returns the working copy that is, or was, public under a slug. No other article can have the slug.
fn by_public_slug(conn: &mut Conn, slug: &str) -> Result<Option<Article>> {
    let owner = public_slugs::table.filter(public_slugs::slug.eq(slug)).select(public_slugs::article_id);
    Ok(articles::table.filter(articles::id.eq_any(owner)).select(Article::as_select()).first(conn).optional()?)
}

/// Returns the id of the article that a request body names.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    let query = articles::table.select(articles::id).into_boxed::<Backend>();
    let query = match IdOrSlug::<Content>::parse(name) {
        IdOrSlug::Id(id) => query.filter(articles::id.eq(id)),
        IdOrSlug::Slug(slug) => query.filter(articles::slug.eq(slug)),
    };
    Ok(query.first::<ArticleId>(conn).optional()?.map(|id| id.to_string()))
}

/// Returns a page of working copies, without their texts. If `of` names an account and its profile, returns only their articles.
pub(crate) fn page(conn: &mut Conn, query: &PageQuery, of: Option<(UserId, Option<Id<Author>>)>) -> Result<PageOf<ListedArticle>> {
    let mut rows = articles::table.select(ListedArticle::as_select()).into_boxed::<Backend>();
    let mut count = articles::table.into_boxed::<Backend>();
    if !listing::asks(&DESK, query, "kind") {
        rows = rows.filter(articles::kind.eq(ArticleKind::Article));
        count = count.filter(articles::kind.eq(ArticleKind::Article));
    }
    if !listing::asks(&DESK, query, "status") && !listing::asks(&DESK, query, "trashed") {
        rows = rows.filter(articles::status.ne(Status::Trashed));
        count = count.filter(articles::status.ne(Status::Trashed));
    }
    if let Some((user, author)) = of {
        rows = rows.filter(own(user, author));
        count = count.filter(own(user, author));
    }
    Ok(keyset!(conn, DESK, query, rows, count))
}

/// Returns a page of the articles that would be public if every working copy were published.
pub(crate) fn preview_page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Article>> {
    let mut rows = articles::table.filter(articles::status.ne(Status::Trashed)).select(Article::as_select()).into_boxed::<Backend>();
    let mut count = articles::table.filter(articles::status.ne(Status::Trashed)).into_boxed::<Backend>();
    if !listing::asks(&PREVIEW, query, "kind") {
        rows = rows.filter(articles::kind.eq(ArticleKind::Article));
        count = count.filter(articles::kind.eq(ArticleKind::Article));
    }
    Ok(keyset!(conn, PREVIEW, query, rows, count))
}

/// Checks whether another article has this slug, had it while it was public, or will get it at its scheduled publication. Erased
/// articles count, too.
pub(crate) fn slug_taken(conn: &mut Conn, slug: &str, own: ArticleId) -> Result<bool> {
    let working = articles::table.filter(articles::slug.eq(slug)).filter(articles::id.ne(own)).count().get_result::<i64>(conn)?;
    let public =
        public_slugs::table.filter(public_slugs::slug.eq(slug)).filter(public_slugs::article_id.ne(own)).count().get_result::<i64>(conn)?;
    // The tombstones are checked after the slugs: an erasure that deleted a slug meanwhile has stored its tombstone by now.
    Ok(working + public > 0 || is_erased(conn, slug)? || plan_queries::slug_planned(conn, slug, own)?)
}

/// Checks whether an article that was public under this slug has been erased.
pub(crate) fn is_erased(conn: &mut Conn, slug: &str) -> Result<bool> {
    Ok(tombstones::table.filter(tombstones::name.eq(slug)).count().get_result::<i64>(conn)? > 0)
}

/// Returns the translation group of an article, if the article exists.
pub(crate) fn translation_group(conn: &mut Conn, id: ArticleId) -> Result<Option<ArticleId>> {
    Ok(articles::table.filter(articles::id.eq(id)).select(articles::translation_group).first(conn).optional()?)
}

/// Checks whether another article in a translation group has this language.
pub(crate) fn locale_taken(conn: &mut Conn, group: ArticleId, locale: &str, own: ArticleId) -> Result<bool> {
    let others =
        articles::table.filter(articles::translation_group.eq(group)).filter(articles::locale.eq(locale)).filter(articles::id.ne(own));
    Ok(on_engine!(conn, conn => others.count().get_result::<i64>(conn))? > 0)
}

/// Gives the other articles in a translation group a new group id when its first article leaves.
pub(crate) fn leave_translations(conn: &mut Conn, leaving: ArticleId) -> Result<()> {
    let left = || articles::table.filter(articles::translation_group.eq(leaving)).filter(articles::id.ne(leaving));
    let heir: Option<ArticleId> = left().order(articles::id).select(articles::id).first(conn).optional()?;
    let Some(heir) = heir else { return Ok(()) };
    diesel::update(left()).set(articles::translation_group.eq(heir)).execute(conn)?;
    // Until the leaving article is published again, readers still see it together with the others.
    let public = publications::table.filter(publications::translation_group.eq(leaving));
    diesel::update(public).set(publications::translation_group.eq(heir)).execute(conn)?;
    Ok(())
}

/// Returns the ids of these images that exist.
pub(crate) fn existing_images(conn: &mut Conn, ids: &[String]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on_engine!(conn, conn => images::table.filter(in_list(images::id, ids)).select(images::id).load(conn))?)
}

/// Stores a new working copy.
pub(crate) fn insert(conn: &mut Conn, article: &Article, text: &ArticleText) -> Result<()> {
    conflict_on(diesel::insert_into(articles::table).values(article).execute(conn), || collision(article))?;
    diesel::insert_into(article_texts::table).values(text).execute(conn)?;
    Ok(())
}

/// Stores a changed working copy, without its text.
pub(crate) fn update(conn: &mut Conn, article: &Article) -> Result<()> {
    conflict_on(on_engine!(conn, conn => diesel::update(article).set(article).execute(conn)), || collision(article))?;
    Ok(())
}

/// Stores only the status columns of a working copy. Merging sections does not take the lock "articles", so the other columns may
/// have changed meanwhile.
pub(crate) fn update_status(conn: &mut Conn, article: &Article) -> Result<()> {
    let status = (
        articles::status.eq(article.status),
        articles::published_revision.eq(article.published_revision),
        articles::published_at.eq(article.published_at),
        articles::published_order.eq(article.published_order),
        articles::corrections.eq(&article.corrections),
        articles::version.eq(article.version),
        articles::updated_at.eq(article.updated_at),
    );
    let row = articles::table.filter(articles::id.eq(article.id));
    on_engine!(conn, conn => diesel::update(row).set(status).execute(conn))?;
    Ok(())
}

/// Stores the changed text of a working copy.
pub(crate) fn update_text(conn: &mut Conn, text: &ArticleText) -> Result<()> {
    let own = article_texts::table.filter(article_texts::article_id.eq(text.article_id));
    on_engine!(conn, conn => diesel::update(own).set(text).execute(conn))?;
    Ok(())
}

/// Returns the text of a working copy.
pub(crate) fn text(conn: &mut Conn, id: ArticleId) -> Result<ArticleText> {
    let own = article_texts::table.filter(article_texts::article_id.eq(id));
    Ok(on_engine!(conn, conn => own.select(ArticleText::as_select()).first(conn))?)
}

/// Returns the texts of working copies.
pub(crate) fn texts(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, ArticleText>> {
    let own = article_texts::table.filter(in_list(article_texts::article_id, ids));
    let rows: Vec<ArticleText> = on_engine!(conn, conn => own.select(ArticleText::as_select()).load(conn))?;
    Ok(rows.into_iter().map(|text| (text.article_id, text)).collect())
}

fn collision(article: &Article) -> Error {
    Error::new(Code::SlugTaken, format!("Another article has, or had, the slug {:?}.", article.content.slug))
}

/// Deletes an article and all its data. If the article was ever public, tombstones reserve its id and slugs.
pub(crate) fn erase(conn: &mut Conn, id: ArticleId, now: Timestamp) -> Result<()> {
    let slugs: Vec<String> = public_slugs::table.filter(public_slugs::article_id.eq(id)).select(public_slugs::slug).load(conn)?;
    let own = (!slugs.is_empty()).then(|| id.to_string());
    for name in own.into_iter().chain(slugs) {
        let row = (tombstones::name.eq(name), tombstones::article_id.eq(id), tombstones::erased_at.eq(now));
        diesel::insert_into(tombstones::table).values(row).execute(conn)?;
    }
    diesel::delete(articles::table.filter(articles::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Returns the relations of a working copy.
pub(crate) fn relations(conn: &mut Conn, id: ArticleId) -> Result<Relations> {
    let authors = article_authors::table
        .filter(article_authors::article_id.eq(id))
        .order(article_authors::position)
        .select(article_authors::author_id);
    let tags = article_tags::table.filter(article_tags::article_id.eq(id)).order(article_tags::position).select(article_tags::tag_id);
    let images =
        article_images::table.filter(article_images::article_id.eq(id)).order(article_images::position).select(article_images::image_id);
    Ok(on_engine!(conn, conn => Relations { authors: authors.load(conn)?, tags: tags.load(conn)?, images: images.load(conn)? }))
}

/// Replaces the relations of a working copy, as far as they have changed.
pub(crate) fn set_relations(conn: &mut Conn, id: ArticleId, relations: &Relations) -> Result<()> {
    let before = self::relations(conn, id)?;
    if before.authors != relations.authors {
        diesel::delete(article_authors::table.filter(article_authors::article_id.eq(id))).execute(conn)?;
        for (position, author) in (0..).zip(&relations.authors) {
            let row = (article_authors::article_id.eq(id), article_authors::position.eq(position), article_authors::author_id.eq(*author));
            diesel::insert_into(article_authors::table).values(row).execute(conn)?;
        }
    }
    if before.tags != relations.tags {
        diesel::delete(article_tags::table.filter(article_tags::article_id.eq(id))).execute(conn)?;
        for (position, tag) in (0..).zip(&relations.tags) {
            let row = (article_tags::article_id.eq(id), article_tags::position.eq(position), article_tags::tag_id.eq(*tag));
            diesel::insert_into(article_tags::table).values(row).execute(conn)?;
        }
    }
    if before.images != relations.images {
        diesel::delete(article_images::table.filter(article_images::article_id.eq(id))).execute(conn)?;
        for (position, image) in (0..).zip(&relations.images) {
            let row = (article_images::article_id.eq(id), article_images::position.eq(position), article_images::image_id.eq(*image));
            diesel::insert_into(article_images::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// Stores a revision.
pub(crate) fn insert_revision(conn: &mut Conn, revision: &Revision) -> Result<()> {
    on_engine!(conn, conn => diesel::insert_into(revisions::table).values(revision).execute(conn))?;
    Ok(())
}

/// Returns the content of the revision with a number, if it exists.
pub(crate) fn saved(conn: &mut Conn, id: ArticleId, number: i32) -> Result<Option<ArticleSnapshot>> {
    let row = revisions::table.filter(revisions::article_id.eq(id)).filter(revisions::number.eq(number)).select(revisions::content);
    let found: Option<Json<ArticleSnapshot>> = row.first(conn).optional()?;
    Ok(found.map(|content| content.0))
}

/// Returns the content that an article had in a version, if it is known.
pub(crate) fn at_version(conn: &mut Conn, id: ArticleId, version: i32) -> Result<Option<ArticleSnapshot>> {
    let known = revisions::table.filter(revisions::article_id.eq(id)).filter(revisions::version.is_not_null());
    let until = known.filter(revisions::version.assume_not_null().le(version)).order(revisions::number.desc());
    Ok(until.select(revisions::content).first::<Json<ArticleSnapshot>>(conn).optional()?.map(|content| content.0))
}

/// Returns the bylines of working copies.
pub(crate) fn authors(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Byline>>> {
    let rows: Vec<(ArticleId, Byline)> = on_engine!(conn, conn => article_authors::table
        .inner_join(authors::table)
        .filter(in_list(article_authors::article_id, ids))
        .order((article_authors::article_id, article_authors::position))
        .select((article_authors::article_id, Byline::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// Returns the tags of working copies, in order.
pub(crate) fn tags(conn: &mut Conn, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Vec<Label>>> {
    let rows: Vec<(ArticleId, Label)> = on_engine!(conn, conn => article_tags::table
        .inner_join(tags::table)
        .filter(in_list(article_tags::article_id, ids))
        .order((article_tags::article_id, article_tags::position))
        .select((article_tags::article_id, Label::as_select()))
        .load(conn))?;
    Ok(grouped(rows))
}

/// Checks whether an author is in the byline of an article.
pub(crate) fn is_signed_by(conn: &mut Conn, id: ArticleId, author: Id<Author>) -> Result<bool> {
    let rows = article_authors::table.filter(article_authors::article_id.eq(id)).filter(article_authors::author_id.eq(author));
    Ok(rows.count().get_result::<i64>(conn)? > 0)
}

/// Locks an article and its comments against changes by others. Callers take the lock "articles" first.
pub(crate) fn lock_comments(conn: &mut Conn, id: ArticleId) -> Result<()> {
    Lock::Comments.take_for(conn, id)
}
