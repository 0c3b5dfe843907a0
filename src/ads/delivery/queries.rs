//! SQL queries for the delivery of ads.

use diesel::prelude::*;

use crate::ads::placements::Placement;
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::schema::{ad_placements, sections};
use crate::taxonomy::Section;

/// The maximum depth of nested sections.
const MAX_DEPTH: usize = 32;

/// Returns the placement with a key.
pub(super) fn placement(conn: &mut Conn, key: &str) -> Result<Option<Placement>> {
    let rows = ad_placements::table.filter(ad_placements::key.eq(key.to_lowercase()));
    Ok(rows.select(Placement::as_select()).first(conn).optional()?)
}

/// Returns the first placements, by key.
pub(super) fn placements(conn: &mut Conn, most: i64) -> Result<Vec<Placement>> {
    Ok(ad_placements::table.order(ad_placements::key).limit(most).select(Placement::as_select()).load(conn)?)
}

/// Returns a section and all sections that contain it.
pub(super) fn line(conn: &mut Conn, section: Id<Section>) -> Result<Vec<Id<Section>>> {
    let mut line = Vec::new();
    let mut next = Some(section);
    while let Some(id) = next.filter(|_| line.len() < MAX_DEPTH) {
        line.push(id);
        let parent = sections::table.filter(sections::id.eq(id)).select(sections::parent_id);
        next = parent.first::<Option<Id<Section>>>(conn).optional()?.flatten();
    }
    Ok(line)
}
