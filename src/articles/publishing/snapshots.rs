//! Finds revisions to publish: the working copy, or an earlier revision if all resources it refers to still exist.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::super::desk::article::Article;
use super::super::desk::operations::found;
use super::super::desk::queries;
use super::super::desk::referents::Referents;
use super::super::desk::slugs;
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Code, Error, Fault, Result};
use crate::markdown::Rendered;
use crate::users::{Caller, Writer};

/// A revision that is ready to be published.
#[derive(Clone, Debug)]
pub(super) struct PublishableSave {
    /// The number of the revision.
    pub(super) number: i32,
    pub(super) snapshot: ArticleSnapshot,
    /// The rendered text.
    pub(super) rendered: Rendered,
}

/// Returns the working copy as a revision to publish.
pub(super) fn current(conn: &mut Conn, article: &Article) -> Result<PublishableSave> {
    let (text, relations) = (queries::text(conn, article.id)?, queries::relations(conn, article.id)?);
    Ok(PublishableSave { number: article.revision, snapshot: article.snapshot(&text, relations), rendered: text.rendered.0 })
}

/// Returns the revision with this number, ready to be published. The errors name all its resources that no longer exist.
pub(super) fn find(app: &App, conn: &mut Conn, article: &Article, number: i32) -> Result<PublishableSave> {
    if number == article.revision {
        return current(conn, article);
    }
    let unknown = || Error::invalid(vec![Fault::at("/revision", "unknown_reference", format!("There is no revision {number}."))]);
    let snapshot = queries::saved(conn, article.id, number)?.ok_or_else(unknown)?;
    let missing = missing_resources(app, conn, article.id, &snapshot)?.into_iter().map(|(kind, id)| {
        Fault::at("/revision", "unknown_reference", format!("Revision {number} has the {} {id:?}, which no longer exists.", kind.name()))
    });
    let missing: Vec<Fault> = missing.collect();
    if !missing.is_empty() {
        return Err(Error::invalid(missing));
    }
    let rendered =
        app.renderings.body(&snapshot.markdown).map_err(|why| Error::conflict(format!("The text of revision {number}: {why}")))?;
    Ok(PublishableSave { number, snapshot, rendered: Arc::unwrap_or_clone(rendered) })
}

/// Returns the kinds and ids of the resources of a revision that no longer exist, without duplicates.
fn missing_resources(
    app: &App,
    conn: &mut Conn,
    article: ArticleId,
    snapshot: &ArticleSnapshot,
) -> Result<BTreeSet<(MissingKind, String)>> {
    let missing = Referents::load(app, conn, &[snapshot])?.missing(article, snapshot);
    Ok(missing.into_iter().filter_map(|one| Some((kind_at(&one.pointer)?, one.value))).collect())
}

/// Returns the kind of resource at a pointer. A missing original is no error, because the published version keeps its own translation
/// group.
fn kind_at(pointer: &str) -> Option<MissingKind> {
    match pointer.split('/').nth(1)? {
        "authors" => Some(MissingKind::Author),
        "tags" => Some(MissingKind::Tag),
        "hero_image" | "seo" | "body" => Some(MissingKind::Picture),
        "section" => Some(MissingKind::Section),
        _ => None,
    }
}

/// The kinds of resources that a revision may refer to, in the order of error messages.
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
            Self::Picture => "image",
            Self::Section => "section",
        }
    }
}

/// Returns the Markdown of a revision, to be rendered before the transaction begins.
pub(super) fn text(conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: i64) -> Result<String> {
    let article = found(conn, caller, name)?;
    let number = i32::try_from(number).map_err(|_| Error::not_found())?;
    Ok(queries::saved(conn, article.id, number)?.ok_or_else(Error::not_found)?.markdown)
}

/// Renders an earlier revision in advance. The transaction that publishes the revision reports any errors.
pub(super) async fn prepare(app: &App, id: ArticleId, number: i32) {
    if let Ok(Some(snapshot)) = app.db.read(move |conn| queries::saved(conn, id, number)).await {
        let app = app.clone();
        let _ = tokio::task::spawn_blocking(move || app.renderings.body(&snapshot.markdown).is_ok()).await;
    }
}

/// Returns an error if another article has the slug or language of a revision.
///
/// For the scheduler, `caller` is `None`, and the error does not name the other article.
pub(super) fn require_free(conn: &mut Conn, caller: Option<&Caller<Writer>>, article: &Article, chosen: &PublishableSave) -> Result<()> {
    let PublishableSave { number, snapshot, rendered: _ } = chosen;
    let content = &snapshot.content;
    if *number == article.revision {
        return Ok(());
    }
    Lock::ArticleSlugs.take(conn)?;
    if queries::slug_taken(conn, &content.slug, article.id)? {
        if let Some(caller) = caller {
            return Err(slugs::refusal(conn, caller, &content.slug)?);
        }
        return Err(Error::new(Code::SlugTaken, format!("Another article has the slug {:?} of revision {number}.", content.slug)));
    }
    if queries::locale_taken(conn, article.content.translation_group, &content.locale, article.id)? {
        return Err(Error::conflict(format!("Another translation has the language {:?} of revision {number}.", content.locale)));
    }
    Ok(())
}
