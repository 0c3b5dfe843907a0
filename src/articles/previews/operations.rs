//! Operations on previews: functions of a connection, a caller and input.

use serde_json::json;

use super::super::content::content::ArticleId;
use super::super::desk::operations::{found, read as read_article};
use super::preview::{ArticlePreviewDraft, NewPreview, Preview, PreviewView, SitePreviewDraft};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind};
use crate::input::Input;
use crate::users::{Caller, Right, Writer};

/// The maximum number of previews of an article, or of the site, at a time.
const MAX_PREVIEWS: i64 = 100;

/// Creates a preview of an article. The caller must be allowed to read its working copy.
pub(super) fn create_of_article(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, input: &Input) -> Result<NewPreview> {
    let view = read_article(app, conn, caller, name)?;
    let draft = input.plain::<ArticlePreviewDraft>()?;
    let (preview, token) = Preview::make(Some(view.card.id), caller.user, app.now(), draft.expires_in);
    keep(app, conn, caller, &preview)?;
    Ok(preview.introduce(token, &view.card.url))
}

/// Creates a preview of the site.
pub(super) fn create_of_site<R: Right>(app: &App, conn: &mut Conn, caller: &Caller<R>, input: &Input) -> Result<NewPreview> {
    let draft = input.plain::<SitePreviewDraft>()?;
    if draft.at.is_some_and(|at| at < app.now()) {
        return Err(Error::invalid(vec![Fault::at("/at", "in_the_past", "This time must not be in the past.")]));
    }
    let (mut preview, token) = Preview::make(None, caller.user, app.now(), draft.expires_in);
    preview.at = draft.at;
    keep(app, conn, caller, &preview)?;
    Ok(preview.introduce(token, &format!("{}/", app.config.links.site_url)))
}

fn keep<R: Right>(app: &App, conn: &mut Conn, caller: &Caller<R>, preview: &Preview) -> Result<()> {
    Lock::Previews.take(conn)?;
    if queries::count(conn, preview.article_id, app.now())? >= MAX_PREVIEWS {
        return Err(Error::conflict(format!("There are already {MAX_PREVIEWS} previews; revoke one first.")));
    }
    queries::insert(conn, preview)?;
    record_event(app, conn, caller, preview, EventKind::PreviewCreated)
}

/// Returns a page of the previews of an article.
pub(super) fn list_of_article(app: &App, conn: &mut Conn, id: ArticleId, query: &PageQuery) -> Result<PageOf<PreviewView>> {
    queries::page(conn, query, Some(id), app.now())?.with_rows(|rows| Ok(rows.iter().map(Preview::view).collect()))
}

/// Returns a page of the previews of the site.
pub(super) fn list_of_site(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<PreviewView>> {
    queries::page(conn, query, None, app.now())?.with_rows(|rows| Ok(rows.iter().map(Preview::view).collect()))
}

/// Returns the id of the article whose previews are requested. The caller must be allowed to read its working copy.
pub(super) fn article(conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<ArticleId> {
    Ok(found(conn, caller, name)?.id)
}

/// Returns a preview of an article or, if `article` is `None`, of the site.
pub(super) fn read(app: &App, conn: &mut Conn, article: Option<ArticleId>, id: &str) -> Result<PreviewView> {
    Ok(queries::look_up(conn, article, id, app.now())?.ok_or_else(Error::not_found)?.view())
}

/// Revokes a preview of an article or, if `article` is `None`, of the site.
pub(super) fn delete<R: Right>(app: &App, conn: &mut Conn, caller: &Caller<R>, article: Option<ArticleId>, id: &str) -> Result<()> {
    let Some(preview) = queries::look_up(conn, article, id, app.now())? else { return Ok(()) };
    queries::delete(conn, preview.id)?;
    record_event(app, conn, caller, &preview, EventKind::PreviewRevoked)
}

/// Records an event of the article or the site that the preview shows. No public response changes.
fn record_event<R: Right>(app: &App, conn: &mut Conn, caller: &Caller<R>, preview: &Preview, kind: EventKind) -> Result<()> {
    let (subject_kind, subject_id) = match preview.article_id {
        Some(article) => ("article", article.to_string()),
        None => ("site", "site".to_owned()),
    };
    let details = json!({"preview": preview.id, "expires_at": preview.expires_at});
    let event = Event { kind, actor: caller.actor(), subject_kind, subject_id, tags: Vec::new(), details };
    events::record(conn, app.now(), event)
}
