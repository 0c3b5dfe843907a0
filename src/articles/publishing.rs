//! Publishing: a save becomes what readers get, whole, at once or at a time; and it ends.

use serde_json::{Value, json};

use super::article::{Article, ArticleKind, Correction, Status};
use super::draft::PublicationDraft;
use super::editions;
use super::operations::locked;
use super::plan::{Plan, Schedule};
use super::publication::{Edition, PublicationWithText};
use super::published_queries::{self, Counted};
use super::view::ArticleEditorView;
use super::workflow::{self, Happening, Step};
use super::{embed, plan_queries, queries};
use crate::app::App;
use crate::authors;
use crate::db::{Conn, Timestamp, lock};
use crate::error::{Code, Error, Fault, Result};
use crate::http::Precondition;
use crate::input::Input;
use crate::taxonomy;
use crate::users::{Caller, Writer};

/// How a save becomes public.
pub(super) struct Release {
    /// What becomes public.
    pub(super) edition: Edition,
    /// When readers are told that it was first published, where not by what was known before.
    pub(super) published_at: Option<Timestamp>,
    /// When it ends.
    pub(super) until: Option<Timestamp>,
    /// What was wrong before.
    pub(super) correction: Option<String>,
    /// Who did it; nobody where the clock did.
    pub(super) actor: Option<String>,
    /// What else the audit log should say.
    pub(super) details: Value,
}

/// Publishes a save or schedules it, in the place of what was planned before.
pub(super) fn publish(
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
    let edition = editions::find(app, conn, &article, draft.revision.unwrap_or(article.revision))?;
    condition.check_bare(article.version)?;
    workflow::require(Step::Publish, &article, &plan)?;
    editions::require_free(conn, &article, &edition)?;
    require_own_profile(caller, &edition)?;
    let PublicationDraft { at, until, revision: _, correction } = draft;
    match at {
        Some(at) if at > now => {
            let schedule = Schedule { at, until, revision: edition.number, correction, by: Some(caller.user) };
            plan_ahead(app, conn, caller, (&mut article, plan), (schedule, edition.content.slug))?;
        }
        published_at => {
            let release = Release { edition, published_at, until, correction, actor: caller.actor(), details: Value::Null };
            self::release(app, conn, &mut article, plan, release)?;
        }
    }
    embed::editor_view(app, conn, article)
}

fn refuse_early_end(draft: &PublicationDraft, now: Timestamp) -> Result<()> {
    let Some(until) = draft.until else { return Ok(()) };
    let begin = draft.at.map_or(now, |at| at.max(now));
    if until > begin {
        return Ok(());
    }
    let bound = serde_json::to_value(begin).unwrap_or_default();
    Err(Error::invalid(vec![
        Fault::at("/until", "out_of_range", "A publication ends after it begins, and not in the past.").bound("min", bound),
    ]))
}

/// Plans a publication; nothing happens where it is planned like this already, and nobody waits for a decision.
fn plan_ahead(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    (article, mut plan): (&mut Article, Plan),
    (schedule, slug): (Schedule, String),
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
    queries::update_standing(conn, article)?;
    let kind = "article.scheduled";
    workflow::tell(app, conn, Happening { kind, article, actor: caller.actor(), tags: Vec::new(), details })
}

/// Gives up what is planned, else takes the published copy away; the working copy stays.
pub(super) fn unpublish(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    let mut article = locked(conn, caller, name)?;
    condition.check_bare(article.version)?;
    let mut plan = plan_queries::plan(conn, article.id)?;
    let mut tags = Vec::new();
    let kind = match article.status {
        Status::Draft => return Ok(()),
        Status::Trashed => return workflow::require(Step::Unpublish, &article, &plan),
        Status::Published if plan.scheduled_at.is_none() => {
            tags = withdraw(conn, &mut article)?;
            plan.ends_at = None;
            "article.unpublished"
        }
        Status::Published => "article.unscheduled",
        Status::Scheduled => {
            article.status = Status::Draft;
            "article.unscheduled"
        }
    };
    plan.clear_schedule();
    plan_queries::save(conn, plan)?;
    article.touch(app.now());
    queries::update_standing(conn, &article)?;
    workflow::tell(app, conn, Happening { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })
}

/// Publishes the working copy of an article that is already loaded. What was planned is done with it; an end stays.
pub(super) fn publish_now(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article) -> Result<()> {
    let edition = editions::current(conn, article)?;
    require_own_profile(caller, &edition)?;
    release_current(app, conn, article, (edition, caller.actor()))
}

/// The same for a look ahead, which anybody may have of what they may read.
pub(super) fn rehearse(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article) -> Result<()> {
    let edition = editions::current(conn, article)?;
    release_current(app, conn, article, (edition, caller.actor()))
}

fn release_current(app: &App, conn: &mut Conn, article: &mut Article, (edition, actor): (Edition, Option<String>)) -> Result<()> {
    let plan = plan_queries::plan(conn, article.id)?;
    let until = plan.until(article.status);
    let release = Release { edition, published_at: None, until, correction: None, actor, details: Value::Null };
    self::release(app, conn, article, plan, release)
}

/// Who may not edit everybody's articles publishes under their own name: alone, or beside others.
fn require_own_profile(caller: &Caller<Writer>, edition: &Edition) -> Result<()> {
    if caller.edits_all() {
        return Ok(());
    }
    let detail = match caller.author {
        None => "You have no author's profile to publish under. Make one at /api/v1/authors, and put it among the authors.",
        Some(own) if !edition.content.relations.authors.contains(&own) => {
            "Your own profile is not among the authors. Add it, or ask an editor to publish the article."
        }
        Some(_) => return Ok(()),
    };
    Err(Error::new(Code::NoProfile, detail))
}

/// Makes a save public; nothing happens where readers have it as it is, and nobody waits for a decision.
pub(super) fn release(app: &App, conn: &mut Conn, article: &mut Article, mut plan: Plan, release: Release) -> Result<()> {
    workflow::require(Step::Publish, article, &plan)?;
    let Release { edition, published_at, until, correction, actor, mut details } = release;
    let now = app.now();
    let repeated = article.corrections.0.last().map(|last| &last.note) == correction.as_ref();
    let said = correction.is_none() || repeated;
    let dated = published_at.is_none() || published_at == article.published_at;
    let public = article.status == Status::Published && article.published_revision == Some(edition.number);
    if public && said && dated && plan.scheduled_at.is_none() && plan.review_at.is_none() {
        if plan.ends_at == until {
            return Ok(());
        }
        plan.ends_at = until;
        plan_queries::save(conn, plan)?;
        article.touch(now);
        queries::update_standing(conn, article)?;
        let kind = "article.end_changed";
        return workflow::tell(app, conn, Happening { kind, article, actor, tags: Vec::new(), details: json!({"until": until}) });
    }
    plan.settle();
    plan.clear_schedule();
    plan.ends_at = until;
    plan_queries::save(conn, plan)?;
    let published_at = published_at.or(article.published_at).unwrap_or(now);
    article.corrections.0.extend(correction.filter(|_| !(public && repeated)).map(|note| Correction { at: now, note }));
    article.status = Status::Published;
    article.published_revision = Some(edition.number);
    article.published_at = Some(published_at);
    article.published_order = published_at;
    article.touch(now);
    queries::update_standing(conn, article)?;
    if details.is_null() {
        details = json!({"revision": edition.number, "until": until});
    }
    // Who merges two authors, say, or publishes as well, would change what the steps are counted from.
    lock(conn, "article counts")?;
    let before = published_queries::counted(conn, article.id)?;
    let relations = edition.content.relations.clone();
    published_queries::put(conn, &PublicationWithText::of(article, edition, published_at, now), &relations, now)?;
    let after = published_queries::counted(conn, article.id)?;
    recount(conn, &before, &after)?;
    let mut tags = published_queries::touched(&before, &after);
    let introduced = authors::make_public(conn, &relations.authors)?;
    tags.extend(introduced.iter().map(|author| format!("author:{author}")));
    tags.extend(introduced.first().map(|_| "authors".to_owned()));
    workflow::tell(app, conn, Happening { kind: "article.published", article, actor, tags, details })
}

/// Takes the published copy away, and the counts with it; gives the cache tags of what readers see changed.
pub(super) fn withdraw(conn: &mut Conn, article: &mut Article) -> Result<Vec<String>> {
    // As in `release`.
    lock(conn, "article counts")?;
    let before = published_queries::counted(conn, article.id)?;
    published_queries::remove(conn, article.id)?;
    article.status = Status::Draft;
    article.published_revision = None;
    let after = Counted::default();
    recount(conn, &before, &after)?;
    Ok(published_queries::touched(&before, &after))
}

/// Counts what a published copy has come under, and what it has left.
fn recount(conn: &mut Conn, before: &Counted, after: &Counted) -> Result<()> {
    // Pages are not counted among the articles.
    let none = Counted::default();
    let [before, after] = [before, after].map(|counted| if counted.kind == Some(ArticleKind::Article) { counted } else { &none });
    for (these, others, step) in [(before, after, -1), (after, before, 1)] {
        authors::count(conn, &without(&these.authors, &others.authors), step)?;
        taxonomy::count_tags(conn, &without(&these.tags, &others.tags), step)?;
        taxonomy::count_sections(conn, &without(&these.sections, &others.sections), step)?;
    }
    Ok(())
}

fn without<T: Copy + Eq>(all: &[T], others: &[T]) -> Vec<T> {
    all.iter().filter(|one| !others.contains(one)).copied().collect()
}
