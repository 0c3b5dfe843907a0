//! Collects counts in memory and stores them together.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::queries;
use crate::ads::creatives::CreativeId;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;
use crate::visitors::{Visit, Visitors};

/// The length of a day, in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

/// An action of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Saw,
    Clicked,
}

/// The counts of a creative on a day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) impressions: i64,
    pub(super) clicks: i64,
}

/// The counts that are not stored yet, by creative and day, and the recent visitors.
#[derive(Default)]
pub(crate) struct AdCounts(Mutex<AdCounters>);

#[derive(Default)]
struct AdCounters {
    visitors: Visitors,
    waiting: BTreeMap<(CreativeId, i64), Tally>,
}

impl AdCounts {
    /// Counts an action, unless the visitor did the same within the last half hour.
    pub(super) fn count(&self, creative: CreativeId, act: Act, visit: &Visit<'_>, now: Timestamp) {
        let mut state = self.state();
        if !state.visitors.counts(visit, now) {
            return;
        }
        let tally = state.waiting.entry((creative, now.millis().div_euclid(DAY) * DAY)).or_default();
        match act {
            Act::Saw => tally.impressions += 1,
            Act::Clicked => tally.clicks += 1,
        }
    }

    /// Deletes visits that are older than half an hour, because those visitors may be counted again.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.state().visitors.forget(now.millis());
    }

    fn take(&self) -> BTreeMap<(CreativeId, i64), Tally> {
        std::mem::take(&mut self.state().waiting)
    }

    fn put_back(&self, counts: BTreeMap<(CreativeId, i64), Tally>) {
        let mut state = self.state();
        for (key, tally) in counts {
            let waiting = state.waiting.entry(key).or_default();
            waiting.impressions += tally.impressions;
            waiting.clicks += tally.clicks;
        }
    }

    fn state(&self) -> MutexGuard<'_, AdCounters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stores the collected counts in one transaction. No cached response contains them, so nothing is purged.
pub(crate) async fn write_down(app: &App) -> Result<()> {
    let counts = app.ad_counts.take();
    if counts.is_empty() {
        return Ok(());
    }
    let kept = counts.clone();
    let written = app.db.write(move |conn| queries::add(conn, &counts)).await;
    if written.is_err() {
        app.ad_counts.put_back(kept);
    }
    written
}
