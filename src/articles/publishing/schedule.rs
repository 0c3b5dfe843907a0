//! The scheduler: publishes and ends articles when they are due, exactly once, even with several processes and clock changes.
//!
//! Each article is one transaction. It first clears the due time with a conditional update: the process that updates the row
//! publishes the article, and a crash rolls both back. A publication that fails is given up, so that it neither blocks others nor is
//! retried forever.

use std::time::Duration;

use serde_json::json;

use super::super::content::content::ArticleId;
use super::super::desk::article::{Article, Status};
use super::super::desk::plan::ArticlePlan;
use super::super::desk::workflow::{self, ArticleEvent};
use super::super::desk::{plan_queries, queries};
use super::release::{self, Release};
use super::snapshots;
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp};
use crate::error::{Code, Error, Result};
use crate::events::EventKind;

/// The maximum time between two queries for due articles.
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(250);
/// The time to wait after a failure.
const RECOVERY: Duration = Duration::from_secs(1);
/// The time in seconds after which a publication that fails for internal reasons is given up.
const GIVE_UP_AFTER: i64 = 60;
/// The number of articles loaded at once.
const BATCH: i64 = 50;

impl App {
    /// Publishes and ends all due articles. Returns their number.
    ///
    /// # Errors
    /// A sentence for the operator if the database fails; unfinished articles are still due.
    pub async fn run_due_publications(&self) -> std::result::Result<usize, String> {
        run_due(self).await.map(|(done, _)| done).map_err(|error| error.to_string())
    }
}

/// Publishes due articles until the process ends. Looking for due articles is one query on an index.
pub(crate) async fn keep_schedule(app: App) {
    loop {
        let wait = match run_due(&app).await {
            Ok((_, next)) => next.map_or(MAX_POLL_INTERVAL, |next| MAX_POLL_INTERVAL.min(from_now(&app, next))),
            Err(error) => {
                tracing::warn!(%error, "due publications could not be carried out; the next attempt is in a second");
                RECOVERY
            }
        };
        tokio::time::sleep(wait).await;
    }
}

fn from_now(app: &App, time: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(time.millis().saturating_sub(app.now().millis())).unwrap_or_default())
}

/// Processes all due articles. Returns their number and the next due time.
async fn run_due(app: &App) -> Result<(usize, Option<Timestamp>)> {
    let (mut done, mut failure) = (0, None);
    loop {
        let upcoming = app.db.read(|conn| plan_queries::next_due(conn, BATCH)).await?;
        let now = app.now();
        let next = upcoming.iter().map(|(_, due)| *due).find(|due| *due > now);
        let mut progress = false;
        for (id, due) in upcoming.into_iter().filter(|(_, due)| *due <= now) {
            match settle(app, id, due).await {
                Ok(true) => (done, progress) = (done + 1, true),
                Ok(false) => {}
                // If the database fails, the other articles would fail, too.
                Err(error) if is_transient(&error) => return Err(error),
                Err(error) => failure = Some(error),
            }
        }
        if !progress {
            return failure.map_or(Ok((done, next)), Err);
        }
    }
}

fn is_transient(error: &Error) -> bool {
    matches!(error.code(), Code::Unavailable | Code::StorageFull)
}

/// Carries out the due plan of an article or, if that fails, gives it up.
async fn settle(app: &App, id: ArticleId, due: Timestamp) -> Result<bool> {
    let plan = app.db.read(move |conn| plan_queries::plan(conn, id)).await?;
    if let Some(schedule) = plan.schedule() {
        snapshots::prepare(app, id, schedule.revision).await;
    }
    match app.write(move |app, conn| carry_out(app, conn, id, due)).await {
        // A short internal failure must not cancel a plan.
        Err(error) if error.code() == Code::Internal && due > app.now().plus_seconds(-GIVE_UP_AFTER) => Err(error),
        Err(error) if !is_transient(&error) => {
            tracing::warn!(%error, article = %id, "a scheduled publication could not be carried out and was given up");
            let why = explained(&error);
            app.write(move |app, conn| give_up(app, conn, id, due, why.clone())).await
        }
        result => result,
    }
}

/// Returns the explanation of a failure for editors: what a client would get, without internal details.
fn explained(error: &Error) -> String {
    let faults: Vec<&str> = error.faults().iter().map(crate::error::Fault::detail).collect();
    if faults.is_empty() { error.detail().to_owned() } else { faults.join(" ") }
}

/// Claims a due article and returns it with its plan; `None` if another process has claimed it.
fn claimed(conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<Option<(Article, ArticlePlan)>> {
    Lock::Articles.take(conn)?;
    let Some(article) = queries::look_up(conn, &id.to_string())? else { return Ok(None) };
    queries::lock_comments(conn, id)?;
    let plan = plan_queries::plan(conn, id)?;
    Ok(plan_queries::claim(conn, id, due)?.then_some((article, plan)))
}

/// Carries out the due plan of an article. Returns false if another process has done so.
pub(crate) fn carry_out(app: &App, conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<bool> {
    let now = app.now();
    let Some((mut article, plan)) = claimed(conn, id, due)? else { return Ok(false) };
    match plan.schedule().filter(|schedule| schedule.at <= now) {
        Some(schedule) if schedule.until.is_some_and(|until| until <= now) => {
            let why = "The end of the publication had passed before the article could be published.".to_owned();
            let public = article.status == Status::Published;
            fail(app, conn, &mut article, plan, why)?;
            // If the scheduled version had been published on time, it would have replaced the public version and have ended by now.
            // Therefore the public version ends now.
            if public {
                let plan = plan_queries::plan(conn, id)?;
                end(app, conn, &mut article, plan)?;
            }
        }
        Some(schedule) => {
            let chosen = snapshots::find(app, conn, &article, schedule.revision)?;
            snapshots::require_free(conn, None, &article, &chosen)?;
            let release = Release {
                chosen,
                // Lists are sorted by this time; a late start of the server must not change the order.
                published_at: Some(article.published_at.unwrap_or(schedule.at)),
                until: schedule.until,
                correction: schedule.correction,
                actor: None,
                details: json!({"scheduled_at": schedule.at, "scheduled_by": schedule.by, "revision": schedule.revision, "until": schedule.until}),
            };
            release::release(app, conn, &mut article, plan, release)?;
        }
        None => end(app, conn, &mut article, plan)?,
    }
    Ok(true)
}

/// Ends a publication. A following scheduled publication is kept.
fn end(app: &App, conn: &mut Conn, article: &mut Article, mut plan: ArticlePlan) -> Result<()> {
    let details = json!({"until": plan.ends_at});
    let tags = release::withdraw(conn, article)?;
    plan.ends_at = None;
    if plan.scheduled_at.is_some() {
        article.status = Status::Scheduled;
    }
    plan_queries::save(conn, plan)?;
    article.touch(app.now());
    queries::update_status(conn, article)?;
    workflow::record(app, conn, ArticleEvent { kind: EventKind::ArticleEnded, article, actor: None, tags, details })
}

fn give_up(app: &App, conn: &mut Conn, id: ArticleId, due: Timestamp, why: String) -> Result<bool> {
    let Some((mut article, plan)) = claimed(conn, id, due)? else { return Ok(false) };
    if plan.scheduled_at.is_none_or(|at| at > app.now()) {
        return Err(Error::internal("a publication could not be ended"));
    }
    fail(app, conn, &mut article, plan, why)?;
    Ok(true)
}

/// Gives up a scheduled publication and stores the reason for editors. The content and the published version do not change.
fn fail(app: &App, conn: &mut Conn, article: &mut Article, mut plan: ArticlePlan, why: String) -> Result<()> {
    let now = app.now();
    let Some(schedule) = plan.schedule() else { return Err(Error::internal("a publication failed, but its plan has no schedule")) };
    let details = json!({"scheduled_at": schedule.at, "scheduled_by": schedule.by, "revision": schedule.revision});
    plan.clear_schedule();
    plan.fail(now, schedule.at, why);
    plan_queries::save(conn, plan)?;
    if article.status == Status::Scheduled {
        article.status = Status::Draft;
    }
    article.touch(now);
    queries::update_status(conn, article)?;
    workflow::record(app, conn, ArticleEvent { kind: EventKind::ArticlePublicationFailed, article, actor: None, tags: Vec::new(), details })
}
