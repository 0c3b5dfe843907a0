//! SQL queries for creatives.

use std::collections::HashMap;

use diesel::prelude::*;

use super::creative::{Creative, CreativeId, LISTING};
use crate::ads::placements::PlacementId;
use crate::db::{Backend, Conn, Id, Key, Op, PageOf, PageQuery, Predicate, in_list, keyset};
use crate::error::{Error, Result};
use crate::schema::{ad_creative_sections, ad_creatives, ad_placements};
use crate::taxonomy::Section;

/// Returns one page of creatives.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Creative>> {
    let rows = ad_creatives::table.select(Creative::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, ad_creatives::table.into_boxed::<Backend>()))
}

/// Builds the filter for creatives in placements, which are given by id or key.
pub(super) fn in_placement(op: Op, keys: &[Key]) -> Predicate<ad_creatives::table> {
    let names: Vec<String> = keys.iter().map(Key::text).collect();
    let places =
        ad_placements::table.filter(ad_placements::id.eq_any(names.clone()).or(ad_placements::key.eq_any(names))).select(ad_placements::id);
    match op {
        Op::Ne | Op::Nin => Box::new(ad_creatives::placement_id.ne_all(places)),
        _ => Box::new(ad_creatives::placement_id.eq_any(places)),
    }
}

/// Returns the creative with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: &str) -> Result<Option<Creative>> {
    let Ok(id) = id.parse::<CreativeId>() else { return Ok(None) };
    Ok(ad_creatives::table.filter(ad_creatives::id.eq(id)).select(Creative::as_select()).first(conn).optional()?)
}

/// Returns the creative with an id.
pub(in crate::ads) fn find(conn: &mut Conn, id: &str) -> Result<Creative> {
    look_up(conn, id)?.ok_or_else(Error::not_found)
}

/// Returns the active creatives of some placements, highest weight first, then oldest first.
pub(in crate::ads) fn of_placements(conn: &mut Conn, ids: &[PlacementId]) -> Result<Vec<Creative>> {
    let active = ad_creatives::table.filter(in_list(ad_creatives::placement_id, ids)).filter(ad_creatives::active.eq(true));
    Ok(active.order((ad_creatives::weight.desc(), ad_creatives::id)).select(Creative::as_select()).load(conn)?)
}

/// Returns the sections of some creatives, by creative. Creatives for every section have no entry.
pub(in crate::ads) fn section_ids(conn: &mut Conn, ids: &[CreativeId]) -> Result<HashMap<CreativeId, Vec<Id<Section>>>> {
    let rows: Vec<(CreativeId, Id<Section>)> = ad_creative_sections::table
        .filter(in_list(ad_creative_sections::creative_id, ids))
        .order((ad_creative_sections::creative_id, ad_creative_sections::section_id))
        .select((ad_creative_sections::creative_id, ad_creative_sections::section_id))
        .load(conn)?;
    let mut sections: HashMap<CreativeId, Vec<Id<Section>>> = HashMap::new();
    for (creative, section) in rows {
        sections.entry(creative).or_default().push(section);
    }
    Ok(sections)
}

/// Stores a new creative.
pub(super) fn insert(conn: &mut Conn, creative: &Creative) -> Result<()> {
    diesel::insert_into(ad_creatives::table).values(creative).execute(conn)?;
    Ok(())
}

/// Stores a changed creative.
pub(super) fn update(conn: &mut Conn, creative: &Creative) -> Result<()> {
    diesel::update(creative).set(creative).execute(conn)?;
    Ok(())
}

/// Replaces the sections of a creative.
pub(super) fn put_sections(conn: &mut Conn, id: CreativeId, sections: &[Id<Section>]) -> Result<()> {
    diesel::delete(ad_creative_sections::table.filter(ad_creative_sections::creative_id.eq(id))).execute(conn)?;
    for section in sections {
        let row = (ad_creative_sections::creative_id.eq(id), ad_creative_sections::section_id.eq(*section));
        diesel::insert_into(ad_creative_sections::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Deletes a creative and its statistics.
pub(super) fn delete(conn: &mut Conn, id: CreativeId) -> Result<()> {
    diesel::delete(ad_creatives::table.filter(ad_creatives::id.eq(id))).execute(conn)?;
    Ok(())
}
