//! SQL queries for revisions.

use std::collections::HashMap;

use diesel::prelude::*;

use super::revision::{LISTING, Save};
use crate::articles::content::content::ArticleId;
use crate::articles::desk::article::Revision;
use crate::db::{Backend, Conn, PageOf, PageQuery, keyset};
use crate::error::Result;
use crate::schema::{revisions, users};
use crate::users::UserId;

/// Returns a page of an article's revisions.
pub(super) fn page(conn: &mut Conn, article: ArticleId, query: &PageQuery) -> Result<PageOf<Save>> {
    let rows = revisions::table.filter(revisions::article_id.eq(article)).select(Save::as_select()).into_boxed::<Backend>();
    let count = revisions::table.filter(revisions::article_id.eq(article)).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, count))
}

/// Returns the revision of an article with a number, if it exists.
pub(super) fn look_up(conn: &mut Conn, article: ArticleId, number: i32) -> Result<Option<Revision>> {
    let rows = revisions::table.filter(revisions::article_id.eq(article)).filter(revisions::number.eq(number));
    Ok(rows.select(Revision::as_select()).first(conn).optional()?)
}

/// Returns the names of users.
pub(super) fn names(conn: &mut Conn, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = users::table.filter(users::id.eq_any(ids.to_vec())).select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}
