//! SQL queries for the demo: the state of a database.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::events::EventKind;
use crate::schema::{articles, authors, comments, events, images, sections, users};
use crate::users::{Role, UserId};

/// The event recorded when the setup begins.
pub(super) const BEGUN: EventKind = EventKind::DemoBegun;
/// The event recorded when the setup is complete.
pub(super) const FILLED: EventKind = EventKind::DemoFilled;

/// The state of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DemoState {
    /// No content.
    Empty,
    /// A part of the demo newsroom, from an interrupted setup.
    Begun,
    /// The complete demo newsroom.
    Filled,
    /// Content other than the demo.
    Foreign,
}

/// Reads the state of the database.
pub(super) fn state(conn: &mut Conn) -> Result<DemoState> {
    let mut is_recorded =
        |kind: EventKind| -> Result<bool> { Ok(events::table.filter(events::kind.eq(kind)).count().get_result::<i64>(conn)? > 0) };
    if is_recorded(FILLED)? {
        return Ok(DemoState::Filled);
    }
    if is_recorded(BEGUN)? {
        return Ok(DemoState::Begun);
    }
    let found = articles::table.count().get_result::<i64>(conn)?
        + authors::table.count().get_result::<i64>(conn)?
        + comments::table.count().get_result::<i64>(conn)?
        + images::table.count().get_result::<i64>(conn)?
        + sections::table.count().get_result::<i64>(conn)?;
    Ok(if found == 0 { DemoState::Empty } else { DemoState::Foreign })
}

/// Returns the first administrator who is not suspended, if there is one.
pub(super) fn admin(conn: &mut Conn) -> Result<Option<UserId>> {
    let admins = users::table.filter(users::role.eq(Role::Admin)).filter(users::suspended.eq(false));
    Ok(admins.order(users::id).select(users::id).first(conn).optional()?)
}
