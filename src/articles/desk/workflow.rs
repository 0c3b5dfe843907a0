//! The states of an article, the steps that each of them has, and how a step is told of.

use serde_json::{Value, json};

use super::article::{Article, Status};
use super::plan::ArticlePlan;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::events::{self, CacheTag, Event, EventKind};

/// A step of the desk's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArticleStep {
    /// Saves the working copy.
    Save,
    /// Submits it for review.
    Submit,
    /// Returns it from review.
    Return,
    /// Publishes it at once.
    Publish,
    /// Publishes it at a time.
    Schedule,
    /// Gives up what was planned.
    Unschedule,
    /// Takes it from readers.
    Unpublish,
    /// Throws it away.
    Trash,
    /// Takes it out of the trash.
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

/// The steps that an article's state has. (An administrator may erase it in every one.)
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

/// Refuses a step that the state does not have, and names those it has.
pub(crate) fn require(step: ArticleStep, article: &Article, plan: &ArticlePlan) -> Result<()> {
    let legal = legal(article, plan);
    if legal.contains(&step) {
        return Ok(());
    }
    let detail = match article.status {
        Status::Draft => "It is a draft.",
        Status::Scheduled => "It is scheduled.",
        Status::Published => "It is published.",
        Status::Trashed => "It is in the trash; restore it first.",
    };
    let names: Vec<&str> = legal.into_iter().map(ArticleStep::name).collect();
    Err(Error::new(Code::IllegalTransition, detail).with("legal", names))
}

/// What has happened to an article.
pub(crate) struct ArticleEvent<'a> {
    /// In the words of the audit log.
    pub(crate) kind: EventKind,
    /// Whom it happened to.
    pub(crate) article: &'a Article,
    /// Who did it; nobody where the clock did.
    pub(crate) actor: Option<String>,
    /// Which public answers it changes; none where only the desk sees it.
    pub(crate) tags: Vec<CacheTag>,
    /// What else the audit log should say.
    pub(crate) details: Value,
}

/// Records the event.
pub(crate) fn record(app: &App, conn: &mut Conn, event: ArticleEvent<'_>) -> Result<()> {
    let ArticleEvent { kind, article, actor, tags, details } = event;
    // Where there is nothing else to say: which save it was.
    let details = if details.is_null() { json!({"version": article.version, "revision": article.revision}) } else { details };
    let subject_id = article.id.to_string();
    events::record(conn, app.now(), Event { kind, actor, subject_kind: "article", subject_id, tags, details })
}
