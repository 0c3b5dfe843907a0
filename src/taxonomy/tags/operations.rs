//! The operations on tags: plain functions of the connection, the caller and the input.

use serde_json::{Value, json};

use super::queries;
use super::tag::{Tag, TagDraft, TagId, TagMerger, TagView};
use crate::app::App;
use crate::db::{Conn, Id, Lock, PageOf, PageQuery, free_slug, slug_of};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::former_slugs::{self, SlugKind};
use crate::http::{Edited, Precondition};
use crate::input::{Input, is_name};
use crate::users::{Caller, Editor, Writer};

/// Returns a page of tags.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<TagView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| Ok(rows.iter().map(|tag| tag.view(&app.config.links)).collect()))
}

/// Returns the public view of a tag.
pub(crate) fn read(app: &App, conn: &mut Conn, name: &str) -> Result<TagView> {
    Ok(queries::find_public(conn, name)?.view(&app.config.links))
}

/// Returns the editor's view of a tag.
pub(super) fn read_as_editor(app: &App, conn: &mut Conn, name: &str) -> Result<Edited<TagView>> {
    Ok(edited(app, &queries::find(conn, name)?))
}

/// Creates a tag.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<Writer>, input: &Input) -> Result<Edited<TagView>> {
    Lock::Tags.take(conn)?;
    let draft = input.create::<TagDraft>(conn)?;
    let tag = make(app, conn, caller.actor(), draft, true)?;
    Ok(edited(app, &tag))
}

/// Returns the tag with an id, a name (in any case) or a slug; creates it if no tag has that name.
///
/// Returns `None` for an unknown id, and for a text that cannot be a name.
pub(crate) fn find_or_create(app: &App, conn: &mut Conn, actor: Option<String>, wanted: &str) -> Result<Option<TagId>> {
    let wanted = wanted.trim();
    Lock::Tags.take(conn)?;
    if let Some(id) = queries::meant(conn, wanted)? {
        return Ok(Some(id));
    }
    if Id::<Tag>::is_shape(wanted) || !is_name(wanted) {
        return Ok(None);
    }
    let draft = TagDraft { name: wanted.to_owned(), slug: None, description: None };
    Ok(Some(make(app, conn, actor, draft, false)?.id))
}

/// Checks whether [`find_or_create`] would find or create a tag.
pub(crate) fn could_be(conn: &mut Conn, wanted: &str) -> Result<bool> {
    let wanted = wanted.trim();
    Ok((!Id::<Tag>::is_shape(wanted) && is_name(wanted)) || queries::look_up(conn, wanted)?.is_some())
}

fn make(app: &App, conn: &mut Conn, actor: Option<String>, draft: TagDraft, listed: bool) -> Result<Tag> {
    let now = app.now();
    let mut tag = Tag::new(now);
    let slug = choose_slug(conn, &draft, &tag)?;
    tag.revise(draft, slug, now);
    tag.listed = listed;
    queries::insert(conn, &tag)?;
    events::record(conn, now, event(EventKind::TagCreated, &tag, actor, None))?;
    Ok(tag)
}

/// Changes a tag, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<TagView>> {
    Lock::Tags.take(conn)?;
    let mut tag = queries::find(conn, name)?;
    let before = edited(app, &tag);
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<TagDraft>(conn, &current)?;
    condition.check(tag.version, &current, &input.object()?)?;
    let slug = choose_slug(conn, &draft, &tag)?;
    let former_slug = tag.slug.clone();
    tag.revise(draft, slug, app.now());
    let after = edited(app, &tag);
    if before.same_content(&after)? {
        return Ok(before);
    }
    queries::update(conn, &tag)?;
    former_slugs::renamed(conn, SlugKind::Tag, tag.id, &former_slug, &tag.slug, app.now())?;
    events::record(conn, app.now(), event(EventKind::TagRevised, &tag, caller.actor(), None))?;
    Ok(after)
}

/// Deletes a tag. Its articles get the tag `reassign_to`; without `reassign_to`, the tag must have no articles.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    reassign_to: Option<&str>,
) -> Result<()> {
    Lock::Tags.take(conn)?;
    let Some(tag) = queries::look_up(conn, name)? else { return Ok(()) };
    let heir = reassign_to.map(|heir| find_heir(conn, &tag, heir)).transpose()?;
    condition.check_bare(tag.version)?;
    if let Some(heir) = heir {
        queries::reassign(conn, tag.id, heir)?;
        former_slugs::merged(conn, SlugKind::Tag, tag.id, &tag.slug, heir, app.now())?;
    } else {
        refuse_used(conn, &tag)?;
        former_slugs::forget(conn, SlugKind::Tag, tag.id)?;
    }
    queries::delete(conn, tag.id)?;
    events::record(conn, app.now(), event(EventKind::TagDeleted, &tag, caller.actor(), heir))
}

/// Merges a tag into another: all its articles get the other tag, and the tag is deleted.
pub(super) fn merge(app: &App, conn: &mut Conn, caller: &Caller<Editor>, name: &str, input: &Input) -> Result<Edited<TagView>> {
    Lock::Tags.take(conn)?;
    let tag = queries::find(conn, name)?;
    let TagMerger { into } = input.create::<TagMerger>(conn)?;
    if into == tag.id {
        return Err(Error::invalid(vec![Fault::at("/into", "same", "A tag cannot be merged into itself.")]));
    }
    queries::reassign(conn, tag.id, into)?;
    former_slugs::merged(conn, SlugKind::Tag, tag.id, &tag.slug, into, app.now())?;
    queries::delete(conn, tag.id)?;
    events::record(conn, app.now(), event(EventKind::TagMerged, &tag, caller.actor(), Some(into)))?;
    read_as_editor(app, conn, &into.to_string())
}

fn find_heir(conn: &mut Conn, tag: &Tag, name: &str) -> Result<TagId> {
    let heir = queries::meant(conn, name)?.filter(|heir| *heir != tag.id);
    let fault = || Fault::parameter("reassign_to", "unknown_reference", format!("There is no other tag {name:?}."));
    heir.ok_or_else(|| Error::bad_query(vec![fault()]))
}

fn refuse_used(conn: &mut Conn, tag: &Tag) -> Result<()> {
    let articles = queries::usages(conn, tag.id)?;
    if articles == 0 {
        return Ok(());
    }
    let detail = format!("The tag is used by articles ({articles}). Name another tag in reassign_to.");
    Err(Error::new(Code::InUse, detail).with("usages", json!({"articles": articles})))
}

fn choose_slug(conn: &mut Conn, draft: &TagDraft, tag: &Tag) -> Result<String> {
    match &draft.slug {
        Some(slug) if *slug != tag.slug && queries::slug_taken(conn, slug, tag.id)? => Err(queries::slug_refusal(conn, slug)),
        Some(slug) => Ok(slug.clone()),
        None => free_slug(conn, &slug_of(&draft.name, "tag"), |conn, slug| queries::slug_taken(conn, slug, tag.id)),
    }
}

/// Returns an event about a tag. Its cache tags include that of the lists of articles, because these lists filter by tag and show
/// the tag's name.
fn event(kind: EventKind, tag: &Tag, actor: Option<String>, heir: Option<TagId>) -> Event {
    Event {
        kind,
        actor,
        subject_kind: "tag",
        subject_id: tag.id.to_string(),
        tags: vec![tag.id.into(), KindTag::Tags.into(), KindTag::Articles.into()],
        details: heir.map_or(Value::Null, |heir| json!({"into": heir})),
    }
}

fn edited(app: &App, tag: &Tag) -> Edited<TagView> {
    Edited { view: tag.view(&app.config.links), version: tag.version, created_at: tag.created_at, updated_at: tag.updated_at }
}
