//! Reads working copies in the public view with a preview token. No other module does so, and no public query uses this module.

use super::super::content::view::{ArticleCard, ArticleView};
use super::super::desk::article::{Article, Status};
use super::super::desk::queries as working;
use super::super::desk::rights::owns;
use super::super::desk::views::previews;
use super::super::public::views::measured;
use super::preview::Preview;
use super::queries;
use super::simulation::Simulation;
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};
use crate::http::MAX_PAGE;
use crate::secrets::token_hash;
use crate::users::{Caller, Writer};

/// A valid token: its preview, and the user who created it.
pub(super) struct Grant {
    preview: Preview,
    maker: Caller<Writer>,
}

/// Returns the grant of a token. A token is invalid if its creator can no longer log in or write.
pub(super) fn grant(app: &App, conn: &mut Conn, token: &str) -> Result<Grant> {
    let found = queries::find_by_hash(conn, &token_hash(token), app.now())?;
    let (preview, maker) = found.filter(|(_, maker)| !maker.suspended).ok_or_else(Error::not_found)?;
    let maker = Caller::known(maker.user, maker.role, maker.author, None, None).with_right::<Writer>();
    let maker = maker.map_err(|_| Error::not_found())?;
    if preview.article_id.is_none() && !maker.edits_all() {
        return Err(Error::not_found());
    }
    Ok(Grant { preview, maker })
}

/// Returns the time as of which a token shows the readers' site; `None` if it shows working copies.
pub(super) fn time(app: &App, conn: &mut Conn, token: &str) -> Result<Option<Timestamp>> {
    Ok(grant(app, conn, token)?.preview.at)
}

/// Returns the article with an id or slug, as if it were published now, if the token permits it.
pub(super) fn read(app: &App, conn: &mut Conn, token: &str, name: &str) -> Result<ArticleView> {
    let grant = grant(app, conn, token)?;
    let article = opened(conn, &grant, name)?;
    previews(app, conn, vec![article])?.pop().ok_or_else(Error::not_found)
}

/// Returns the simulation for a token, and the name of the article to read in it.
pub(super) fn simulation(app: &App, conn: &mut Conn, token: &str, name: Option<String>) -> Result<(Simulation, Option<String>)> {
    let grant = grant(app, conn, token)?;
    if let Some(at) = grant.preview.at {
        return Ok((Simulation::Until(at), name));
    }
    let article = opened(conn, &grant, &name.ok_or_else(Error::not_found)?)?;
    Ok((Simulation::Publication(article.id, grant.maker), Some(article.id.to_string())))
}

/// Returns the article with this name, if the token permits reading it.
fn opened(conn: &mut Conn, grant: &Grant, name: &str) -> Result<Article> {
    let article = working::look_up(conn, name)?.filter(|article| article.status != Status::Trashed);
    let article = article.ok_or_else(Error::not_found)?;
    let named = grant.preview.article_id.is_none_or(|id| id == article.id);
    let opens = named && (grant.maker.edits_all() || owns(conn, &grant.maker, article.id, article.created_by)?);
    if opens { Ok(article) } else { Err(Error::not_found()) }
}

/// Returns a page of the list that readers would get if all working copies were published now. Only a token for a preview of the
/// site permits this.
pub(super) fn list(app: &App, conn: &mut Conn, token: &str, query: &PageQuery) -> Result<PageOf<ArticleView>> {
    let grant = grant(app, conn, token)?;
    if grant.preview.article_id.is_some() {
        return Err(Error::not_found());
    }
    let page = working::preview_page(conn, query)?;
    page.within((MAX_PAGE, query.is_backward()), |rows| measured(previews(app, conn, rows)?))
}

/// Returns the cards of the articles of a page.
pub(super) fn cards(page: PageOf<ArticleView>) -> Result<PageOf<ArticleCard>> {
    page.with_rows(|rows| Ok(rows.into_iter().map(|view| view.card).collect()))
}
