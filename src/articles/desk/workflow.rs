//! The states of an article, the steps that each state permits, and the events of these steps.

use serde_json::{Value, json};

use super::article::{Article, Status};
use super::plan::ArticlePlan;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::events::{self, CacheTag, Event, EventKind};

/// A step in the workflow of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArticleStep {
    /// Saves the working copy.
    Save,
    /// Submits the article for review.
    Submit,
    /// Returns the article from review.
    Return,
    /// Publishes the article at once.
    Publish,
    /// Publishes the article at a later time.
    Schedule,
    /// Cancels the scheduled publication.
    Unschedule,
    /// Withdraws the published version.
    Unpublish,
    /// Moves the article to the trash.
    Trash,
    /// Restores the article from the trash.
    Restore,
}

impl ArticleStep {
    const fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Publish => "publish",
            Self::Schedule => "schedule",
            Self::Unschedule => "unschedule",
            Self::Unpublish => "unpublish",
            Self::Trash => "trash",
            Self::Restore => "restore",
        }
    }
}

/// Returns the steps that the state of an article permits. Administrators can also erase it in every state.
fn legal(article: &Article, plan: &ArticlePlan) -> Vec<ArticleStep> {
    let review = if plan.review_at.is_some() { vec![ArticleStep::Submit, ArticleStep::Return] } else { vec![ArticleStep::Submit] };
    let withdraw = if plan.scheduled_at.is_some() { ArticleStep::Unschedule } else { ArticleStep::Unpublish };
    match article.status {
        Status::Draft => [vec![ArticleStep::Save], review, vec![ArticleStep::Publish, ArticleStep::Schedule, ArticleStep::Trash]].concat(),
        Status::Scheduled => {
            vec![ArticleStep::Save, ArticleStep::Publish, ArticleStep::Schedule, ArticleStep::Unschedule, ArticleStep::Trash]
        }
        Status::Published => {
            [vec![ArticleStep::Save], review, vec![ArticleStep::Publish, ArticleStep::Schedule, withdraw, ArticleStep::Trash]].concat()
        }
        Status::Trashed => vec![ArticleStep::Restore],
    }
}

/// Returns `409` with the legal steps if the state does not permit a step.
pub(crate) fn require(step: ArticleStep, article: &Article, plan: &ArticlePlan) -> Result<()> {
    let legal = legal(article, plan);
    if legal.contains(&step) {
        return Ok(());
    }
    let detail = match article.status {
        Status::Draft => "The article is a draft.",
        Status::Scheduled => "The article is scheduled.",
        Status::Published => "The article is published.",
        Status::Trashed => "The article is in the trash; restore it first.",
    };
    let names: Vec<&str> = legal.into_iter().map(ArticleStep::name).collect();
    Err(Error::new(Code::IllegalTransition, detail).with("legal", names))
}

/// An event of an article.
pub(crate) struct ArticleEvent<'a> {
    /// The kind of the event, as in the audit log.
    pub(crate) kind: EventKind,
    /// The article.
    pub(crate) article: &'a Article,
    /// The user who caused the event; `None` for the scheduler.
    pub(crate) actor: Option<String>,
    /// The cache tags of the public responses that change; none if only editors see the change.
    pub(crate) tags: Vec<CacheTag>,
    /// Further details for the audit log.
    pub(crate) details: Value,
}

/// Records the event.
pub(crate) fn record(app: &App, conn: &mut Conn, event: ArticleEvent<'_>) -> Result<()> {
    let ArticleEvent { kind, article, actor, tags, details } = event;
    // Without other details, the entry names the version and the revision.
    let details = if details.is_null() { json!({"version": article.version, "revision": article.revision}) } else { details };
    let subject_id = article.id.to_string();
    events::record(conn, app.now(), Event { kind, actor, subject_kind: "article", subject_id, tags, details })
}
