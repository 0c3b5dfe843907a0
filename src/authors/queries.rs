//! SQL queries for authors.

use std::collections::HashMap;

use diesel::prelude::*;

use super::author::{Author, AuthorId};
use super::listing::LISTING;
use crate::db::{Backend, Conn, Id, IdOrSlug, Lock, PageOf, PageQuery, Timestamp, in_list, is_id_or_slug, keyset, reassign_references};
use crate::error::{Code, Error, Result, conflict_on};
use crate::former_slugs::{self, SlugKind};
use crate::schema::{article_authors, authors, publication_authors, publications, users};
use crate::users::User;

/// Returns a page of the public authors.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Author>> {
    let known = || authors::table.filter(authors::unlisted.eq(false));
    let rows = known().select(Author::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, known().into_boxed::<Backend>()))
}

/// Returns the slugs of the authors with published articles, by name.
pub(crate) fn slugs(conn: &mut Conn) -> Result<Vec<String>> {
    let signing = authors::table.filter(authors::article_count.gt(0)).order((authors::name_key, authors::id)).limit(19_000);
    Ok(signing.select(authors::slug).load(conn)?)
}

/// Returns the time of the last change to an author with published articles.
pub(crate) fn last_change(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let signing = authors::table.filter(authors::article_count.gt(0));
    Ok(signing.order(authors::updated_at.desc()).select(authors::updated_at).first(conn).optional()?)
}

/// Returns these authors, by id.
pub(super) fn by_ids(conn: &mut Conn, ids: &[AuthorId]) -> Result<HashMap<AuthorId, Author>> {
    let rows: Vec<Author> = authors::table.filter(in_list(authors::id, ids)).select(Author::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Returns the author with an id or slug, if they exist.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Author>> {
    let query = authors::table.select(Author::as_select()).into_boxed::<Backend>();
    let query = match IdOrSlug::<Author>::parse(name) {
        IdOrSlug::Id(id) => query.filter(authors::id.eq(id)),
        IdOrSlug::Slug(slug) => query.filter(authors::slug.eq(slug)),
    };
    Ok(query.first(conn).optional()?)
}

/// Returns the author with an id or slug, or `404`.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Author> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Returns the profile of an account, if there is one.
pub(super) fn of_account(conn: &mut Conn, account: Id<User>) -> Result<Option<Author>> {
    Ok(authors::table.filter(authors::user_id.eq(account)).select(Author::as_select()).first(conn).optional()?)
}

/// Makes these authors public; returns the ids of the authors that were not public before.
pub(crate) fn make_public(conn: &mut Conn, ids: &[AuthorId]) -> Result<Vec<AuthorId>> {
    let unknown = authors::table.filter(in_list(authors::id, ids)).filter(authors::unlisted.eq(true));
    let unknown: Vec<AuthorId> = unknown.select(authors::id).load(conn)?;
    if !unknown.is_empty() {
        diesel::update(authors::table.filter(in_list(authors::id, &unknown))).set(authors::unlisted.eq(false)).execute(conn)?;
    }
    Ok(unknown)
}

/// Returns the public author with an id, slug or former slug.
pub(super) fn find_ever(conn: &mut Conn, name: &str) -> Result<Author> {
    if let Some(author) = look_up(conn, name)? {
        return Some(author).filter(|author| !author.unlisted).ok_or_else(Error::not_found);
    }
    let present = former_slugs::id_of(conn, SlugKind::Author, &name.to_lowercase())?;
    find(conn, &present.ok_or_else(Error::not_found)?)
}

/// Returns the id of the author that a request body names.
pub(crate) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    Ok(look_up(conn, name)?.map(|author| author.id.to_string()))
}

/// Returns the id of the account that a request body names by its id.
pub(super) fn find_account(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    let Ok(id) = name.parse::<Id<User>>() else { return Ok(None) };
    let found: Option<Id<User>> = users::table.filter(users::id.eq(id)).select(users::id).first(conn).optional()?;
    Ok(found.map(|id| id.to_string()))
}

/// Checks whether another author has, or had, a slug.
pub(super) fn slug_taken(conn: &mut Conn, slug: &str, own: AuthorId) -> Result<bool> {
    let others = authors::table.filter(authors::slug.eq(slug)).filter(authors::id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0 || former_slugs::is_kept_for_another(conn, SlugKind::Author, slug, own)?)
}

/// Checks whether an account has another profile.
pub(super) fn account_taken(conn: &mut Conn, account: Id<User>, own: AuthorId) -> Result<bool> {
    let others = authors::table.filter(authors::user_id.eq(account)).filter(authors::id.ne(own));
    Ok(others.count().get_result::<i64>(conn)? > 0)
}

/// Stores a new author.
pub(super) fn insert(conn: &mut Conn, author: &Author) -> Result<()> {
    conflict_on(diesel::insert_into(authors::table).values(author).execute(conn), || slug_conflict(&author.slug))?;
    Ok(())
}

/// Stores a changed author.
pub(super) fn update(conn: &mut Conn, author: &Author) -> Result<()> {
    conflict_on(diesel::update(author).set(author).execute(conn), || slug_conflict(&author.slug))?;
    Ok(())
}

/// The error for a slug that another author has, or had.
fn slug_conflict(slug: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another author has, or had, the slug {slug:?}."))
}

/// Returns the error for a taken slug. It names the author who has, or had, the slug.
pub(super) fn slug_refusal(conn: &mut Conn, slug: &str) -> Error {
    let taken = slug_conflict(slug);
    match find_ever(conn, slug) {
        Ok(holder) => taken.taken_by("author", &holder.id.to_string(), &holder.name),
        Err(_) => taken,
    }
}

/// Deletes an author that nothing refers to.
pub(super) fn delete(conn: &mut Conn, id: AuthorId) -> Result<()> {
    diesel::delete(authors::table.filter(authors::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Counts the articles that name an author in the working copy or in the published version.
pub(super) fn usages(conn: &mut Conn, id: AuthorId) -> Result<i64> {
    let working: i64 = article_authors::table.filter(article_authors::author_id.eq(id)).count().get_result(conn)?;
    let elsewhere = article_authors::table.filter(article_authors::author_id.eq(id)).select(article_authors::article_id);
    let only_published: i64 = publication_authors::table
        .filter(publication_authors::author_id.eq(id))
        .filter(publication_authors::article_id.ne_all(elsewhere))
        .count()
        .get_result(conn)?;
    Ok(working + only_published)
}

/// Replaces one author by another on all articles.
pub(super) fn reassign(conn: &mut Conn, from: AuthorId, to: AuthorId) -> Result<()> {
    reassign_references(conn, ("article_authors", "author_id"), from, to)?;
    // Waits for concurrent publishing and withdrawing, which would add to a count that is about to be replaced.
    Lock::ArticleCounts.take(conn)?;
    reassign_references(conn, ("publication_authors", "author_id"), from, to)?;
    recount(conn, to)
}

/// Recounts the published articles of an author.
fn recount(conn: &mut Conn, id: AuthorId) -> Result<()> {
    let count: i64 = publication_authors::table
        .inner_join(publications::table)
        .filter(publication_authors::author_id.eq(id))
        .filter(publications::kind.eq("article"))
        .count()
        .get_result(conn)?;
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    diesel::update(authors::table.filter(authors::id.eq(id))).set(authors::article_count.eq(count)).execute(conn)?;
    Ok(())
}

/// Adds `step` to the article counts of authors, because recounting takes longer with every article. The caller must have taken
/// the lock `article counts` before it read the state that `step` is derived from.
pub(crate) fn count(conn: &mut Conn, ids: &[AuthorId], step: i32) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let counted = authors::table.filter(in_list(authors::id, ids));
    diesel::update(counted).set(authors::article_count.eq(authors::article_count + step)).execute(conn)?;
    Ok(())
}
