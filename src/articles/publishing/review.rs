//! Review: users submit articles, and editors publish them or return them with a note.

use serde_json::{Value, json};

use super::super::desk::article::Status;
use super::super::desk::operations::locked;
use super::super::desk::rights::refuse_contributor;
use super::super::desk::views::{ArticleEditorView, editor_view};
use super::super::desk::workflow::{self, ArticleEvent, ArticleStep};
use super::super::desk::{plan_queries, queries};
use super::drafts::ReviewDraft;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Writer};

/// Submits an article for review. Nothing changes if it already waits with the same note.
pub(crate) fn submit(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<ArticleEditorView> {
    let mut article = locked(conn, caller, name)?;
    refuse_contributor(caller, &article, false)?;
    let draft = input.plain::<ReviewDraft>()?;
    condition.check_bare(article.version)?;
    let mut plan = plan_queries::plan(conn, article.id)?;
    workflow::require(ArticleStep::Submit, &article, &plan)?;
    if plan.review_at.is_none() || plan.review_note != draft.note {
        let now = app.now();
        plan.submit(caller.user, now, draft.note);
        plan_queries::save(conn, plan)?;
        article.touch(now);
        queries::update_status(conn, &article)?;
        let kind = EventKind::ArticleSubmitted;
        workflow::record(
            app,
            conn,
            ArticleEvent { kind, article: &article, actor: caller.actor(), tags: Vec::new(), details: Value::Null },
        )?;
    }
    editor_view(app, conn, article)
}

/// A request to return an article from review.
pub(crate) struct Return<'a> {
    /// The id or slug of the article.
    pub(crate) name: &'a str,
    /// The version that the request is based on.
    pub(crate) condition: &'a Precondition,
    /// A note for the author.
    pub(crate) note: Option<String>,
}

/// Returns an article from review. Only editors, and the user who submitted it, may do so.
pub(crate) fn give_back(app: &App, conn: &mut Conn, caller: &Caller<Writer>, wanted: Return<'_>) -> Result<()> {
    let mut article = locked(conn, caller, wanted.name)?;
    let mut plan = plan_queries::plan(conn, article.id)?;
    let own = plan.review_by == Some(caller.user);
    if plan.review_at.is_some() && !own && !caller.edits_all() {
        return Err(Error::forbidden("Only editors and the user who submitted the article can end the review."));
    }
    wanted.condition.check_bare(article.version)?;
    if plan.review_at.is_none() {
        // An article that is not in review needs no return; one in the trash is an error.
        return if article.status == Status::Trashed { workflow::require(ArticleStep::Return, &article, &plan) } else { Ok(()) };
    }
    let now = app.now();
    plan.give_back(caller.user, now, wanted.note);
    plan_queries::save(conn, plan)?;
    article.touch(now);
    queries::update_status(conn, &article)?;
    let event = ArticleEvent {
        kind: EventKind::ArticleReturned,
        article: &article,
        actor: caller.actor(),
        tags: Vec::new(),
        details: json!({"withdrawn": own}),
    };
    workflow::record(app, conn, event)
}
