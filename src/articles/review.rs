//! Review: a contributor's way to publication. Submitting asks an editor to look, returning hands the draft back with a note.

use serde_json::{Value, json};

use super::draft::ReviewDraft;
use super::operations::{locked, refuse_contributor};
use super::plan_queries;
use super::view::ArticleEditorView;
use super::workflow::{self, Happening, Step};
use super::{embed, queries};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Writer};

/// Submits an article; nothing happens where it waits with the same note already.
pub(super) fn submit(
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
    workflow::require(Step::Submit, &article, &plan)?;
    if plan.review_at.is_none() || plan.review_note != draft.note {
        let now = app.now();
        plan.submit(caller.user, now, draft.note);
        plan_queries::save(conn, plan)?;
        article.touch(now);
        queries::update_standing(conn, &article)?;
        let kind = "article.submitted";
        workflow::tell(app, conn, Happening { kind, article: &article, actor: caller.actor(), tags: Vec::new(), details: Value::Null })?;
    }
    embed::editor_view(app, conn, article)
}

/// What returns an article from review.
pub(super) struct Return<'a> {
    /// Which article.
    pub(super) name: &'a str,
    /// Which version of it.
    pub(super) condition: &'a Precondition,
    /// What its author should know.
    pub(super) note: Option<String>,
}

/// Returns an article; only editors, and whoever submitted it, may.
pub(super) fn give_back(app: &App, conn: &mut Conn, caller: &Caller<Writer>, wanted: Return<'_>) -> Result<()> {
    let mut article = locked(conn, caller, wanted.name)?;
    let mut plan = plan_queries::plan(conn, article.id)?;
    let own = plan.review_by == Some(caller.user);
    if plan.review_at.is_some() && !own && !caller.edits_all() {
        return Err(Error::forbidden("Editors return what is in review; whoever submitted it may withdraw it."));
    }
    wanted.condition.check_bare(article.version)?;
    if plan.review_at.is_none() {
        // What waits for nobody is where returning leads to; the trash is not.
        return if article.status == super::article::Status::Trashed { workflow::require(Step::Return, &article, &plan) } else { Ok(()) };
    }
    let now = app.now();
    plan.give_back(caller.user, now, wanted.note);
    plan_queries::save(conn, plan)?;
    article.touch(now);
    queries::update_standing(conn, &article)?;
    let happening = Happening {
        kind: "article.returned",
        article: &article,
        actor: caller.actor(),
        tags: Vec::new(),
        details: json!({"withdrawn": own}),
    };
    workflow::tell(app, conn, happening)
}
