//! SQL queries for placements.

use std::collections::HashMap;

use diesel::prelude::*;

use super::placement::{LISTING, Placement, PlacementId};
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, in_list, is_id_or_slug, keyset};
use crate::error::{Code, Error, Result, conflict_on};
use crate::schema::{ad_creatives, ad_placements};

/// Returns one page of placements.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Placement>> {
    let rows = ad_placements::table.select(Placement::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, ad_placements::table.into_boxed::<Backend>()))
}

/// Returns the placement with an id or key, if there is one.
pub(super) fn look_up(conn: &mut Conn, name: &str) -> Result<Option<Placement>> {
    let name = name.to_lowercase();
    let query = ad_placements::table.select(Placement::as_select()).into_boxed::<Backend>();
    let query =
        if Id::<()>::is_shape(&name) { query.filter(ad_placements::id.eq(name)) } else { query.filter(ad_placements::key.eq(name)) };
    Ok(query.first(conn).optional()?)
}

/// Returns the placement with an id or key.
pub(super) fn find(conn: &mut Conn, name: &str) -> Result<Placement> {
    look_up(conn, name)?.ok_or_else(Error::not_found)
}

/// Returns the id of the placement that a request body names.
pub(in crate::ads) fn find_reference(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    if !is_id_or_slug(name) {
        return Ok(None);
    }
    Ok(look_up(conn, name)?.map(|placement| placement.id.to_string()))
}

/// Returns the placements with these ids, by id.
pub(in crate::ads) fn by_ids(conn: &mut Conn, ids: &[PlacementId]) -> Result<HashMap<PlacementId, Placement>> {
    let rows: Vec<Placement> = ad_placements::table.filter(in_list(ad_placements::id, ids)).select(Placement::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Returns the keys among these that belong to a placement.
pub(crate) fn known_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<String>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(ad_placements::table.filter(in_list(ad_placements::key, keys)).select(ad_placements::key).load(conn)?)
}

/// Counts the creatives of a placement.
pub(super) fn count_creatives(conn: &mut Conn, id: PlacementId) -> Result<i64> {
    Ok(ad_creatives::table.filter(ad_creatives::placement_id.eq(id)).count().get_result(conn)?)
}

/// Stores a new placement.
pub(super) fn insert(conn: &mut Conn, placement: &Placement) -> Result<()> {
    conflict_on(diesel::insert_into(ad_placements::table).values(placement).execute(conn), || key_conflict(&placement.key))?;
    Ok(())
}

/// Stores a changed placement.
pub(super) fn update(conn: &mut Conn, placement: &Placement) -> Result<()> {
    conflict_on(diesel::update(placement).set(placement).execute(conn), || key_conflict(&placement.key))?;
    Ok(())
}

/// Builds the error for a key that another placement has.
pub(super) fn key_conflict(key: &str) -> Error {
    Error::new(Code::SlugTaken, format!("Another placement has the key {key:?}."))
}

/// Deletes a placement and all its creatives.
pub(super) fn delete(conn: &mut Conn, id: PlacementId) -> Result<()> {
    diesel::delete(ad_placements::table.filter(ad_placements::id.eq(id))).execute(conn)?;
    Ok(())
}
