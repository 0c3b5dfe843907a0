//! One row per change, written in the transaction of the change: the actor, the action, the subject, and the affected cache tags.
//!
//! Invariants: only these rows announce changes: caches, feeds and the audit log all follow them. A row is never changed. Only
//! events of the kind [`EventKind::TRANSIENT`] are ever deleted.

mod follower;
mod kind;
mod tag;

use std::cell::RefCell;

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{Conn, Id, Json, Timestamp, on_engine};
use crate::error::Result;
use crate::schema::events;
pub(crate) use follower::{Follower, follow};
pub(crate) use kind::EventKind;
pub(crate) use tag::{CacheTag, KindTag, Tagged};

/// The time after which all processes have read an event, in seconds.
const HEARD_WITHIN: i64 = 60 * 60;

/// An event, in the terms of the audit log.
#[derive(Debug)]
pub(crate) struct Event {
    /// The kind.
    pub(crate) kind: EventKind,
    /// The user who caused the event; `None` for a guest or the server itself.
    pub(crate) actor: Option<String>,
    /// The kind of the subject.
    pub(crate) subject_kind: &'static str,
    /// The id of the subject.
    pub(crate) subject_id: String,
    /// The cache tags of every response that shows the subject.
    pub(crate) tags: Vec<CacheTag>,
    /// Further details for the audit log; never a secret, an email address or a text.
    pub(crate) details: Value,
}

#[derive(Insertable)]
#[diesel(table_name = events)]
struct EventRow {
    id: Id<Event>,
    at: Timestamp,
    kind: EventKind,
    actor_id: Option<String>,
    subject_kind: &'static str,
    subject_id: String,
    tags: Json<Vec<CacheTag>>,
    details: Json<Value>,
}

thread_local! {
    /// The events recorded on this thread, if they are being collected.
    static COLLECTED: RefCell<Option<RecordedEvents>> = const { RefCell::new(None) };
}

/// Recorded events, and the cache tags that they affect.
#[derive(Default)]
pub(crate) struct RecordedEvents {
    events: Vec<Id<Event>>,
    tags: Vec<CacheTag>,
}

impl RecordedEvents {
    /// Adds other events.
    pub(crate) fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.tags.extend(more.tags);
    }
}

/// Runs work on one thread, and returns its result and the events that it recorded.
pub(crate) fn collect<T>(work: impl FnOnce() -> T) -> (T, RecordedEvents) {
    let before = COLLECTED.replace(Some(RecordedEvents::default()));
    let done = work();
    (done, COLLECTED.replace(before).unwrap_or_default())
}

/// Deletes events that are only needed to purge caches, after all processes have read them.
pub(crate) fn forget_passing(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let passed = events::table.filter(events::kind.eq(EventKind::TRANSIENT)).filter(events::at.lt(now.plus_seconds(-HEARD_WITHIN)));
    diesel::delete(passed).execute(conn)?;
    Ok(())
}

/// Writes an event in the transaction of its change.
pub(crate) fn record(conn: &mut Conn, now: Timestamp, event: Event) -> Result<()> {
    debug_assert!(event.kind.is_public() || event.tags.is_empty(), "{:?} does not change what readers see", event.kind);
    // The audit log shows events of one millisecond in the order in which they happened.
    let id = Id::next(now);
    COLLECTED.with_borrow_mut(|collected| {
        if let Some(recorded) = collected {
            recorded.events.push(id);
            recorded.tags.extend_from_slice(&event.tags);
        }
    });
    let row = EventRow {
        id,
        at: now,
        kind: event.kind,
        actor_id: event.actor,
        subject_kind: event.subject_kind,
        subject_id: event.subject_id,
        tags: Json(event.tags),
        details: Json(event.details),
    };
    on_engine!(conn, conn => diesel::insert_into(events::table).values(row).execute(conn))?;
    Ok(())
}
