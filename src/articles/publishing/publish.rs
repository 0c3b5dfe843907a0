//! Publishing, scheduling, and withdrawal of articles.

use serde_json::{Value, json};

use super::super::desk::article::{Article, Status};
use super::super::desk::operations::locked;
use super::super::desk::plan::{ArticlePlan, Schedule};
use super::super::desk::rights::require_own_profile;
use super::super::desk::views::{ArticleEditorView, editor_view};
use super::super::desk::workflow::{self, ArticleEvent, ArticleStep};
use super::super::desk::{plan_queries, queries};
use super::drafts::PublicationDraft;
use super::release::{self, Release};
use super::snapshots::{self, PublishableSave};
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Writer};

/// Publishes or schedules a revision. Replaces an earlier schedule.
pub(crate) fn publish(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<ArticleEditorView> {
    let mut article = locked(conn, caller, name)?;
    let draft = input.plain::<PublicationDraft>()?;
    let now = app.now();
    refuse_early_end(&draft, now)?;
    let plan = plan_queries::plan(conn, article.id)?;
    let chosen = snapshots::find(app, conn, &article, draft.revision.unwrap_or(article.revision))?;
    condition.check_bare(article.version)?;
    workflow::require(ArticleStep::Publish, &article, &plan)?;
    snapshots::require_free(conn, Some(caller), &article, &chosen)?;
    require_own_profile(caller, &chosen.snapshot.relations.authors)?;
    let PublicationDraft { at, until, revision: _, correction } = draft;
    match at {
        Some(at) if at > now => {
            let schedule = Schedule { at, until, revision: chosen.number, correction, by: Some(caller.user) };
            plan_ahead(app, conn, caller, &mut article, plan, schedule, chosen.snapshot.content.slug)?;
        }
        published_at => {
            let release = Release { chosen, published_at, until, correction, actor: caller.actor(), details: Value::Null };
            release::release(app, conn, &mut article, plan, release)?;
        }
    }
    editor_view(app, conn, article)
}

fn refuse_early_end(draft: &PublicationDraft, now: Timestamp) -> Result<()> {
    let Some(until) = draft.until else { return Ok(()) };
    let begin = draft.at.map_or(now, |at| at.max(now));
    if until > begin {
        return Ok(());
    }
    let bound = serde_json::to_value(begin).unwrap_or_default();
    Err(Error::invalid(vec![
        Fault::at("/until", "out_of_range", "The end must be in the future and later than the beginning.").bound("min", bound),
    ]))
}

/// Schedules a publication. Nothing changes if the same publication is already scheduled and the article is not in review.
fn plan_ahead(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    article: &mut Article,
    mut plan: ArticlePlan,
    schedule: Schedule,
    slug: String,
) -> Result<()> {
    let known = plan.schedule().map(|known| Schedule { by: schedule.by, ..known });
    if known.as_ref() == Some(&schedule) && plan.review_at.is_none() {
        return Ok(());
    }
    let details = json!({"at": schedule.at, "until": schedule.until, "revision": schedule.revision});
    plan.settle();
    plan.set_schedule(schedule, slug);
    plan_queries::save(conn, plan)?;
    if article.status == Status::Draft {
        article.status = Status::Scheduled;
    }
    article.touch(app.now());
    queries::update_status(conn, article)?;
    let kind = EventKind::ArticleScheduled;
    workflow::record(app, conn, ArticleEvent { kind, article, actor: caller.actor(), tags: Vec::new(), details })
}

/// Cancels the schedule or, if there is none, deletes the published version. The working copy is unchanged.
pub(crate) fn unpublish(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    let mut article = locked(conn, caller, name)?;
    condition.check_bare(article.version)?;
    let mut plan = plan_queries::plan(conn, article.id)?;
    let mut tags = Vec::new();
    let kind = match article.status {
        Status::Draft => return Ok(()),
        Status::Trashed => return workflow::require(ArticleStep::Unpublish, &article, &plan),
        Status::Published if plan.scheduled_at.is_none() => {
            tags = release::withdraw(conn, &mut article)?;
            plan.ends_at = None;
            EventKind::ArticleUnpublished
        }
        Status::Published => EventKind::ArticleUnscheduled,
        Status::Scheduled => {
            article.status = Status::Draft;
            EventKind::ArticleUnscheduled
        }
    };
    plan.clear_schedule();
    plan_queries::save(conn, plan)?;
    article.touch(app.now());
    queries::update_status(conn, &article)?;
    workflow::record(app, conn, ArticleEvent { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })
}

/// Publishes the working copy of a loaded article. Removes the schedule; the end is kept.
pub(crate) fn publish_now(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article) -> Result<()> {
    let chosen = snapshots::current(conn, article)?;
    require_own_profile(caller, &chosen.snapshot.relations.authors)?;
    release_current(app, conn, article, chosen, caller.actor())
}

/// Publishes the working copy in a simulation. Unlike a publication, it does not need the caller's profile in the byline.
pub(crate) fn simulate(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article) -> Result<()> {
    let chosen = snapshots::current(conn, article)?;
    release_current(app, conn, article, chosen, caller.actor())
}

fn release_current(app: &App, conn: &mut Conn, article: &mut Article, chosen: PublishableSave, actor: Option<String>) -> Result<()> {
    let plan = plan_queries::plan(conn, article.id)?;
    let until = plan.until(article.status);
    let release = Release { chosen, published_at: None, until, correction: None, actor, details: Value::Null };
    release::release(app, conn, article, plan, release)
}
