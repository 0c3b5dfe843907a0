//! Operations on working copies: functions of a connection, a caller and input.

use std::sync::Arc;

use serde_json::Value;

use super::super::content::content::{ArticleId, ArticleSnapshot, Relations};
use super::article::{Article, ArticleText, Revision};
use super::conflict::{self, StaleSave};
use super::draft::ArticleDraft;
use super::parse::{self, Before, ParsedArticle};
use super::rights::{refuse_contributor, require_own_byline, require_ownership};
use super::views::{self, ArticleEditorCard, ArticleEditorView};
use super::workflow::{self, ArticleEvent, ArticleStep};
use super::{listing, plan_queries, queries, slugs};
use crate::app::App;
use crate::db::{Conn, Id, Json, Lock, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::{Input, ReferenceTo};
use crate::markdown::Rendered;
use crate::taxonomy;
use crate::users::{Caller, Writer};

/// Returns a page of the working copies that the caller may see.
pub(crate) fn list(app: &App, conn: &mut Conn, caller: &Caller<Writer>, query: &PageQuery) -> Result<PageOf<ArticleEditorCard>> {
    let own = (!caller.edits_all()).then_some((caller.user, caller.author));
    let query = listing::of_caller(query, caller.user);
    queries::page(conn, &query, own)?.with_rows(|rows| views::editor_cards(app, conn, rows))
}

/// Returns a working copy.
pub(crate) fn read(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<ArticleEditorView> {
    let article = found(conn, caller, name)?;
    views::editor_view(app, conn, article)
}

/// The options of a save.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Saving<'a> {
    /// Whether to publish in the same transaction.
    pub(crate) publish: bool,
    /// The note of the new revision.
    pub(crate) note: Option<&'a str>,
}

/// A working copy after a save, which may have changed nothing.
pub(crate) struct Saved {
    pub(crate) article: Article,
    pub(crate) text: ArticleText,
}

/// Creates an article.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Writer>, input: &Input, note: Option<&str>) -> Result<Saved> {
    // The lock keeps schemas and referenced resources unchanged until the article is stored.
    Lock::Articles.take(conn)?;
    let parsed = parse::parse(app, conn, input, None)?;
    let now = app.now();
    let target = DraftTarget { id: Id::new(now), before: None };
    let (snapshot, rendered) = resolve(app, conn, caller, &target, parsed)?;
    let mut article = Article::new(target.id, snapshot.content.clone(), &rendered, caller.user, now);
    let text = save(app, conn, caller, &mut article, NewSave { snapshot, rendered, note, before: None })?;
    record_event(app, conn, caller, &article, EventKind::ArticleCreated)?;
    Ok(Saved { article, text })
}

/// A change of a working copy.
pub(crate) struct ArticleChange<'a> {
    /// The id or slug of the article.
    pub(crate) name: &'a str,
    /// The version that the change is based on.
    pub(crate) condition: &'a Precondition,
    /// The options of the save.
    pub(crate) saving: Saving<'a>,
}

/// Changes a working copy, by replacement or by merge patch.
pub(crate) fn revise(app: &App, conn: &mut Conn, caller: &Caller<Writer>, change: &ArticleChange<'_>, input: &Input) -> Result<Saved> {
    let mut article = locked(conn, caller, change.name)?;
    refuse_contributor(caller, &article, change.saving.publish)?;
    let text = queries::text(conn, article.id)?;
    let view = serde_json::to_value(views::view_with_text(app, conn, article.clone(), text.clone())?)?;
    let current = article.snapshot(&text, queries::relations(conn, article.id)?);
    let before = Before { article: &article, text: &text, view: &view };
    let parsed = conflict::parse(app, conn, input, before, change.condition)?;
    if let Some(stale) = change.condition.stale(article.version)? {
        let save = StaleSave { input, article: &article, current: &current, parsed: &parsed, stale };
        return Err(conflict::refusal(app, conn, &save)?);
    }
    workflow::require(ArticleStep::Save, &article, &plan_queries::plan(conn, article.id)?)?;
    let target = DraftTarget { id: article.id, before: Some(&article) };
    let (snapshot, rendered) = resolve(app, conn, caller, &target, parsed)?;
    if current == snapshot {
        return Ok(Saved { article, text });
    }
    article.set_content(snapshot.content.clone(), &rendered, app.now());
    let text = save(app, conn, caller, &mut article, NewSave { snapshot, rendered, note: change.saving.note, before: Some(&text) })?;
    record_event(app, conn, caller, &article, EventKind::ArticleSaved)?;
    Ok(Saved { article, text })
}

/// Returns a working copy that the caller may read, or else an error.
pub(crate) fn found(conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<Article> {
    let article = queries::look_up(conn, name)?.ok_or_else(Error::not_found)?;
    require_ownership(conn, caller, &article)?;
    Ok(article)
}

/// Returns an article and locks it and its comments until the end of the transaction.
pub(crate) fn locked(conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<Article> {
    Lock::Articles.take(conn)?;
    let article = found(conn, caller, name)?;
    queries::lock_comments(conn, article.id)?;
    Ok(article)
}

/// The article that a draft is for.
struct DraftTarget<'a> {
    id: ArticleId,
    /// The article before the change; `None` for a new article.
    before: Option<&'a Article>,
}

/// Looks up the references of a draft and creates missing tags. Returns the resulting content and its text.
fn resolve(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    target: &DraftTarget<'_>,
    parsed: ParsedArticle,
) -> Result<(ArticleSnapshot, Arc<Rendered>)> {
    let ParsedArticle { draft, markdown, rendered } = parsed;
    let images = queries::existing_images(conn, &rendered.images)?;
    let authors = draft.authors.clone().unwrap_or_else(|| caller.author.into_iter().collect());
    require_own_byline(conn, caller, target.before, &authors)?;
    let relations = Relations {
        authors: dedup(authors),
        tags: dedup(tags(app, conn, caller, &draft.tags)?),
        images: dedup(images.iter().filter_map(|id| id.parse().ok()).chain(draft.seo.image).collect()),
    };
    // Slugs and translation groups are checked and taken under one lock, so that no other transaction takes them in between.
    Lock::ArticleSlugs.take(conn)?;
    let group = group_of(conn, caller, target, &draft)?;
    if group != target.id && target.before.is_some_and(|before| before.content.translation_group == target.id) {
        queries::leave_translations(conn, target.id)?;
    }
    if queries::locale_taken(conn, group, &draft.locale, target.id)? {
        return Err(Error::conflict(format!("There is already a translation into {:?}.", draft.locale)));
    }
    let slug = slugs::choose(conn, caller, &draft, target.id)?;
    Ok((ArticleSnapshot { content: draft.content(slug, group), markdown, relations }, rendered))
}

/// Returns the translation group of a draft. Callers can add a translation only to articles that they may edit.
fn group_of(conn: &mut Conn, caller: &Caller<Writer>, target: &DraftTarget<'_>, draft: &ArticleDraft) -> Result<ArticleId> {
    let Some(original) = draft.translation_of else { return Ok(target.id) };
    let unknown =
        || Error::invalid(vec![Fault::at("/translation_of", "unknown_reference", "This article does not exist, or you cannot edit it.")]);
    let group = queries::translation_group(conn, original)?.ok_or_else(unknown)?;
    if target.before.map_or(target.id, |before| before.content.translation_group) == group {
        return Ok(group);
    }
    found(conn, caller, &original.to_string()).map_err(|_| unknown())?;
    Ok(group)
}

fn tags(app: &App, conn: &mut Conn, caller: &Caller<Writer>, wanted: &[ReferenceTo]) -> Result<Vec<Id<taxonomy::Tag>>> {
    let mut faults = Vec::new();
    let mut tags = Vec::new();
    for (index, name) in wanted.iter().enumerate() {
        match taxonomy::find_or_create_tag(app, conn, caller.actor(), name.as_str())? {
            Some(tag) => tags.push(tag),
            None => faults.push(parse::unknown_tag(index, name.as_str())),
        }
    }
    if faults.is_empty() { Ok(tags) } else { Err(Error::invalid(faults)) }
}

fn dedup<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// The data of a save.
pub(crate) struct NewSave<'a> {
    pub(crate) snapshot: ArticleSnapshot,
    /// The rendered text.
    pub(crate) rendered: Arc<Rendered>,
    /// The note of the new revision.
    pub(crate) note: Option<&'a str>,
    /// The text before the save; `None` for a new article.
    pub(crate) before: Option<&'a ArticleText>,
}

/// Stores a save: the working copy, its text, its relations, and a revision with all of these.
pub(crate) fn save(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article, new: NewSave<'_>) -> Result<ArticleText> {
    let NewSave { snapshot, rendered, note, before } = new;
    let rendered = Json(Arc::unwrap_or_clone(rendered));
    let text = ArticleText { article_id: article.id, markdown: snapshot.markdown.clone(), rendered };
    article.revision += 1;
    match before {
        None => queries::insert(conn, article, &text)?,
        Some(before) => {
            queries::update(conn, article)?;
            if *before != text {
                queries::update_text(conn, &text)?;
            }
        }
    }
    queries::set_relations(conn, article.id, &snapshot.relations)?;
    let revision = Revision {
        article_id: article.id,
        number: article.revision,
        content: Json(snapshot),
        note: note.map(str::to_owned),
        created_by: Some(caller.user),
        created_at: app.now(),
        version: Some(article.version),
    };
    queries::insert_revision(conn, &revision)?;
    Ok(text)
}

/// Records an event that changes no public response.
pub(crate) fn record_event(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &Article, kind: EventKind) -> Result<()> {
    workflow::record(app, conn, ArticleEvent { kind, article, actor: caller.actor(), tags: Vec::new(), details: Value::Null })
}
