//! All SQL of revisions.

use std::collections::HashMap;

use diesel::prelude::*;

use super::revision::{LISTING, Save};
use crate::articles::article::{ArticleId, Content, Revision};
use crate::authors::Author;
use crate::db::{Backend, Conn, Id, Json, PageOf, PageQuery, keyset};
use crate::error::Result;
use crate::schema::{articles, authors, revisions, tags, users};
use crate::taxonomy::Tag;
use crate::users::UserId;

/// One page of an article's saves.
pub(super) fn page(conn: &mut Conn, article: ArticleId, query: &PageQuery) -> Result<PageOf<Save>> {
    let rows = revisions::table.filter(revisions::article_id.eq(article)).select(Save::as_select()).into_boxed::<Backend>();
    let count = revisions::table.filter(revisions::article_id.eq(article)).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, count))
}

/// A save of an article, if it has one of this number.
pub(super) fn look_up(conn: &mut Conn, article: ArticleId, number: i32) -> Result<Option<Revision>> {
    let rows = revisions::table.filter(revisions::article_id.eq(article)).filter(revisions::number.eq(number));
    Ok(rows.select(Revision::as_select()).first(conn).optional()?)
}

/// The content that an article had in one of its versions, where that is known.
pub(in crate::articles) fn at_version(conn: &mut Conn, article: ArticleId, version: i32) -> Result<Option<Content>> {
    let known = revisions::table.filter(revisions::article_id.eq(article)).filter(revisions::version.is_not_null());
    let until = known.filter(revisions::version.assume_not_null().le(version)).order(revisions::number.desc());
    Ok(until.select(revisions::content).first::<Json<Content>>(conn).optional()?.map(|content| content.0))
}

/// What people are called.
pub(super) fn names(conn: &mut Conn, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = users::table.filter(users::id.eq_any(ids.to_vec())).select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those of these authors that there are.
pub(super) fn authors(conn: &mut Conn, ids: &[Id<Author>]) -> Result<Vec<Author>> {
    Ok(authors::table.filter(authors::id.eq_any(ids.to_vec())).select(Author::as_select()).load(conn)?)
}

/// Those of these tags that there are.
pub(super) fn tags(conn: &mut Conn, ids: &[Id<Tag>]) -> Result<Vec<Tag>> {
    Ok(tags::table.filter(tags::id.eq_any(ids.to_vec())).select(Tag::as_select()).load(conn)?)
}

/// Those of these articles that there are.
pub(super) fn existing(conn: &mut Conn, ids: &[ArticleId]) -> Result<Vec<ArticleId>> {
    Ok(articles::table.filter(articles::id.eq_any(ids.to_vec())).select(articles::id).load(conn)?)
}
