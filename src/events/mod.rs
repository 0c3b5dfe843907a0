//! One row per change, written in the transaction of the change: the actor, the action, the subject, and the affected cache tags.
//!
//! Invariants: there is no other announcement of changes: caches, feeds and the audit log all follow these rows; a row is never changed,
//! and only events of the kind [`PASSING`] are ever deleted.

mod follower;

use std::cell::RefCell;

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{Conn, Id, Json, Timestamp, straight};
use crate::error::Result;
use crate::schema::events;
pub(crate) use follower::{Follower, follow};

/// The kind of event that is too frequent to be kept: votes. Votes purge caches like other events, but are not part of the audit log,
/// and are deleted when all processes have read them.
pub(crate) const PASSING: &str = "comment.voted";
/// The time after which all processes have read an event, in seconds.
const HEARD_WITHIN: i64 = 60 * 60;

/// An event, in the terms of the audit log.
#[derive(Debug)]
pub(crate) struct Event {
    /// The kind, such as `article.published` or `user.created`.
    pub(crate) kind: &'static str,
    /// The user who caused it; `None` for a guest or the server itself.
    pub(crate) actor: Option<String>,
    /// The kind of the subject.
    pub(crate) subject_kind: &'static str,
    /// The id of the subject.
    pub(crate) subject_id: String,
    /// The cache tags of every response that shows the subject.
    pub(crate) tags: Vec<String>,
    /// Further details for the audit log; never a secret, an email address or a text.
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

thread_local! {
    /// The events recorded on this thread, if they are being collected.
    static OVERHEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// Recorded events, and the cache tags that they affect.
#[derive(Default)]
pub(crate) struct Heard {
    events: Vec<Id<Event>>,
    tags: Vec<String>,
}

impl Heard {
    /// Adds other events.
    pub(crate) fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.tags.extend(more.tags);
    }
}

/// Runs work on one thread, and returns its result and the events that it recorded.
pub(crate) fn overhear<T>(work: impl FnOnce() -> T) -> (T, Heard) {
    let before = OVERHEARD.replace(Some(Heard::default()));
    let done = work();
    (done, OVERHEARD.replace(before).unwrap_or_default())
}

/// Deletes events that are only needed to purge caches, after all processes have read them.
pub(crate) fn forget_passing(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let passed = events::table.filter(events::kind.eq(PASSING)).filter(events::at.lt(now.plus_seconds(-HEARD_WITHIN)));
    diesel::delete(passed).execute(conn)?;
    Ok(())
}

/// Writes an event in the transaction of its change.
pub(crate) fn record(conn: &mut Conn, now: Timestamp, event: Event) -> Result<()> {
    // The audit log shows events of one millisecond in the order in which they happened.
    let id = Id::next(now);
    OVERHEARD.with_borrow_mut(|overheard| {
        if let Some(heard) = overheard {
            heard.events.push(id);
            heard.tags.extend_from_slice(&event.tags);
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
    straight!(conn, conn => diesel::insert_into(events::table).values(row).execute(conn))?;
    Ok(())
}
