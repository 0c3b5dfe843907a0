//! One row per change, written in the change's own transaction: who did what to what, and which answers it touches.
//!
//! Invariants: nothing else announces changes: caches, feeds and the audit log all follow these rows; a row is never
//! changed and never deleted.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;
use serde_json::Value;

use crate::app::App;
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
        // The audit log tells what happened within one millisecond in the order in which it did.
        id: Id::next(now),
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

/// How far back the following of events looks each time: commits may come out of the order of their times.
const LOOK_BACK_SECONDS: i64 = 10;

/// Begins a new epoch of the cache whenever another process on the same database has changed something.
pub(crate) async fn follow(app: App) {
    let mut seen: Option<HashSet<Id<Event>>> = None;
    while !app.is_stopping() {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let since = app.now().plus_seconds(-LOOK_BACK_SECONDS);
        match app.db.read(move |conn| recent(conn, since)).await {
            Ok(recent) => {
                if seen.as_ref().is_some_and(|seen| recent.iter().any(|id| !seen.contains(id))) {
                    app.cache.turn();
                }
                seen = Some(recent.into_iter().collect());
            }
            Err(error) => {
                // What can't be followed can't be trusted to be unchanged.
                app.cache.turn();
                tracing::warn!(%error, "the events of other processes could not be followed");
            }
        }
    }
}

fn recent(conn: &mut Conn, since: Timestamp) -> Result<Vec<Id<Event>>> {
    Ok(events::table.filter(events::at.ge(since)).select(events::id).load(conn)?)
}
