//! SQL queries for redirects.

use std::collections::HashMap;

use diesel::prelude::*;

use super::redirect::{LISTING, Redirect, RedirectId};
use crate::db::{Backend, Conn, PageOf, PageQuery, keyset};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::redirects;

/// Returns a page of redirects.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Redirect>> {
    let rows = redirects::table.select(Redirect::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, redirects::table.into_boxed::<Backend>()))
}

/// Returns the redirect with this id, if it exists.
pub(super) fn look_up(conn: &mut Conn, id: &str) -> Result<Option<Redirect>> {
    let Ok(id) = id.parse::<RedirectId>() else { return Ok(None) };
    Ok(redirects::table.filter(redirects::id.eq(id)).select(Redirect::as_select()).first(conn).optional()?)
}

/// Returns the redirect with this id, or `404`.
pub(super) fn find(conn: &mut Conn, id: &str) -> Result<Redirect> {
    look_up(conn, id)?.ok_or_else(Error::not_found)
}

/// Returns the redirect of a path in normal form.
pub(super) fn from(conn: &mut Conn, path: &str) -> Result<Option<Redirect>> {
    Ok(redirects::table.filter(redirects::from_path.eq(path)).select(Redirect::as_select()).first(conn).optional()?)
}

/// Returns all redirects, by path.
pub(super) fn all(conn: &mut Conn) -> Result<HashMap<String, Redirect>> {
    let rows: Vec<Redirect> = redirects::table.select(Redirect::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.from_path.clone(), row)).collect())
}

/// Stores a new redirect.
pub(super) fn insert(conn: &mut Conn, redirect: &Redirect) -> Result<()> {
    conflict_on(diesel::insert_into(redirects::table).values(redirect).execute(conn), || taken(redirect))?;
    Ok(())
}

/// Stores a changed redirect.
pub(super) fn update(conn: &mut Conn, redirect: &Redirect) -> Result<()> {
    conflict_on(diesel::update(redirect).set(redirect).execute(conn), || taken(redirect))?;
    Ok(())
}

fn taken(redirect: &Redirect) -> Error {
    Error::new(Code::Conflict, format!("The path {:?} already has a redirect.", redirect.from_path))
}

/// Deletes a redirect.
pub(super) fn delete(conn: &mut Conn, id: RedirectId) -> Result<()> {
    diesel::delete(redirects::table.filter(redirects::id.eq(id))).execute(conn)?;
    Ok(())
}
