//! The operations on authors: plain functions of the connection, the caller and the input.

use serde_json::{Value, json};

use super::author::{Author, AuthorDraft, AuthorId};
use super::queries;
use super::view::{self, AuthorEditorView, AuthorView};
use crate::app::App;
use crate::db::{Conn, Id, Lock, PageOf, PageQuery, free_slug, is_id_or_slug, slug_of};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, CacheTag, Event, EventKind, KindTag};
use crate::former_slugs::{self, SlugKind};
use crate::http::{Edited, Precondition};
use crate::images::ImageId;
use crate::input::Input;
use crate::scrub::{self, Scrub};
use crate::site;
use crate::users::{Caller, Editor, Role, User, Writer};

/// Returns a page of authors.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<AuthorView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| view::views(conn, &app.config.links, &rows))
}

/// Returns the public view of an author.
pub(crate) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<AuthorView> {
    let author = queries::find_ever(conn, name)?;
    view::views(conn, &app.config.links, &[author])?.pop().ok_or_else(Error::not_found)
}

/// Returns the public views of these authors, in this order.
pub(crate) fn profiles(app: &App, conn: &mut Conn, ids: &[AuthorId]) -> Result<Vec<AuthorView>> {
    let mut found = queries::by_ids(conn, ids)?;
    let authors: Vec<Author> = ids.iter().filter_map(|id| found.remove(id)).collect();
    view::views(conn, &app.config.links, &authors)
}

/// Returns the editor's view of an author, for editors and for the profile's own account.
pub(super) fn read_as_editor(app: &App, conn: &mut Conn, caller: &Caller<Writer>, name: &str) -> Result<Edited<AuthorEditorView>> {
    let author = queries::find(conn, name)?;
    refuse_others(caller, &author)?;
    edited(app, conn, &author)
}

/// Creates an author. Editors can create any author; other writers can create only their own profile.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Writer>, input: &Input) -> Result<Edited<AuthorEditorView>> {
    Lock::Authors.take(conn)?;
    let mut draft = input.create::<AuthorDraft>(conn)?;
    site::refuse_strange_links("/links", &draft.links, &[])?;
    let now = app.now();
    let own = if caller.edits_all() { None } else { Some(caller.user) };
    if caller.role != Role::Admin {
        refuse_account(draft.user.is_some() && draft.user != own)?;
        draft.user = own;
    }
    let (mut author, is_new) = match unused(conn, draft.user)? {
        Some(author) => (author, false),
        None => (Author::new(now), true),
    };
    let slug = settle(conn, &draft, &author)?;
    author.revise(draft, slug, now);
    if is_new {
        queries::insert(conn, &author)?;
    } else {
        queries::update(conn, &author)?;
    }
    events::record(conn, now, event(EventKind::AuthorCreated, &author, caller.actor(), None))?;
    edited(app, conn, &author)
}

/// Returns the profile that was created with an account, if no user has saved it yet. A new profile may replace it.
fn unused(conn: &mut Conn, account: Option<Id<User>>) -> Result<Option<Author>> {
    let profile = account.map(|account| queries::of_account(conn, account)).transpose()?.flatten();
    Ok(profile.filter(|profile| profile.unlisted))
}

/// Creates a profile for an account that may write, unless it has one. The profile becomes public when an article with
/// this author is published or a user saves the profile.
pub(crate) fn provide(app: &App, conn: &mut Conn, user: &User) -> Result<Option<AuthorId>> {
    if !user.role.writes() {
        return Ok(None);
    }
    Lock::Authors.take(conn)?;
    if queries::of_account(conn, user.id)?.is_some() {
        return Ok(None);
    }
    let now = app.now();
    let slug = free_slug(conn, &slug_of(&user.name, "author"), |conn, slug| queries::slug_taken(conn, slug, Id::new(now)))?;
    let author = Author::of_account(user, slug, now);
    queries::insert(conn, &author)?;
    Ok(Some(author.id))
}

/// Deletes the profile that was created with an account if it has no articles; other profiles outlive their accounts.
pub(crate) fn remove_unused(conn: &mut Conn, account: Id<User>) -> Result<()> {
    Lock::Authors.take(conn)?;
    match unused(conn, Some(account))? {
        Some(profile) if queries::usages(conn, profile.id)? == 0 => queries::delete(conn, profile.id),
        _ => Ok(()),
    }
}

/// Changes an author, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Writer>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<AuthorEditorView>> {
    Lock::Authors.take(conn)?;
    let mut author = queries::find(conn, name)?;
    refuse_others(caller, &author)?;
    let before = edited(app, conn, &author)?;
    let current = serde_json::to_value(&before)?;
    let mut draft = input.revise::<AuthorDraft>(conn, &current)?;
    site::refuse_strange_links("/links", &draft.links, &author.links.0)?;
    if caller.role != Role::Admin {
        refuse_account(input.object()?.contains_key("user") && draft.user != author.user_id)?;
        draft.user = author.user_id;
    }
    condition.check(author.version, &current, &input.object()?)?;
    let slug = settle(conn, &draft, &author)?;
    let former = portrait(author.avatar_id);
    let (former_slug, was_unlisted) = (author.slug.clone(), author.unlisted);
    author.revise(draft, slug, app.now());
    let after = edited(app, conn, &author)?;
    if before.same_content(&after)? {
        return Ok(before);
    }
    queries::update(conn, &author)?;
    // A slug that was never public needs no redirect.
    if !was_unlisted {
        former_slugs::renamed(conn, SlugKind::Author, author.id, &former_slug, &author.slug, app.now())?;
    }
    let mut revised = event(EventKind::AuthorRevised, &author, caller.actor(), None);
    revised.tags.extend(former);
    events::record(conn, app.now(), revised)?;
    edited(app, conn, &author)
}

/// Deletes an author. Their articles get the author `reassign_to`; without `reassign_to`, the author must have no articles.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    reassign_to: Option<&str>,
) -> Result<()> {
    Lock::Authors.take(conn)?;
    let Some(author) = queries::look_up(conn, name)? else { return Ok(()) };
    let heir = reassign_to.map(|heir| find_heir(conn, &author, heir)).transpose()?;
    condition.check_bare(author.version)?;
    if let Some(heir) = heir {
        queries::reassign(conn, author.id, heir)?;
        former_slugs::merged(conn, SlugKind::Author, author.id, &author.slug, heir, app.now())?;
    } else {
        refuse_used(conn, &author)?;
        former_slugs::forget(conn, SlugKind::Author, author.id)?;
    }
    queries::delete(conn, author.id)?;
    scrub::ask(app, conn, Scrub::People)?;
    events::record(conn, app.now(), event(EventKind::AuthorDeleted, &author, caller.actor(), heir))
}

fn find_heir(conn: &mut Conn, author: &Author, name: &str) -> Result<AuthorId> {
    let found = if is_id_or_slug(name) { queries::look_up(conn, name)? } else { None };
    let heir = found.filter(|heir| heir.id != author.id);
    let fault = || Fault::parameter("reassign_to", "unknown_reference", format!("There is no other author {name:?}."));
    Ok(heir.ok_or_else(|| Error::bad_query(vec![fault()]))?.id)
}

fn refuse_used(conn: &mut Conn, author: &Author) -> Result<()> {
    let articles = queries::usages(conn, author.id)?;
    if articles == 0 {
        return Ok(());
    }
    let detail = format!("The author has articles ({articles}). Name another author in reassign_to.");
    Err(Error::new(Code::InUse, detail).with("usages", json!({"articles": articles})))
}

/// Refuses writers who cannot edit everything and do not own the profile.
fn refuse_others(caller: &Caller<Writer>, author: &Author) -> Result<()> {
    if caller.edits_all() || author.user_id == Some(caller.user) {
        return Ok(());
    }
    Err(Error::forbidden("This is not your profile."))
}

fn refuse_account(refused: bool) -> Result<()> {
    if !refused {
        return Ok(());
    }
    Err(Error::invalid(vec![Fault::at("/user", "read_only", "Only admins may assign a profile to an account; omit this member.")]))
}

/// Checks the rules that no schema can express, and determines the slug.
fn settle(conn: &mut Conn, draft: &AuthorDraft, author: &Author) -> Result<String> {
    if let Some(account) = draft.user {
        make_room(conn, account, author.id)?;
        refuse_second_profile(conn, account, author.id)?;
    }
    match &draft.slug {
        Some(slug) if *slug != author.slug && queries::slug_taken(conn, slug, author.id)? => Err(queries::slug_refusal(conn, slug)),
        Some(slug) => Ok(slug.clone()),
        None => free_slug(conn, &slug_of(&draft.name, "author"), |conn, slug| queries::slug_taken(conn, slug, author.id)),
    }
}

/// Deletes the profile that was created with the account, if it has no articles, so that another profile can replace it.
fn make_room(conn: &mut Conn, account: Id<User>, author: AuthorId) -> Result<()> {
    match unused(conn, Some(account))? {
        Some(profile) if profile.id != author && queries::usages(conn, profile.id)? == 0 => queries::delete(conn, profile.id),
        _ => Ok(()),
    }
}

fn refuse_second_profile(conn: &mut Conn, account: Id<User>, author: AuthorId) -> Result<()> {
    if queries::account_taken(conn, account, author)? {
        return Err(Error::conflict("This account already has a profile; change that profile."));
    }
    Ok(())
}

/// Returns the cache tag of a portrait, because a change of the profile changes whether readers see the image.
fn portrait(avatar: Option<ImageId>) -> Vec<CacheTag> {
    avatar.map(CacheTag::from).into_iter().collect()
}

/// Returns an event about an author. Its tags include the lists of articles, because they filter by author and show the byline.
fn event(kind: EventKind, author: &Author, actor: Option<String>, heir: Option<AuthorId>) -> Event {
    Event {
        kind,
        actor,
        subject_kind: "author",
        subject_id: author.id.to_string(),
        tags: [vec![author.id.into(), KindTag::Authors.into(), KindTag::Articles.into()], portrait(author.avatar_id)].concat(),
        details: heir.map_or(Value::Null, |heir| json!({"into": heir})),
    }
}

fn edited(app: &App, conn: &mut Conn, author: &Author) -> Result<Edited<AuthorEditorView>> {
    let view = view::editor_view(conn, &app.config.links, author)?.ok_or_else(Error::not_found)?;
    Ok(Edited { view, version: author.version, created_at: author.created_at, updated_at: author.updated_at })
}
