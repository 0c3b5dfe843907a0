//! Follows the events of other processes on the same database, so that no cached response outlives a change that they make.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{CacheTag, Event, RecordedEvents};
use crate::app::App;
use crate::db::{Conn, Horizon, Id};
use crate::error::{Error, Result};

/// The interval at which the follower polls.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
/// The maximum number of events that are purged one by one; if there are more, the whole cache is cleared.
const MAX_ARRIVALS: usize = 5000;
/// The maximum number of this process's own events that are remembered between two polls; further ones are purged twice.
const MAX_OWN: usize = 20_000;

/// The progress of following the events.
#[derive(Default)]
pub(crate) struct Follower {
    /// The events that this process has purged since the last poll.
    own: Mutex<HashSet<Id<Event>>>,
    /// The horizon of the last poll; `None` before the first one.
    horizon: tokio::sync::Mutex<Option<Horizon>>,
}

impl App {
    /// Purges the cached responses that this process has changed, after the commit.
    pub(crate) fn purge_after_commit(&self, recorded: &RecordedEvents) {
        self.cache.purge(recorded.tags.iter().map(CacheTag::as_str));
        let mut own = self.follower.own();
        let room = MAX_OWN.saturating_sub(own.len());
        own.extend(recorded.events.iter().take(room));
    }

    /// Purges the cached responses that other processes have changed since the last poll. The result depends neither on the clocks of
    /// the nodes nor on the duration of transactions.
    pub async fn follow_others(&self) {
        let mut horizon = self.follower.horizon.lock().await;
        // These events are committed, so this poll finds them already, and later polls do not.
        let own = std::mem::take(&mut *self.follower.own());
        let before = horizon.clone();
        match self.db.read(move |conn| look(conn, before.as_ref(), &own)).await {
            Ok((now, Some(tags))) => {
                self.cache.purge(tags.iter().map(String::as_str));
                *horizon = Some(now);
            }
            Ok((now, None)) => {
                self.cache.clear();
                *horizon = Some(now);
            }
            Err(error) => {
                // If the events cannot be read, every cached response may be stale.
                self.cache.clear();
                *horizon = None;
                tracing::warn!(%error, "the events of other processes could not be followed");
            }
        }
    }
}

impl Follower {
    fn own(&self) -> MutexGuard<'_, HashSet<Id<Event>>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the events of other processes until the server stops.
pub(crate) async fn follow(app: App) {
    while !app.is_stopping() {
        app.follow_others().await;
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Returns the new horizon and the cache tags of the new events; `None` instead of the tags if every cached response may be stale.
fn look(conn: &mut Conn, before: Option<&Horizon>, own: &HashSet<Id<Event>>) -> Result<(Horizon, Option<Vec<String>>)> {
    let now = Horizon::of(conn)?;
    let Some(before) = before else { return Ok((now, None)) };
    let Some(arrivals) = now.arrivals(conn, before, MAX_ARRIVALS)? else { return Ok((now, None)) };
    let others = arrivals.iter().filter(|event| !event.id.parse().is_ok_and(|id| own.contains(&id)));
    let mut tags = Vec::new();
    for event in others {
        let more: Vec<String> = serde_json::from_str(&event.tags).map_err(|error| Error::internal(&error.to_string()))?;
        tags.extend(more);
    }
    Ok((now, Some(tags)))
}
