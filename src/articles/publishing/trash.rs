//! The trash: trashed articles are not public; they can be restored as drafts or erased forever.

use serde_json::Value;

use super::super::desk::article::{Article, Status};
use super::super::desk::operations::{locked, record_event};
use super::super::desk::rights::{refuse_contributor, require_ownership};
use super::super::desk::views::{ArticleEditorView, editor_view};
use super::super::desk::workflow::{self, ArticleEvent, ArticleStep};
use super::super::desk::{plan_queries, queries};
use super::release;
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Error, Result};
use crate::events::{CacheTag, EventKind};
use crate::http::Precondition;
use crate::scrub::{self, Scrub};
use crate::users::{Caller, Role, Writer};

/// Moves an article to the trash and withdraws it.
pub(crate) fn trash(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    Lock::Articles.take(conn)?;
    let Some(mut article) = queries::look_up(conn, name)? else { return Ok(()) };
    queries::lock_comments(conn, article.id)?;
    require_ownership(conn, caller, &article)?;
    refuse_contributor(caller, &article, false)?;
    condition.check_bare(article.version)?;
    if article.status == Status::Trashed {
        return Ok(());
    }
    let tags = withdrawn(conn, &mut article)?;
    article.status = Status::Trashed;
    let mut plan = plan_queries::plan(conn, article.id)?;
    plan.cancel();
    plan_queries::save(conn, plan)?;
    article.touch(app.now());
    queries::update_status(conn, &article)?;
    let kind = EventKind::ArticleTrashed;
    workflow::record(app, conn, ArticleEvent { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })
}

/// Withdraws the published version, if there is one. Returns the cache tags of the changed public responses.
fn withdrawn(conn: &mut Conn, article: &mut Article) -> Result<Vec<CacheTag>> {
    if article.status == Status::Published { release::withdraw(conn, article) } else { Ok(Vec::new()) }
}

/// Restores an article from the trash as a draft.
pub(crate) fn restore(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<ArticleEditorView> {
    let mut article = locked(conn, caller, name)?;
    workflow::require(ArticleStep::Restore, &article, &plan_queries::plan(conn, article.id)?)?;
    article.status = Status::Draft;
    article.touch(app.now());
    queries::update_status(conn, &article)?;
    record_event(app, conn, caller, &article, EventKind::ArticleRestored)?;
    editor_view(app, conn, article)
}

/// Erases an article forever. Only administrators may do so.
pub(crate) fn erase(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    if caller.role != Role::Admin {
        return Err(Error::forbidden("Only administrators can erase articles."));
    }
    Lock::Articles.take(conn)?;
    let Some(mut article) = queries::look_up(conn, name)? else { return Ok(()) };
    queries::lock_comments(conn, article.id)?;
    condition.check_bare(article.version)?;
    let tags = withdrawn(conn, &mut article)?;
    queries::leave_translations(conn, article.id)?;
    let kind = EventKind::ArticleErased;
    workflow::record(app, conn, ArticleEvent { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })?;
    queries::erase(conn, article.id, app.now())?;
    scrub::ask(app, conn, Scrub::Articles)
}
