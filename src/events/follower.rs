//! Following the events of other processes on the same database, so that no answer here outlives what they have changed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::prelude::*;

use super::{Event, Heard};
use crate::app::App;
use crate::db::{Conn, Id, Json, Timestamp};
use crate::error::Result;
use crate::schema::events;

/// How far back the following of events looks each time: commits may come out of the order of their times, and the clocks
/// of several nodes apart.
const LOOK_BACK_SECONDS: i64 = 10;
/// How often it looks.
const EVERY: Duration = Duration::from_millis(400);

/// What has been purged already of what happened in the last moments.
#[derive(Default)]
pub(crate) struct Follower {
    own: Mutex<HashMap<Id<Event>, Timestamp>>,
    others: tokio::sync::Mutex<Others>,
}

#[derive(Default)]
struct Others {
    /// The events that have been seen to, and when they happened; none before the first look.
    seen: Option<HashMap<Id<Event>, Timestamp>>,
    latest: Option<Timestamp>,
}

impl App {
    /// Purges what this process has changed and committed.
    pub(crate) fn announce(&self, heard: &Heard) {
        self.cache.purge(heard.tags.iter().map(String::as_str));
        self.follower.own().extend(heard.events.iter().copied());
    }

    /// Purges what other processes have changed since the last look.
    pub async fn follow_others(&self) {
        let mut others = self.follower.others.lock().await;
        // A clock that has jumped must not pass anything over.
        let now = self.now();
        let since = others.latest.map_or(now, |latest| latest.min(now)).plus_seconds(-LOOK_BACK_SECONDS);
        let known = self.follower.count_known(others.seen.as_ref(), since);
        match self.db.read(move |conn| recent(conn, since, known)).await {
            Ok(None) => others.latest = others.latest.max(self.follower.own().values().copied().max()),
            Ok(Some(recent)) => {
                let own: HashSet<Id<Event>> = self.follower.own().keys().copied().collect();
                match &others.seen {
                    Some(seen) => {
                        let fresh = recent.iter().filter(|(id, ..)| !seen.contains_key(id) && !own.contains(id));
                        self.cache.purge(fresh.flat_map(|(.., tags)| tags.0.iter().map(String::as_str)));
                    }
                    None => self.cache.clear(),
                }
                others.latest = recent.iter().map(|(_, at, _)| *at).max().or(others.latest);
                others.seen = Some(recent.into_iter().map(|(id, at, _)| (id, at)).collect());
            }
            Err(error) => {
                // What can't be followed can't be trusted to be unchanged.
                self.cache.clear();
                others.seen = None;
                tracing::warn!(%error, "the events of other processes could not be followed");
            }
        }
    }
}

impl Follower {
    fn own(&self) -> MutexGuard<'_, HashMap<Id<Event>, Timestamp>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of the events since a time have been seen to; forgets those of before. None before the first look.
    fn count_known(&self, seen: Option<&HashMap<Id<Event>, Timestamp>>, since: Timestamp) -> Option<usize> {
        let mut own = self.own();
        own.retain(|_, at| *at >= since);
        let others = seen?.iter().filter(|(id, at)| **at >= since && !own.contains_key(*id)).count();
        Some(own.len() + others)
    }
}

/// Follows the events of other processes until the server stops.
pub(crate) async fn follow(app: App) {
    while !app.is_stopping() {
        app.follow_others().await;
        tokio::time::sleep(EVERY).await;
    }
}

type Recent = (Id<Event>, Timestamp, Json<Vec<String>>);

/// The events since a time; nothing where there are no others than the `known` ones: most of what happens, happens here, and to
/// count is far cheaper than to read.
fn recent(conn: &mut Conn, since: Timestamp, known: Option<usize>) -> Result<Option<Vec<Recent>>> {
    let recent = events::table.filter(events::at.ge(since));
    let count: i64 = recent.count().get_result(conn)?;
    if known.is_some_and(|known| i64::try_from(known) == Ok(count)) {
        return Ok(None);
    }
    Ok(Some(recent.select((events::id, events::at, events::tags)).load(conn)?))
}
