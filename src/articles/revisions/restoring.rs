//! Restoring: what was saved once becomes the working copy again, as a new save.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::operations::{announce, found, keep, locked, refuse_contributor};
use super::super::workflow::{self, Step};
use super::super::{embed, plan_queries, queries, slugs};
use super::content::{Around, Missing};
use super::operations::find;
use crate::app::App;
use crate::articles::article::{Article, ArticleId, Content};
use crate::articles::view::ArticleEditorView;
use crate::db::{Conn, lock};
use crate::error::{Error, Result};
use crate::http::Precondition;
use crate::input::CustomKind;
use crate::users::{Caller, Writer};

/// A working copy that says again what was saved once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RestoredArticle {
    /// The working copy.
    #[serde(flatten)]
    pub(crate) article: ArticleEditorView,
    /// What the revision said that can't be had any more, and that the working copy therefore lacks or has as it was.
    pub(crate) missing: Vec<Missing>,
}

/// What is to be restored.
pub(super) struct Restoring<'a> {
    /// The article.
    pub(super) name: &'a str,
    /// The number of the save.
    pub(super) number: &'a str,
    /// Which version the act is meant for.
    pub(super) condition: &'a Precondition,
    /// What the history shall say of it.
    pub(super) note: Option<&'a str>,
}

/// The text of a save, to be rendered before the transaction begins.
pub(in crate::articles) fn text(conn: &mut Conn, caller: &Caller<Writer>, name: &str, number: &str) -> Result<String> {
    let article = found(conn, caller, name)?;
    Ok(find(conn, article.id, number)?.content.0.markdown)
}

/// Makes a save's content the working copy's, as a new save; nothing happens where it is so already.
pub(super) fn restore(app: &App, conn: &mut Conn, caller: &Caller<Writer>, what: &Restoring<'_>) -> Result<RestoredArticle> {
    let mut article = locked(conn, caller, what.name)?;
    let revision = find(conn, article.id, what.number)?;
    refuse_contributor(caller, &article, false)?;
    what.condition.check_bare(article.version)?;
    workflow::require(Step::Save, &article, &plan_queries::plan(conn, article.id)?)?;
    lock(conn, "article slugs")?;
    let around = Around::load(app, conn, &[&revision.content.0])?;
    let mut missing = around.missing(article.id, &revision.content.0);
    let mut content = still_there(revision.content.0, &around);
    settle_translation(conn, caller, &article, &mut content, &mut missing)?;
    settle_slug(conn, &article, &mut content, &mut missing)?;
    if article.content(&queries::relations(conn, article.id)?) != content {
        let custom = serde_json::Value::Object(content.custom.clone());
        let faults = app.checker.custom_faults(conn, CustomKind::Article, &custom)?;
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        let rendered = app.renderings.body(&content.markdown);
        let rendered = rendered.map_err(|why| Error::conflict(format!("The text of this revision can't be saved any more. {why}")))?;
        if article.translation_group == article.id && content.translation_group != article.id {
            queries::leave_translations(conn, article.id)?;
        }
        let relations = article.adopt(content, rendered.as_ref().clone(), app.now());
        let note = note(what.note, revision.number, &missing);
        keep(app, conn, caller, &mut article, &relations, Some(&note))?;
        announce(app, conn, caller, &article, "article.reverted")?;
    }
    Ok(RestoredArticle { article: embed::saved_view(app, conn, article)?, missing })
}

/// A content without what has been deleted.
fn still_there(mut content: Content, around: &Around) -> Content {
    content.hero_image = content.hero_image.filter(|id| around.images.contains_key(id));
    content.seo.image = content.seo.image.filter(|id| around.images.contains_key(id));
    content.section = content.section.filter(|id| around.sections.contains_key(id));
    content.relations.authors.retain(|id| around.authors.contains_key(id));
    content.relations.tags.retain(|id| around.tags.contains_key(id));
    content.relations.images.retain(|id| around.images.contains_key(id));
    content
}

/// Finds the group that the article may join again; where its language has been given to another, both stay as they are.
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
        missing.push(Missing::new("/translation_of", &original, "This article is another's."));
    }
    if queries::locale_taken(conn, content.translation_group, &content.locale, article.id)? {
        missing.push(Missing::new("/locale", &content.locale, "There is another translation into this language."));
        if content.translation_group != article.translation_group {
            missing.push(Missing::new("/translation_of", &original, "There is another translation into this language."));
        }
        content.locale.clone_from(&article.locale);
        content.translation_group = article.translation_group;
    }
    Ok(())
}

/// The group of the article that this one was a translation of; its own where there is none that the caller may work on.
fn group_now(conn: &mut Conn, caller: &Caller<Writer>, article: &Article, original: ArticleId) -> Result<ArticleId> {
    if original == article.id || original == article.translation_group {
        return Ok(original);
    }
    match queries::translation_group(conn, original)? {
        Some(group) if group == article.translation_group => Ok(group),
        Some(group) if found(conn, caller, &original.to_string()).is_ok() => Ok(group),
        _ => Ok(article.id),
    }
}

/// Takes the old address again, where it is free.
fn settle_slug(conn: &mut Conn, article: &Article, content: &mut Content, missing: &mut Vec<Missing>) -> Result<()> {
    if content.slug == article.slug || !(slugs::is_reserved(&content.slug) || queries::slug_taken(conn, &content.slug, article.id)?) {
        return Ok(());
    }
    missing.push(Missing::new("/slug", &content.slug, "Another article has, or had, this slug."));
    content.slug.clone_from(&article.slug);
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
