//! Publishing: the working copy becomes what readers get, at once and whole.

use super::article::{Article, Correction, Status};
use super::draft::PublicationDraft;
use super::operations::{announce, illegal, locked};
use super::publication::PublicationWithText;
use super::published_queries::{self, Counted};
use super::view::ArticleEditorView;
use super::{embed, queries};
use crate::app::App;
use crate::authors;
use crate::db::Conn;
use crate::error::Result;
use crate::http::Precondition;
use crate::input::Input;
use crate::taxonomy;
use crate::users::{Caller, Writer};

/// Publishes the working copy.
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
    condition.check_bare(article.version)?;
    publish_now(app, conn, caller, &mut article, draft.correction)?;
    embed::editor_view(app, conn, article)
}

/// Takes the published copy away; the working copy stays.
pub(super) fn unpublish(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    let mut article = locked(conn, caller, name)?;
    condition.check_bare(article.version)?;
    match article.status {
        Status::Draft => return Ok(()),
        Status::Trashed => return Err(illegal("It is in the trash.", &["restore"])),
        Status::Published => {}
    }
    withdraw(conn, &mut article)?;
    article.touch(app.now());
    queries::update(conn, &article)?;
    announce(app, conn, caller, &article, "article.unpublished")
}

/// Publishes an article that is already loaded; nothing happens where readers have it as it is.
pub(super) fn publish_now(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    article: &mut Article,
    correction: Option<String>,
) -> Result<()> {
    if article.status == Status::Trashed {
        return Err(illegal("It is in the trash; restore it first.", &["restore"]));
    }
    let unchanged = article.status == Status::Published && !article.has_unpublished_changes();
    if unchanged && correction.is_none() {
        return Ok(());
    }
    let now = app.now();
    let published_at = article.published_at.unwrap_or(now);
    article.corrections.0.extend(correction.map(|note| Correction { at: now, note }));
    article.status = Status::Published;
    article.published_revision = Some(article.revision);
    article.published_at = Some(published_at);
    article.published_order = published_at;
    article.touch(now);
    queries::update(conn, article)?;
    let before = published_queries::counted(conn, article.id)?;
    let relations = queries::relations(conn, article.id)?;
    published_queries::put(conn, &PublicationWithText::of(article.clone(), published_at, now), &relations, now)?;
    let after = published_queries::counted(conn, article.id)?;
    recount(conn, &before)?;
    recount(conn, &after)?;
    announce(app, conn, caller, article, "article.published")
}

/// Takes the published copy away, and the counts with it.
pub(super) fn withdraw(conn: &mut Conn, article: &mut Article) -> Result<()> {
    let before = published_queries::counted(conn, article.id)?;
    published_queries::remove(conn, article.id)?;
    article.status = Status::Draft;
    article.published_revision = None;
    recount(conn, &before)
}

fn recount(conn: &mut Conn, counted: &Counted) -> Result<()> {
    authors::recount(conn, &counted.authors)?;
    taxonomy::recount_tags(conn, &counted.tags)?;
    taxonomy::recount_sections(conn, &counted.sections)
}
