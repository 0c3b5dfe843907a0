//! Releases: a revision becomes the published version, or the published version is withdrawn.

use serde_json::{Value, json};

use super::super::content::content::{ArticleKind, ArticleSnapshot, Content, Correction};
use super::super::desk::article::{Article, Status, measure};
use super::super::desk::plan::ArticlePlan;
use super::super::desk::workflow::{self, ArticleEvent, ArticleStep};
use super::super::desk::{plan_queries, queries};
use super::super::public::publication::Publication;
use super::publication_queries::{self, Counted};
use super::snapshots::PublishableSave;
use crate::app::App;
use crate::authors;
use crate::db::{Conn, Json, Lock, Timestamp, fold};
use crate::error::Result;
use crate::events::{CacheTag, EventKind, KindTag};
use crate::markdown::Rendered;
use crate::taxonomy;

/// The release of a revision.
pub(crate) struct Release {
    /// The revision.
    pub(crate) chosen: PublishableSave,
    /// The time of the first publication; `None` keeps the stored time or, if there is none, uses the current time.
    pub(crate) published_at: Option<Timestamp>,
    /// The time when the publication ends.
    pub(crate) until: Option<Timestamp>,
    /// A description of an error in the earlier version.
    pub(crate) correction: Option<String>,
    /// The user who publishes; `None` for the scheduler.
    pub(crate) actor: Option<String>,
    /// Further details for the audit log.
    pub(crate) details: Value,
}

/// Publishes a revision. If it is already public, the release has no new correction or date, and the article is neither scheduled
/// nor in review, at most the end time changes.
pub(crate) fn release(app: &App, conn: &mut Conn, article: &mut Article, mut plan: ArticlePlan, release: Release) -> Result<()> {
    workflow::require(ArticleStep::Publish, article, &plan)?;
    let Release { chosen, published_at, until, correction, actor, mut details } = release;
    let PublishableSave { number, snapshot, rendered } = chosen;
    let now = app.now();
    let repeated = article.corrections.0.last().map(|last| &last.note) == correction.as_ref();
    let said = correction.is_none() || repeated;
    let dated = published_at.is_none() || published_at == article.published_at;
    let public = article.status == Status::Published && article.published_revision == Some(number);
    if public && said && dated && plan.scheduled_at.is_none() && plan.review_at.is_none() {
        if plan.ends_at == until {
            return Ok(());
        }
        plan.ends_at = until;
        plan_queries::save(conn, plan)?;
        article.touch(now);
        queries::update_status(conn, article)?;
        let kind = EventKind::ArticleEndChanged;
        return workflow::record(app, conn, ArticleEvent { kind, article, actor, tags: Vec::new(), details: json!({"until": until}) });
    }
    plan.settle();
    plan.clear_schedule();
    plan.ends_at = until;
    plan_queries::save(conn, plan)?;
    let published_at = published_at.or(article.published_at).unwrap_or(now);
    article.corrections.0.extend(correction.filter(|_| !(public && repeated)).map(|note| Correction { at: now, note }));
    article.status = Status::Published;
    article.published_revision = Some(number);
    article.published_at = Some(published_at);
    article.published_order = published_at;
    article.touch(now);
    queries::update_status(conn, article)?;
    if details.is_null() {
        details = json!({"revision": number, "until": until});
    }
    // Without the lock, concurrent merges and publications could change the counted resources between the two reads.
    Lock::ArticleCounts.take(conn)?;
    let before = publication_queries::counting_resources(conn, article.id)?;
    let ArticleSnapshot { content, markdown: _, relations } = snapshot;
    let publication = publication(article, content, &rendered, published_at, now);
    publication_queries::put(conn, &publication, &Json(rendered), &relations)?;
    let after = publication_queries::counting_resources(conn, article.id)?;
    recount(conn, &before, &after)?;
    let mut tags = publication_queries::affected_tags(&before, &after);
    let introduced = authors::make_public(conn, &relations.authors)?;
    tags.extend(introduced.iter().map(|author| CacheTag::from(*author)));
    tags.extend(introduced.first().map(|_| KindTag::Authors.into()));
    workflow::record(app, conn, ArticleEvent { kind: EventKind::ArticlePublished, article, actor, tags, details })
}

/// Returns the published version of a revision. The translation group, the comment count and the corrections are those of the
/// article now.
fn publication(article: &Article, content: Content, rendered: &Rendered, published_at: Timestamp, now: Timestamp) -> Publication {
    let (word_count, reading_minutes) = measure(rendered);
    let own = content.excerpt.clone().or_else(|| content.dek.clone());
    let content = Content { translation_group: article.content.translation_group, ..content };
    Publication {
        id: article.id,
        title_key: fold(&content.title),
        excerpt: own.unwrap_or_else(|| rendered.excerpt.clone()),
        content: content.into(),
        word_count,
        reading_minutes,
        corrections: article.corrections.clone(),
        comment_count: article.comment_count,
        published_at,
        updated_at: now,
    }
}

/// Deletes the published version and updates the counts. Returns the cache tags of the changed public responses.
pub(crate) fn withdraw(conn: &mut Conn, article: &mut Article) -> Result<Vec<CacheTag>> {
    // The lock has the same reason as in `release`.
    Lock::ArticleCounts.take(conn)?;
    let before = publication_queries::counting_resources(conn, article.id)?;
    publication_queries::remove(conn, article.id)?;
    article.status = Status::Draft;
    article.published_revision = None;
    let after = Counted::default();
    recount(conn, &before, &after)?;
    Ok(publication_queries::affected_tags(&before, &after))
}

/// Updates the article counts of the resources that a published version has joined or left.
fn recount(conn: &mut Conn, before: &Counted, after: &Counted) -> Result<()> {
    // Standing pages are not counted.
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
