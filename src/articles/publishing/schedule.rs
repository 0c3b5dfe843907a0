//! The scheduler: publishes and ends what is due, once, however many processes look, whatever the clock does.
//!
//! Each article is one transaction, which first takes the due time away with a conditional update: who updates the row
//! is the one who publishes, and a kill in between undoes both. What cannot be published is given up, so that it neither
//! stands in others' way nor is tried for ever.

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

/// How often the scheduler looks, at least.
const PERIOD: Duration = Duration::from_millis(250);
/// How long it waits after a failure.
const RECOVERY: Duration = Duration::from_secs(1);
/// How long a failure of the server's own may last before a publication is given up for it, in seconds.
const GIVE_UP_AFTER: i64 = 60;
/// How many articles it takes up at once.
const BATCH: i64 = 50;

impl App {
    /// Publishes and ends what is due; says how many articles that were.
    ///
    /// # Errors
    /// A sentence for the operator, where the database does not answer; what was not done is still due.
    pub async fn run_due_publications(&self) -> std::result::Result<usize, String> {
        run_due(self).await.map(|(done, _)| done).map_err(|error| error.to_string())
    }
}

/// Looks for what is due until the process ends; one look is one query, which an index answers.
pub(crate) async fn keep_schedule(app: App) {
    loop {
        let wait = match run_due(&app).await {
            Ok((_, next)) => next.map_or(PERIOD, |next| PERIOD.min(from_now(&app, next))),
            Err(error) => {
                tracing::warn!(%error, "what is due could not be published; it is tried again in a second");
                RECOVERY
            }
        };
        tokio::time::sleep(wait).await;
    }
}

fn from_now(app: &App, time: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(time.millis().saturating_sub(app.now().millis())).unwrap_or_default())
}

/// Does what is due; says how much that was, and when something is due again.
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
                // Where the database itself fails, the rest would fail too.
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => failure = Some(error),
            }
        }
        if !progress {
            return failure.map_or(Ok((done, next)), Err);
        }
    }
}

fn is_passing(error: &Error) -> bool {
    matches!(error.code(), Code::Unavailable | Code::StorageFull)
}

/// Carries out what is due of an article or, where that can't be done, gives it up.
async fn settle(app: &App, id: ArticleId, due: Timestamp) -> Result<bool> {
    let plan = app.db.read(move |conn| plan_queries::plan(conn, id)).await?;
    if let Some(schedule) = plan.schedule() {
        snapshots::prepare(app, id, schedule.revision).await;
    }
    match app.write(move |app, conn| carry_out(app, conn, (id, due))).await {
        // The desk is not to lose a plan to a hiccup.
        Err(error) if error.code() == Code::Internal && due > app.now().plus_seconds(-GIVE_UP_AFTER) => Err(error),
        Err(error) if !is_passing(&error) => {
            tracing::warn!(%error, article = %id, "a scheduled publication could not be carried out and was given up");
            let why = explained(&error);
            app.write(move |app, conn| give_up(app, conn, (id, due), why.clone())).await
        }
        result => result,
    }
}

/// What the desk is told of a failure: what a client would be, and nothing of the inside.
fn explained(error: &Error) -> String {
    let faults: Vec<&str> = error.faults().iter().map(crate::error::Fault::detail).collect();
    if faults.is_empty() { error.detail().to_owned() } else { faults.join(" ") }
}

/// An article that is due, and what is planned for it; nothing where another process was first.
fn claimed(conn: &mut Conn, id: ArticleId, due: Timestamp) -> Result<Option<(Article, ArticlePlan)>> {
    Lock::Articles.take(conn)?;
    let Some(article) = queries::look_up(conn, &id.to_string())? else { return Ok(None) };
    queries::lock_comments(conn, id)?;
    let plan = plan_queries::plan(conn, id)?;
    Ok(plan_queries::claim(conn, id, due)?.then_some((article, plan)))
}

/// Carries out what is planned for an article until now; false where somebody else has.
pub(crate) fn carry_out(app: &App, conn: &mut Conn, (id, due): (ArticleId, Timestamp)) -> Result<bool> {
    let now = app.now();
    let Some((mut article, plan)) = claimed(conn, id, due)? else { return Ok(false) };
    match plan.schedule().filter(|schedule| schedule.at <= now) {
        Some(schedule) if schedule.until.is_some_and(|until| until <= now) => {
            let why = "Its end had come, too, before it could be published.".to_owned();
            let public = article.status == Status::Published;
            fail(app, conn, (&mut article, plan), why)?;
            // What was to take its place would have ended, and so would it.
            if public {
                let plan = plan_queries::plan(conn, id)?;
                end(app, conn, &mut article, plan)?;
            }
        }
        Some(schedule) => {
            let chosen = snapshots::find(app, conn, &article, schedule.revision)?;
            snapshots::require_free(conn, &article, &chosen)?;
            let release = Release {
                chosen,
                // Readers sort by it; a server that was down must not turn the order around.
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

/// Ends a publication; what is planned to follow stays planned.
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

fn give_up(app: &App, conn: &mut Conn, (id, due): (ArticleId, Timestamp), why: String) -> Result<bool> {
    let Some((mut article, plan)) = claimed(conn, id, due)? else { return Ok(false) };
    if plan.scheduled_at.is_none_or(|at| at > app.now()) {
        return Err(Error::internal("a publication could not be ended"));
    }
    fail(app, conn, (&mut article, plan), why)?;
    Ok(true)
}

/// Gives up a planned publication: the article stays what it was, but for the plan, and the desk sees why.
fn fail(app: &App, conn: &mut Conn, (article, mut plan): (&mut Article, ArticlePlan), why: String) -> Result<()> {
    let now = app.now();
    let Some(schedule) = plan.schedule() else { return Err(Error::internal("a plan without a schedule failed")) };
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
