//! Finds what can be published: the working copy, or an earlier save as long as all that belongs to it is there.

use std::sync::Arc;

use super::article::{Article, ArticleId};
use super::publication::Edition;
use super::{plan_queries, queries};
use crate::app::App;
use crate::db::{Conn, lock};
use crate::error::{Code, Error, Fault, Result};

/// The working copy.
pub(super) fn current(conn: &mut Conn, article: &Article) -> Result<Edition> {
    let relations = queries::relations(conn, article.id)?;
    Ok(Edition { number: article.revision, content: article.content(&relations), rendered: article.rendered.0.clone() })
}

/// A save by its number; the faults name everything of it that there is no more.
pub(super) fn find(app: &App, conn: &mut Conn, article: &Article, number: i32) -> Result<Edition> {
    if number == article.revision {
        return current(conn, article);
    }
    let unknown = || Error::invalid(vec![Fault::at("/revision", "unknown_reference", format!("There is no save {number}."))]);
    let content = plan_queries::kept(conn, article.id, number)?.ok_or_else(unknown)?;
    let gone = plan_queries::missing(conn, &content)?.into_iter().map(|(kind, id)| {
        Fault::at("/revision", "unknown_reference", format!("Save {number} has the {kind} {id:?}, which there is no more."))
    });
    let gone: Vec<Fault> = gone.collect();
    if !gone.is_empty() {
        return Err(Error::invalid(gone));
    }
    let rendered = app.renderings.body(&content.markdown).map_err(|why| Error::conflict(format!("The text of save {number}: {why}")))?;
    Ok(Edition { number, content, rendered: Arc::unwrap_or_clone(rendered) })
}

/// Renders an earlier save before the transaction that publishes it; whatever is wrong is for that to tell.
pub(super) async fn prepare(app: &App, id: ArticleId, number: i32) {
    if let Ok(Some(content)) = app.db.read(move |conn| plan_queries::kept(conn, id, number)).await {
        let app = app.clone();
        let _ = tokio::task::spawn_blocking(move || app.renderings.body(&content.markdown).is_ok()).await;
    }
}

/// Refuses a save whose slug or language has become another's.
pub(super) fn require_free(conn: &mut Conn, article: &Article, edition: &Edition) -> Result<()> {
    let Edition { number, content, rendered: _ } = edition;
    if *number == article.revision {
        return Ok(());
    }
    lock(conn, "article slugs")?;
    if queries::slug_taken(conn, &content.slug, article.id)? {
        return Err(Error::new(Code::SlugTaken, format!("Another article has the slug {:?} of save {number}.", content.slug)));
    }
    if queries::locale_taken(conn, article.translation_group, &content.locale, article.id)? {
        return Err(Error::conflict(format!("There is a translation into {:?}, the language of save {number}, already.", content.locale)));
    }
    Ok(())
}
