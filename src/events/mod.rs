//! One row per change, written in the change's own transaction: who did what to what, and which answers it touches.
//!
//! Invariants: nothing else announces changes: caches, feeds and the audit log all follow these rows; a row is never
//! changed and, but for what is [`PASSING`], never deleted.

mod follower;

use std::cell::RefCell;

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{Conn, Id, Json, Timestamp, straight};
use crate::error::Result;
use crate::schema::events;
pub(crate) use follower::{Follower, follow};

/// What happens too often to be remembered: votes. It is announced like everything, is no part of the audit log, and is
/// forgotten when everybody has heard of it.
pub(crate) const PASSING: &str = "comment.voted";
/// How long that may take, in seconds.
const HEARD_WITHIN: i64 = 60 * 60;

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

thread_local! {
    /// What is recorded on this thread while somebody listens.
    static OVERHEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// Events that were recorded, and the cache tags of what they touch.
#[derive(Default)]
pub(crate) struct Heard {
    events: Vec<Id<Event>>,
    tags: Vec<String>,
}

impl Heard {
    /// Both together.
    pub(crate) fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.tags.extend(more.tags);
    }
}

/// Does a piece of work, which stays on one thread, and gives what it recorded.
pub(crate) fn overhear<T>(work: impl FnOnce() -> T) -> (T, Heard) {
    let before = OVERHEARD.replace(Some(Heard::default()));
    let done = work();
    (done, OVERHEARD.replace(before).unwrap_or_default())
}

/// Forgets what was only announced.
pub(crate) fn forget_passing(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let passed = events::table.filter(events::kind.eq(PASSING)).filter(events::at.lt(now.plus_seconds(-HEARD_WITHIN)));
    diesel::delete(passed).execute(conn)?;
    Ok(())
}

/// Writes the row, in the transaction of the change that it tells of.
pub(crate) fn record(conn: &mut Conn, now: Timestamp, event: Event) -> Result<()> {
    // The audit log tells what happened within one millisecond in the order in which it did.
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
