//! What can be done with working copies: plain functions of connection, caller and input.

use std::sync::Arc;

use serde_json::Value;

use super::article::{Article, ArticleId, Relations, Revision, Settled, Status};
use super::draft::ArticleDraft;
use super::manuscript::{self, Before, Manuscript};
use super::published_queries::{self, Found};
use super::stale::{self, Late};
use super::view::{ArticleEditorCard, ArticleEditorView};
use super::workflow::{self, Happening, Step};
use super::{embed, listing, plan_queries, publishing, queries, slugs};
use crate::app::App;
use crate::authors::Author;
use crate::db::{Conn, Id, Json, PageOf, PageQuery, lock};
use crate::error::{Code, Error, Fault, Result};
use crate::http::Precondition;
use crate::input::{Input, ReferenceTo};
use crate::scrub::{self, Scrub};
use crate::taxonomy;
use crate::users::{Caller, Role, Writer};

/// One page of working copies, those that the caller may see.
pub(super) fn list(app: &App, conn: &mut Conn, caller: &Caller<Writer>, query: &PageQuery) -> Result<PageOf<ArticleEditorCard>> {
    let own = (!caller.edits_all()).then_some((caller.user, caller.author));
    let query = listing::of_caller(query, caller.user);
    queries::page(conn, &query, own)?.with_rows(|rows| embed::editor_cards(app, conn, rows))
}

/// A working copy.
pub(super) fn read(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<ArticleEditorView> {
    let article = found(conn, caller, name)?;
    embed::editor_view(app, conn, article)
}

/// How a save is meant, besides what it says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Saving<'a> {
    /// Whether to publish in the same step.
    pub(crate) publish: bool,
    /// What the history shall say of it.
    pub(crate) note: Option<&'a str>,
}

/// Makes an article.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Writer>, input: &Input, saving: Saving<'_>) -> Result<ArticleEditorView> {
    if saving.publish && caller.role == Role::Contributor {
        return Err(Error::forbidden("Contributors submit their articles; authors and editors publish."));
    }
    // What it is checked by, and what it names, stays until it is stored.
    lock(conn, "articles")?;
    let manuscript = manuscript::parse(app, conn, input, None)?;
    let now = app.now();
    let mut article = Article::blank(caller.user, now);
    let relations = take_over(app, conn, caller, &mut article, manuscript)?;
    queries::insert(conn, &article)?;
    keep(app, conn, caller, &mut article, &relations, saving.note)?;
    announce(app, conn, caller, &article, "article.created")?;
    if saving.publish {
        publishing::publish_now(app, conn, caller, &mut article)?;
    }
    embed::saved_view(app, conn, article)
}

/// How a change is meant.
pub(super) struct Change<'a> {
    /// What is to be changed.
    pub(super) name: &'a str,
    /// Which version it is meant for.
    pub(super) condition: &'a Precondition,
    /// What the save is to do besides.
    pub(super) saving: Saving<'a>,
}

/// Changes a working copy, by replacement or by merge patch.
pub(super) fn revise(app: &App, conn: &mut Conn, caller: &Caller<Writer>, change: &Change<'_>, input: &Input) -> Result<ArticleEditorView> {
    let mut article = locked(conn, caller, change.name)?;
    refuse_contributor(caller, &article, change.saving.publish)?;
    let before = embed::editor_view(app, conn, article.clone())?;
    let current = serde_json::to_value(&before)?;
    let was = article.content(&queries::relations(conn, article.id)?);
    let before = Before { article: &article, view: &current };
    let manuscript = stale::parse(app, conn, input, before, change.condition)?;
    if let Some(stale) = change.condition.stale(article.version)? {
        let late = Late { input, article: &article, current: &was, manuscript: &manuscript, stale };
        return Err(stale::refusal(app, conn, &late)?);
    }
    workflow::require(Step::Save, &article, &plan_queries::plan(conn, article.id)?)?;
    let stored = article.clone();
    let relations = take_over(app, conn, caller, &mut article, manuscript)?;
    if was == article.content(&relations) {
        article = stored;
    } else {
        keep(app, conn, caller, &mut article, &relations, change.saving.note)?;
        announce(app, conn, caller, &article, "article.saved")?;
    }
    if change.saving.publish {
        publishing::publish_now(app, conn, caller, &mut article)?;
    }
    embed::saved_view(app, conn, article)
}

/// Moves an article to the trash; readers see it no more.
pub(super) fn trash(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    lock(conn, "articles")?;
    let Some(mut article) = queries::look_up(conn, name)? else { return Ok(()) };
    queries::lock_comments(conn, article.id)?;
    require_ownership(conn, caller, &article)?;
    refuse_contributor(caller, &article, false)?;
    condition.check_bare(article.version)?;
    if article.status == Status::Trashed {
        return Ok(());
    }
    let tags = withdrawn(conn, &mut article)?;
    article.status = Status::Trashed;
    let mut plan = plan_queries::plan(conn, article.id)?;
    plan.cancel();
    plan_queries::save(conn, plan)?;
    article.touch(app.now());
    queries::update_standing(conn, &article)?;
    let kind = "article.trashed";
    workflow::tell(app, conn, Happening { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })
}

/// Takes the published copy away where there is one; gives the cache tags of what readers see changed.
fn withdrawn(conn: &mut Conn, article: &mut Article) -> Result<Vec<String>> {
    if article.status == Status::Published { publishing::withdraw(conn, article) } else { Ok(Vec::new()) }
}

/// Brings an article back from the trash, as a draft.
pub(super) fn restore(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<ArticleEditorView> {
    let mut article = locked(conn, caller, name)?;
    workflow::require(Step::Restore, &article, &plan_queries::plan(conn, article.id)?)?;
    article.status = Status::Draft;
    article.touch(app.now());
    queries::update_standing(conn, &article)?;
    announce(app, conn, caller, &article, "article.restored")?;
    embed::editor_view(app, conn, article)
}

/// Erases an article for ever; only administrators may.
pub(super) fn erase(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str, condition: &Precondition) -> Result<()> {
    if caller.role != Role::Admin {
        return Err(Error::forbidden("Only administrators erase."));
    }
    lock(conn, "articles")?;
    let Some(mut article) = queries::look_up(conn, name)? else { return Ok(()) };
    queries::lock_comments(conn, article.id)?;
    condition.check_bare(article.version)?;
    let tags = withdrawn(conn, &mut article)?;
    queries::leave_translations(conn, article.id)?;
    let kind = "article.erased";
    workflow::tell(app, conn, Happening { kind, article: &article, actor: caller.actor(), tags, details: Value::Null })?;
    queries::erase(conn, article.id, app.now())?;
    scrub::ask(app, conn, Scrub::Articles)
}

/// What readers find at an id or a slug.
pub(super) fn read_published(app: &App, conn: &mut Conn, name: &str) -> Result<super::handlers::PublicAnswer> {
    use super::handlers::PublicAnswer;
    match published_queries::look_up(conn, name)? {
        Found::Here(publication, text) => {
            let view = embed::views(app, conn, vec![(*publication, *text)])?.pop().ok_or_else(Error::not_found)?;
            Ok(PublicAnswer::Here(Box::new(view)))
        }
        Found::Moved(slug) => Ok(PublicAnswer::Moved(slug)),
        Found::Gone => Err(Error::new(Code::Gone, "This article is no longer public.")),
        Found::Nothing => Err(Error::not_found()),
    }
}

/// Whether somebody may work on an article that is not everybody's.
pub(crate) fn owns<R>(conn: &mut Conn, caller: &Caller<R>, id: ArticleId, created_by: Option<crate::users::UserId>) -> Result<bool> {
    if created_by == Some(caller.user) {
        return Ok(true);
    }
    caller.author.map_or(Ok(false), |author| queries::is_signed_by(conn, id, author))
}

pub(super) fn require_ownership(conn: &mut Conn, caller: &Caller<Writer>, article: &Article) -> Result<()> {
    if caller.edits_all() || owns(conn, caller, article.id, article.created_by)? {
        return Ok(());
    }
    Err(Error::forbidden("This is another's article."))
}

/// A working copy, for whoever may read it.
pub(super) fn found(conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<Article> {
    let article = queries::look_up(conn, name)?.ok_or_else(Error::not_found)?;
    require_ownership(conn, caller, &article)?;
    Ok(article)
}

/// The article, while nobody else changes one, or its comments.
pub(super) fn locked(conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<Article> {
    lock(conn, "articles")?;
    let article = found(conn, caller, name)?;
    queries::lock_comments(conn, article.id)?;
    Ok(article)
}

/// Contributors write drafts; what is public, or will be, is no draft.
pub(super) fn refuse_contributor(caller: &Caller<Writer>, article: &Article, publish: bool) -> Result<()> {
    if caller.role == Role::Contributor && (publish || matches!(article.status, Status::Scheduled | Status::Published)) {
        return Err(Error::forbidden("Contributors change drafts alone; authors and editors publish."));
    }
    Ok(())
}

/// Makes a draft the article's content; what belongs to it is given back.
fn take_over(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &mut Article, manuscript: Manuscript) -> Result<Relations> {
    let Manuscript { draft, markdown, rendered } = manuscript;
    let images = queries::existing_images(conn, &rendered.images)?;
    let authors = draft.authors.clone().unwrap_or_else(|| caller.author.into_iter().collect());
    require_own_byline(conn, caller, article, &authors)?;
    let relations = Relations {
        authors: without_twins(authors),
        tags: without_twins(tags(app, conn, caller, &draft.tags)?),
        images: without_twins(images.iter().filter_map(|id| id.parse().ok()).chain(draft.seo.image).collect()),
    };
    // Who looks for a free place in a group, or for a free address, waits for whoever is about to take it.
    lock(conn, "article slugs")?;
    let translation_group = group_of(conn, caller, article, &draft)?;
    if article.translation_group == article.id && translation_group != article.id {
        queries::leave_translations(conn, article.id)?;
    }
    if queries::locale_taken(conn, translation_group, &draft.locale, article.id)? {
        return Err(Error::conflict(format!("There is a translation into {:?} already.", draft.locale)));
    }
    let slug = slugs::choose(conn, caller, &draft, article)?;
    article.revise(draft, Settled { slug, markdown, rendered: Arc::unwrap_or_clone(rendered), translation_group }, app.now());
    Ok(relations)
}

/// Others may sign beside them, but who may not edit everybody's articles can't take their own name off one, nor publish
/// under others' names alone. Where an editor has taken it off, it stays off; who has no profile has no name to leave out.
fn require_own_byline(conn: &mut Conn, caller: &Caller<Writer>, article: &Article, authors: &[Id<Author>]) -> Result<()> {
    let Some(own) = caller.author.filter(|own| !caller.edits_all() && !authors.contains(own)) else { return Ok(()) };
    if article.revision > 0 && !queries::is_signed_by(conn, article.id, own)? {
        return Ok(());
    }
    let detail = "Your own profile must be among the authors; only editors take it off an article.";
    Err(Error::invalid(vec![Fault::at("/authors", "own_profile_missing", detail)]))
}

/// The translations that an article belongs to; who may not edit the original can't add one to it.
fn group_of(conn: &mut Conn, caller: &Caller<Writer>, article: &Article, draft: &ArticleDraft) -> Result<ArticleId> {
    let Some(original) = draft.translation_of else { return Ok(article.id) };
    let unknown = || Error::invalid(vec![Fault::at("/translation_of", "unknown_reference", "There is no such article of yours.")]);
    let group = queries::translation_group(conn, original)?.ok_or_else(unknown)?;
    if group == article.translation_group {
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
            None => faults.push(manuscript::unknown_tag(index, name.as_str())),
        }
    }
    if faults.is_empty() { Ok(tags) } else { Err(Error::invalid(faults)) }
}

fn without_twins<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    items.into_iter().fold(Vec::new(), |mut kept, item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
        kept
    })
}

/// Keeps a save: the working copy, what belongs to it, and a revision of both.
pub(super) fn keep(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    article: &mut Article,
    relations: &Relations,
    note: Option<&str>,
) -> Result<()> {
    article.revision += 1;
    queries::update(conn, article)?;
    queries::set_relations(conn, article.id, relations)?;
    let revision = Revision {
        article_id: article.id,
        number: article.revision,
        content: Json(article.content(relations)),
        note: note.map(str::to_owned),
        created_by: Some(caller.user),
        created_at: app.now(),
        version: Some(article.version),
    };
    queries::insert_revision(conn, &revision)
}

/// Tells of what somebody did at the desk, and no reader sees.
pub(super) fn announce(app: &App, conn: &mut Conn, caller: &Caller<Writer>, article: &Article, kind: &'static str) -> Result<()> {
    workflow::tell(app, conn, Happening { kind, article, actor: caller.actor(), tags: Vec::new(), details: Value::Null })
}
