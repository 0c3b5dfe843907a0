//! Finds what can be published: the working copy, or an earlier save as long as all that belongs to it is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::super::desk::article::Article;
use super::super::desk::operations::found;
use super::super::desk::queries;
use super::super::desk::referents::Referents;
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Code, Error, Fault, Result};
use crate::markdown::Rendered;
use crate::users::{Caller, Writer};

/// One save, ready to be published.
#[derive(Clone, Debug)]
pub(super) struct PublishableSave {
    /// Its number.
    pub(super) number: i32,
    pub(super) snapshot: ArticleSnapshot,
    /// Its text, ready for readers.
    pub(super) rendered: Rendered,
}

/// The working copy.
pub(super) fn current(conn: &mut Conn, article: &Article) -> Result<PublishableSave> {
    let (text, relations) = (queries::text(conn, article.id)?, queries::relations(conn, article.id)?);
    Ok(PublishableSave { number: article.revision, snapshot: article.snapshot(&text, relations), rendered: text.rendered.0 })
}

/// A save by its number; the faults name everything of it that there is no more.
pub(super) fn find(app: &App, conn: &mut Conn, article: &Article, number: i32) -> Result<PublishableSave> {
    if number == article.revision {
        return current(conn, article);
    }
    let unknown = || Error::invalid(vec![Fault::at("/revision", "unknown_reference", format!("There is no save {number}."))]);
    let snapshot = queries::saved(conn, article.id, number)?.ok_or_else(unknown)?;
    let gone = gone(app, conn, article.id, &snapshot)?.into_iter().map(|(kind, id)| {
        Fault::at("/revision", "unknown_reference", format!("Save {number} has the {} {id:?}, which there is no more.", kind.name()))
    });
    let gone: Vec<Fault> = gone.collect();
    if !gone.is_empty() {
        return Err(Error::invalid(gone));
    }
    let rendered = app.renderings.body(&snapshot.markdown).map_err(|why| Error::conflict(format!("The text of save {number}: {why}")))?;
    Ok(PublishableSave { number, snapshot, rendered: Arc::unwrap_or_clone(rendered) })
}

/// What belongs to a save and is there no more, each once: its kind and id.
fn gone(app: &App, conn: &mut Conn, article: ArticleId, snapshot: &ArticleSnapshot) -> Result<BTreeSet<(MissingKind, String)>> {
    let missing = Referents::load(app, conn, &[snapshot])?.missing(article, snapshot);
    Ok(missing.into_iter().filter_map(|one| Some((kind_at(&one.pointer)?, one.value))).collect())
}

/// What a member names. An original is not missed: what is published stays among its own translations.
fn kind_at(pointer: &str) -> Option<MissingKind> {
    match pointer.split('/').nth(1)? {
        "authors" => Some(MissingKind::Author),
        "tags" => Some(MissingKind::Tag),
        "hero_image" | "seo" | "body" => Some(MissingKind::Picture),
        "section" => Some(MissingKind::Section),
        _ => None,
    }
}

/// What a save can miss, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MissingKind {
    Author,
    Tag,
    Picture,
    Section,
}

impl MissingKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Tag => "tag",
            Self::Picture => "picture",
            Self::Section => "section",
        }
    }
}

/// The Markdown of a save, to be rendered before the transaction begins.
pub(super) fn text(conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: i64) -> Result<String> {
    let article = found(conn, caller, name)?;
    let number = i32::try_from(number).map_err(|_| Error::not_found())?;
    Ok(queries::saved(conn, article.id, number)?.ok_or_else(Error::not_found)?.markdown)
}

/// Renders an earlier save before the transaction that publishes it; whatever is wrong is for that to tell.
pub(super) async fn prepare(app: &App, id: ArticleId, number: i32) {
    if let Ok(Some(snapshot)) = app.db.read(move |conn| queries::saved(conn, id, number)).await {
        let app = app.clone();
        let _ = tokio::task::spawn_blocking(move || app.renderings.body(&snapshot.markdown).is_ok()).await;
    }
}

/// Refuses a save whose slug or language has become another's.
pub(super) fn require_free(conn: &mut Conn, article: &Article, chosen: &PublishableSave) -> Result<()> {
    let PublishableSave { number, snapshot, rendered: _ } = chosen;
    let content = &snapshot.content;
    if *number == article.revision {
        return Ok(());
    }
    Lock::ArticleSlugs.take(conn)?;
    if queries::slug_taken(conn, &content.slug, article.id)? {
        return Err(Error::new(Code::SlugTaken, format!("Another article has the slug {:?} of save {number}.", content.slug)));
    }
    if queries::locale_taken(conn, article.content.translation_group, &content.locale, article.id)? {
        return Err(Error::conflict(format!("There is a translation into {:?}, the language of save {number}, already.", content.locale)));
    }
    Ok(())
}
