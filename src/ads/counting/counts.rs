//! Counts on their way: kept in memory, and written down together.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::queries;
use crate::ads::creatives::CreativeId;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;
use crate::visitors::{Visit, Visitors};

/// A day, in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Saw,
    Clicked,
}

/// What was counted of a creative on a day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) impressions: i64,
    pub(super) clicks: i64,
}

/// What has not been written down yet, by creative and day; and who was seen lately.
#[derive(Default)]
pub(crate) struct AdCounts(Mutex<State>);

#[derive(Default)]
struct State {
    visitors: Visitors,
    waiting: BTreeMap<(CreativeId, i64), Tally>,
}

impl AdCounts {
    /// Counts what somebody did, unless they did the same within half an hour.
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

    /// Forgets visits that no longer matter.
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down what has been counted since the last time, in one transaction; no public answer shows anything of it.
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
