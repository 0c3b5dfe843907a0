//! SQL queries for suppressions.

use std::collections::HashSet;

use diesel::prelude::*;

use super::suppression::{LISTING, Suppression, SuppressionId};
use crate::db::{Backend, Conn, PageOf, PageQuery, keyset};
use crate::error::Result;
use crate::schema::suppressions;

/// The maximum number of email hashes in one statement.
const AT_ONCE: usize = 500;

/// Returns one page of suppressions.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Suppression>> {
    let rows = suppressions::table.select(Suppression::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, suppressions::table.into_boxed::<Backend>()))
}

/// Returns the suppression of an email address, if there is one.
pub(in crate::newsletter) fn look_up(conn: &mut Conn, email_hash: &str) -> Result<Option<Suppression>> {
    let found = suppressions::table.filter(suppressions::email_hash.eq(email_hash));
    Ok(found.select(Suppression::as_select()).first(conn).optional()?)
}

/// Returns the suppression with an id, if there is one.
pub(super) fn look_up_by_id(conn: &mut Conn, id: SuppressionId) -> Result<Option<Suppression>> {
    Ok(suppressions::table.filter(suppressions::id.eq(id)).select(Suppression::as_select()).first(conn).optional()?)
}

/// Returns the email hashes among these that are suppressed.
pub(in crate::newsletter) fn of_addresses(conn: &mut Conn, hashes: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for some in hashes.chunks(AT_ONCE) {
        let rows = suppressions::table.filter(suppressions::email_hash.eq_any(some.to_vec()));
        found.extend(rows.select(suppressions::email_hash).load::<String>(conn)?);
    }
    Ok(found)
}

/// Stores a new suppression.
pub(super) fn insert(conn: &mut Conn, suppression: &Suppression) -> Result<()> {
    diesel::insert_into(suppressions::table).values(suppression).execute(conn)?;
    Ok(())
}

/// Stores a changed suppression.
pub(super) fn update(conn: &mut Conn, suppression: &Suppression) -> Result<()> {
    diesel::update(suppression).set(suppression).execute(conn)?;
    Ok(())
}

/// Deletes the suppression of an email address.
pub(in crate::newsletter) fn forget(conn: &mut Conn, email_hash: &str) -> Result<()> {
    diesel::delete(suppressions::table.filter(suppressions::email_hash.eq(email_hash))).execute(conn)?;
    Ok(())
}
