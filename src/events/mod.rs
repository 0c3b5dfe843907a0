//! One row per change, written in the change's own transaction: who did what to what, and which answers it touches.
//!
//! Invariant: nothing else announces changes. Caches, feeds and the audit log all follow these rows.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{Conn, Id, Json, Timestamp};
use crate::error::Result;
use crate::schema::events;

/// What happened, in the words of the audit log.
#[derive(Debug)]
pub(crate) struct Event {
    /// `article.published`, `user.created` …
    pub(crate) kind: &'static str,
    /// Who did it; nobody where it was a guest or the server itself.
    pub(crate) actor: Option<String>,
    /// The kind of what it was done to.
    pub(crate) subject_kind: &'static str,
    /// Which one.
    pub(crate) subject_id: String,
    /// The cache tags of every answer that shows it.
    pub(crate) tags: Vec<String>,
    /// What else the audit log should say; never a secret, an e-mail address or a text.
    pub(crate) details: Value,
}

#[derive(Insertable)]
#[diesel(table_name = events)]
struct EventRow {
    id: Id<Event>,
    at: Timestamp,
    kind: &'static str,
    actor_id: Option<String>,
    subject_kind: &'static str,
    subject_id: String,
    tags: Json<Vec<String>>,
    details: Json<Value>,
}

/// Writes the row, in the transaction of the change that it tells of.
pub(crate) fn record(conn: &mut Conn, now: Timestamp, event: Event) -> Result<()> {
    let row = EventRow {
        id: Id::new(now),
        at: now,
        kind: event.kind,
        actor_id: event.actor,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        tags: Json(event.tags),
        details: Json(event.details),
    };
    diesel::insert_into(events::table).values(row).execute(conn)?;
    Ok(())
}
