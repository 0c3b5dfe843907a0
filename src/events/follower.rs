//! Following the events of other processes on the same database, so that no answer here outlives what they have changed.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Event, Heard};
use crate::app::App;
use crate::db::{Conn, Horizon, Id};
use crate::error::{Error, Result};

/// How often the follower looks.
const EVERY: Duration = Duration::from_millis(400);
/// How many events are purged one by one; beyond, the whole cache is cleared.
const MAX_ARRIVALS: usize = 5000;
/// How many events of this process are remembered between two looks; others are purged twice.
const MAX_OWN: usize = 20_000;

/// How far the events have been followed.
#[derive(Default)]
pub(crate) struct Follower {
    /// What this process has purged since the last look.
    own: Mutex<HashSet<Id<Event>>>,
    /// What the last look saw; none before the first look.
    horizon: tokio::sync::Mutex<Option<Horizon>>,
}

impl App {
    /// Purges what this process has changed and committed.
    pub(crate) fn announce(&self, heard: &Heard) {
        self.cache.purge(heard.tags.iter().map(String::as_str));
        let mut own = self.follower.own();
        let room = MAX_OWN.saturating_sub(own.len());
        own.extend(heard.events.iter().take(room));
    }

    /// Purges what other processes have committed since the last look. Neither the clocks of the nodes nor the length of a
    /// transaction matter.
    pub async fn follow_others(&self) {
        let mut horizon = self.follower.horizon.lock().await;
        // All of these are committed, so this look sees them and no later one finds them new.
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
                // What can't be followed can't be trusted to be unchanged.
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
        tokio::time::sleep(EVERY).await;
    }
}

/// What this look sees, and the cache tags of what is new in it; no tags if everything may be new.
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
