//! SQL queries for the resources that revisions refer to.

use diesel::prelude::*;

use super::super::content::content::ArticleId;
use crate::authors::Author;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::schema::{articles, authors, tags};
use crate::taxonomy::Tag;

/// Returns the authors with these ids that exist.
pub(super) fn authors(conn: &mut Conn, ids: &[Id<Author>]) -> Result<Vec<Author>> {
    Ok(authors::table.filter(authors::id.eq_any(ids.to_vec())).select(Author::as_select()).load(conn)?)
}

/// Returns the tags with these ids that exist.
pub(super) fn tags(conn: &mut Conn, ids: &[Id<Tag>]) -> Result<Vec<Tag>> {
    Ok(tags::table.filter(tags::id.eq_any(ids.to_vec())).select(Tag::as_select()).load(conn)?)
}

/// Returns the ids of these articles that exist.
pub(super) fn existing(conn: &mut Conn, ids: &[ArticleId]) -> Result<Vec<ArticleId>> {
    Ok(articles::table.filter(articles::id.eq_any(ids.to_vec())).select(articles::id).load(conn)?)
}
