//! Collects views in memory and stores them together.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::super::content::content::ArticleId;
use super::queries;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;
use crate::visitors::{Visit, Visitors};

/// Views that are not stored yet, as one number per article, and recent visitors.
#[derive(Default)]
pub(crate) struct Views(Mutex<ViewCounters>);

#[derive(Default)]
struct ViewCounters {
    visitors: Visitors,
    waiting: BTreeMap<ArticleId, i64>,
}

impl Views {
    /// Counts a visit, unless the same visitor was counted recently.
    pub(crate) fn count(&self, article: ArticleId, visit: &Visit<'_>, now: Timestamp) {
        let mut state = self.state();
        if state.visitors.counts(visit, now) {
            *state.waiting.entry(article).or_default() += 1;
        }
    }

    /// Forgets expired visits.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.state().visitors.forget(now.millis());
    }

    fn take(&self) -> BTreeMap<ArticleId, i64> {
        std::mem::take(&mut self.state().waiting)
    }

    fn put_back(&self, views: BTreeMap<ArticleId, i64>) {
        let mut state = self.state();
        for (article, count) in views {
            *state.waiting.entry(article).or_default() += count;
        }
    }

    fn state(&self) -> MutexGuard<'_, ViewCounters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stores the views collected since the last call, in one transaction.
///
/// No cached response is purged: only rankings show views, and cached rankings expire on their own.
pub(crate) async fn write_down(app: &App) -> Result<()> {
    let views = app.views.take();
    if views.is_empty() {
        return Ok(());
    }
    let (now, kept) = (app.now(), views.clone());
    let written = app.db.write(move |conn| queries::add(conn, &views, now)).await;
    if written.is_err() {
        app.views.put_back(kept);
    }
    written
}
