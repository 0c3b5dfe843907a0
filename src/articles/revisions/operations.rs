//! Operations on revisions: functions of a connection, a caller and input.

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::super::desk::article::{Article, Revision};
use super::super::desk::operations::found;
use super::super::desk::referents::Referents;
use super::content::RevisionContent;
use super::difference::Pair;
use super::queries;
use super::revision::{RevisionCard, RevisionView, Save, Saver};
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::users::{Caller, Writer};

/// Returns a page of the revisions of an article that the caller may edit.
pub(super) fn list(conn: &mut Conn, caller: &Caller<Writer>, name: &str, query: &PageQuery) -> Result<PageOf<RevisionCard>> {
    let article = found(conn, caller, name)?;
    queries::page(conn, article.id, query)?.with_rows(|saves| cards(conn, &article, saves))
}

/// Returns a whole revision.
pub(super) fn read(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: &str) -> Result<RevisionView> {
    let article = found(conn, caller, name)?;
    let Revision { article_id: _, number, content, note, created_by, created_at, version: _ } = find(conn, article.id, number)?;
    let card = cards(conn, &article, vec![Save { number, note, created_by, created_at }])?.pop().ok_or_else(Error::not_found)?;
    let referents = Referents::load(app, conn, &[&content.0])?;
    let missing = referents.missing(article.id, &content.0);
    Ok(RevisionView { card, content: RevisionContent::of(article.id, &content.0, &referents), missing })
}

/// Returns two revisions to compare: by default a revision and the previous one.
pub(super) fn pair(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: &str, against: Option<i32>) -> Result<Pair> {
    let article = found(conn, caller, name)?;
    let after = find(conn, article.id, number)?;
    let number = after.number;
    let before = queries::look_up(conn, article.id, against.unwrap_or(number - 1))?;
    if let (Some(against), None) = (against, &before) {
        let fault = Fault::parameter("against", "unknown_reference", format!("The article has no revision {against}."));
        return Err(Error::bad_query(vec![fault]));
    }
    let before = before.map(|before| (before.number, before.content.0));
    let after = after.content.0;
    let snapshots: Vec<&ArticleSnapshot> = std::iter::once(&after).chain(before.iter().map(|(_, content)| content)).collect();
    let referents = Referents::load(app, conn, &snapshots)?;
    Ok(Pair { article: article.id, number, after, before, referents })
}

/// Returns the revision of an article with the number in a path.
pub(super) fn find(conn: &mut Conn, article: ArticleId, number: &str) -> Result<Revision> {
    let plain = !number.starts_with(['+', '-', '0']);
    let number = number.parse().ok().filter(|_| plain).ok_or_else(Error::not_found)?;
    queries::look_up(conn, article, number)?.ok_or_else(Error::not_found)
}

fn cards(conn: &mut Conn, article: &Article, saves: Vec<Save>) -> Result<Vec<RevisionCard>> {
    let people: Vec<_> = saves.iter().filter_map(|save| save.created_by).collect();
    let names = queries::names(conn, &people)?;
    let person = |id| names.get(&id).map(|name| Saver { id, name: name.clone() });
    let card = |save: Save| RevisionCard {
        number: save.number,
        note: save.note,
        created_by: save.created_by.and_then(person),
        created_at: save.created_at,
        current: save.number == article.revision,
        published: article.published_revision == Some(save.number),
    };
    Ok(saves.into_iter().map(card).collect())
}
