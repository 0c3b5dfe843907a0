//! Restoring: the content of a revision becomes the working copy again, in a new revision.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleSnapshot, Content};
use super::super::desk::article::Article;
use super::super::desk::operations::{NewSave, found, locked, record_event, save};
use super::super::desk::referents::{Missing, Referents};
use super::super::desk::rights::refuse_contributor;
use super::super::desk::views::{ArticleEditorView, saved_view};
use super::super::desk::workflow::{self, ArticleStep};
use super::super::desk::{plan_queries, queries, slugs};
use super::operations::find;
use crate::app::App;
use crate::db::{Conn, Lock};
use crate::error::{Error, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::CustomKind;
use crate::users::{Caller, Writer};

/// A working copy with the restored content of a revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RestoredArticle {
    /// The working copy in the editor view.
    #[serde(flatten)]
    pub(crate) article: ArticleEditorView,
    /// The content that could no longer be restored. The working copy leaves it out or keeps its current value.
    pub(crate) missing: Vec<Missing>,
}

/// A request to restore a revision.
pub(super) struct Restoring<'a> {
    /// The id or slug of the article.
    pub(super) name: &'a str,
    /// The number of the revision.
    pub(super) number: &'a str,
    /// The version of the article that the request is based on.
    pub(super) condition: &'a Precondition,
    /// The note of the new revision.
    pub(super) note: Option<&'a str>,
}

/// Returns the text of a revision, to be rendered before the transaction begins.
pub(super) fn text(conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: &str) -> Result<String> {
    let article = found(conn, caller, name)?;
    Ok(find(conn, article.id, number)?.content.0.markdown)
}

/// Saves the content of a revision as a new one. Nothing changes if the working copy already has this content.
pub(super) fn restore(app: &App, conn: &mut Conn, caller: &Caller<Writer>, what: &Restoring<'_>) -> Result<RestoredArticle> {
    let mut article = locked(conn, caller, what.name)?;
    let revision = find(conn, article.id, what.number)?;
    refuse_contributor(caller, &article, false)?;
    what.condition.check_bare(article.version)?;
    workflow::require(ArticleStep::Save, &article, &plan_queries::plan(conn, article.id)?)?;
    Lock::ArticleSlugs.take(conn)?;
    let referents = Referents::load(app, conn, &[&revision.content.0])?;
    let mut missing = referents.missing(article.id, &revision.content.0);
    let mut snapshot = without_deleted_references(revision.content.0, &referents);
    settle_translation(conn, caller, &article, &mut snapshot.content, &mut missing)?;
    settle_slug(conn, &article, &mut snapshot.content, &mut missing)?;
    let mut text = queries::text(conn, article.id)?;
    if article.snapshot(&text, queries::relations(conn, article.id)?) != snapshot {
        let custom = serde_json::Value::Object(snapshot.content.custom.0.clone());
        let faults = app.checker.custom_faults(conn, CustomKind::Article, &custom)?;
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let rendered = app.renderings.body(&snapshot.markdown);
        let rendered = rendered.map_err(|why| Error::conflict(format!("The text of this revision can no longer be saved. {why}")))?;
        if article.content.translation_group == article.id && snapshot.content.translation_group != article.id {
            queries::leave_translations(conn, article.id)?;
        }
        article.set_content(snapshot.content.clone(), &rendered, app.now());
        let note = note(what.note, revision.number, &missing);
        text = save(app, conn, caller, &mut article, NewSave { snapshot, rendered, note: Some(&note), before: Some(&text) })?;
        record_event(app, conn, caller, &article, EventKind::ArticleReverted)?;
    }
    Ok(RestoredArticle { article: saved_view(app, conn, article, text)?, missing })
}

/// Returns a snapshot without references to deleted resources.
fn without_deleted_references(snapshot: ArticleSnapshot, referents: &Referents) -> ArticleSnapshot {
    let ArticleSnapshot { mut content, markdown, mut relations } = snapshot;
    content.hero_image = content.hero_image.filter(|id| referents.images.contains_key(id));
    content.seo.0.image = content.seo.0.image.filter(|id| referents.images.contains_key(id));
    content.section = content.section.filter(|id| referents.sections.contains_key(id));
    relations.authors.retain(|id| referents.authors.contains_key(id));
    relations.tags.retain(|id| referents.tags.contains_key(id));
    relations.images.retain(|id| referents.images.contains_key(id));
    ArticleSnapshot { content, markdown, relations }
}

/// Restores the translation group if the article may join it again. If the group has another article in this language, keeps the
/// current group and language.
fn settle_translation(
    conn: &mut Conn,
    caller: &Caller<Writer>,
    article: &Article,
    content: &mut Content,
    missing: &mut Vec<Missing>,
) -> Result<()> {
    let original = content.translation_group;
    content.translation_group = group_now(conn, caller, article, original)?;
    if original != article.id && content.translation_group == article.id && !missing.iter().any(|one| one.pointer == "/translation_of") {
        missing.push(Missing::new("/translation_of", &original, "You cannot edit this article."));
    }
    if queries::locale_taken(conn, content.translation_group, &content.locale, article.id)? {
        missing.push(Missing::new("/locale", &content.locale, "There is another translation into this language."));
        if content.translation_group != article.content.translation_group {
            missing.push(Missing::new("/translation_of", &original, "There is another translation into this language."));
        }
        content.locale.clone_from(&article.content.locale);
        content.translation_group = article.content.translation_group;
    }
    Ok(())
}

/// Returns the translation group of the original article; the article's own group if the caller cannot edit the original or it no
/// longer exists.
fn group_now(conn: &mut Conn, caller: &Caller<Writer>, article: &Article, original: ArticleId) -> Result<ArticleId> {
    if original == article.id || original == article.content.translation_group {
        return Ok(original);
    }
    match queries::translation_group(conn, original)? {
        Some(group) if group == article.content.translation_group => Ok(group),
        Some(group) if found(conn, caller, &original.to_string()).is_ok() => Ok(group),
        _ => Ok(article.id),
    }
}

/// Keeps the current slug if the slug of the revision is taken or reserved.
fn settle_slug(conn: &mut Conn, article: &Article, content: &mut Content, missing: &mut Vec<Missing>) -> Result<()> {
    if content.slug == article.content.slug || !(slugs::is_reserved(&content.slug) || queries::slug_taken(conn, &content.slug, article.id)?)
    {
        return Ok(());
    }
    missing.push(Missing::new("/slug", &content.slug, "Another article has, or had, this slug."));
    content.slug.clone_from(&article.content.slug);
    Ok(())
}

fn note(given: Option<&str>, number: i32, missing: &[Missing]) -> String {
    let note = given.map_or_else(|| format!("Revision {number} restored"), str::to_owned);
    if missing.is_empty() {
        return note;
    }
    let pointers: Vec<_> = missing.iter().map(|one| one.pointer.as_str()).collect();
    format!("{note} (without {})", pointers.join(", "))
}
