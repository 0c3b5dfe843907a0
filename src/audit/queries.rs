//! SQL queries for the audit log.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::entry::{AuditEntry, LISTING, Recorded};
use crate::db::{Backend, Conn, PageOf, PageQuery, keyset};
use crate::error::Result;
use crate::events::EventKind;
use crate::schema::{events, users};

/// Returns one page of the audit log.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<AuditEntry>> {
    let lasting = || events::table.filter(events::kind.ne(EventKind::TRANSIENT));
    let rows = lasting().select(Recorded::as_select()).into_boxed::<Backend>();
    let page = keyset!(conn, LISTING, query, rows, lasting().into_boxed::<Backend>());
    let actors: BTreeSet<String> = page.rows.iter().filter_map(|row| row.actor_id.clone()).collect();
    let names = names(conn, actors.into_iter().collect())?;
    let name = |row: &Recorded| row.actor_id.as_ref().and_then(|id| names.get(id).cloned());
    page.with_rows(|rows| Ok(rows.into_iter().map(|row| (name(&row), row)).map(|(name, row)| row.view(name)).collect()))
}

/// Returns the names of users, by id. Users whose account was deleted are left out.
fn names(conn: &mut Conn, ids: Vec<String>) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = users::table.filter(users::id.eq_any(ids)).select((users::id, users::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}
