//! SQL queries for the site.

use diesel::prelude::*;

use super::settings::{Closing, SiteSettings};
use crate::db::{Conn, Json, Timestamp, on_engine};
use crate::error::Result;
use crate::images::ImageId;
use crate::schema::site;

/// The id of the only row.
const ONLY: i32 = 1;

/// The site's settings as they are stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = site, treat_none_as_null = true)]
pub(super) struct StoredSettings {
    id: i32,
    pub(super) settings: Json<SiteSettings>,
    pub(super) version: i32,
    pub(super) updated_at: Timestamp,
    /// Copies of settings that other queries need.
    logo_id: Option<ImageId>,
    comments_closed: bool,
    comments_close_after: Option<i64>,
}

impl StoredSettings {
    /// Returns the row for new settings.
    pub(super) fn new(settings: SiteSettings, version: i32, updated_at: Timestamp) -> Self {
        let Closing { closed, after } = settings.comment_policy.closing();
        let logo_id = settings.logo;
        Self { id: ONLY, settings: Json(settings), version, updated_at, logo_id, comments_closed: closed, comments_close_after: after }
    }
}

/// Returns the row, if the settings were ever saved.
pub(super) fn stored(conn: &mut Conn) -> Result<Option<StoredSettings>> {
    Ok(on_engine!(conn, conn => site::table.filter(site::id.eq(ONLY)).select(StoredSettings::as_select()).first(conn).optional())?)
}

/// Returns the current settings, or the defaults.
pub(crate) fn settings(conn: &mut Conn) -> Result<SiteSettings> {
    Ok(stored(conn)?.map(|stored| stored.settings.0).unwrap_or_default())
}

/// Inserts or updates the row.
pub(super) fn store(conn: &mut Conn, stored: &StoredSettings) -> Result<()> {
    if diesel::update(site::table.filter(site::id.eq(ONLY))).set(stored).execute(conn)? == 0 {
        diesel::insert_into(site::table).values(stored).execute(conn)?;
    }
    Ok(())
}
