//! All SQL of what snapshots name.

use diesel::prelude::*;

use super::super::content::content::ArticleId;
use crate::authors::Author;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::schema::{articles, authors, tags};
use crate::taxonomy::Tag;

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
