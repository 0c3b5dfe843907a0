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
    /// The events that have been seen to; none before the first look.
    seen: Option<HashSet<Id<Event>>>,
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
        match self.db.read(move |conn| recent(conn, since)).await {
            Ok(recent) => {
                let own: HashSet<Id<Event>> = self.follower.own().keys().copied().collect();
                match &others.seen {
                    Some(seen) => {
                        let fresh = recent.iter().filter(|(id, ..)| !seen.contains(id) && !own.contains(id));
                        self.cache.purge(fresh.flat_map(|(.., tags)| tags.0.iter().map(String::as_str)));
                    }
                    None => self.cache.clear(),
                }
                others.latest = recent.iter().map(|(_, at, _)| *at).max().or(others.latest);
                self.follower.own().retain(|_, at| *at >= since);
                others.seen = Some(recent.into_iter().map(|(id, ..)| id).collect());
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
}

/// Follows the events of other processes until the server stops.
pub(crate) async fn follow(app: App) {
    while !app.is_stopping() {
        app.follow_others().await;
        tokio::time::sleep(EVERY).await;
    }
}

type Recent = (Id<Event>, Timestamp, Json<Vec<String>>);

fn recent(conn: &mut Conn, since: Timestamp) -> Result<Vec<Recent>> {
    Ok(events::table.filter(events::at.ge(since)).select((events::id, events::at, events::tags)).load(conn)?)
}
