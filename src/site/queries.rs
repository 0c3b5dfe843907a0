//! All SQL of the site.

use diesel::prelude::*;

use super::settings::SiteSettings;
use crate::db::{Conn, Json, Timestamp};
use crate::error::Result;
use crate::schema::site;

/// The id of the one row.
const ONLY: i32 = 1;

/// The site as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = site)]
pub(super) struct Stored {
    id: i32,
    pub(super) settings: Json<SiteSettings>,
    pub(super) version: i32,
    pub(super) updated_at: Timestamp,
}

impl Stored {
    /// The next version.
    pub(super) fn new(settings: SiteSettings, version: i32, updated_at: Timestamp) -> Self {
        Self { id: ONLY, settings: Json(settings), version, updated_at }
    }
}

/// The row, where somebody has written it.
pub(super) fn stored(conn: &mut Conn) -> Result<Option<Stored>> {
    Ok(site::table.filter(site::id.eq(ONLY)).select(Stored::as_select()).first(conn).optional()?)
}

/// The settings that hold.
pub(crate) fn settings(conn: &mut Conn) -> Result<SiteSettings> {
    Ok(stored(conn)?.map(|stored| stored.settings.0).unwrap_or_default())
}

/// Writes the row, the first time or again.
pub(super) fn store(conn: &mut Conn, stored: &Stored) -> Result<()> {
    if diesel::update(site::table.filter(site::id.eq(ONLY))).set(stored).execute(conn)? == 0 {
        diesel::insert_into(site::table).values(stored).execute(conn)?;
    }
    Ok(())
}
