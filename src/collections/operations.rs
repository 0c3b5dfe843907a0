//! The operations on collections: plain functions of the connection, the caller and the input.

use std::collections::HashSet;

use serde_json::Value;

use super::collection::{Collection, CollectionCard, CollectionDraft, CollectionEditorView, CollectionId, CollectionView};
use super::queries;
use crate::app::App;
use crate::articles::{self, ArticleId};
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::users::{Caller, Editor};

/// Returns a page of collections.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<CollectionCard>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| Ok(rows.iter().map(Collection::card).collect()))
}

/// Returns the public view of a collection.
pub(super) fn read(app: &App, conn: &mut Conn, key: &str) -> Result<CollectionView> {
    let collection = queries::find(conn, key)?;
    let ids = queries::items(conn, collection.id)?;
    let mut cards = articles::cards(app, conn, &ids)?;
    let items = ids.iter().filter_map(|id| cards.remove(id)).collect();
    Ok(CollectionView { card: collection.card(), items })
}

/// Returns the first collections by key, each with its first published articles.
pub(crate) fn first(conn: &mut Conn, most: i64, most_items: i64) -> Result<Vec<(CollectionCard, Vec<ArticleId>)>> {
    let collections = queries::first(conn, most)?;
    let ids: Vec<_> = collections.iter().map(|collection| collection.id).collect();
    let mut items = queries::first_public_items(conn, &ids, most_items)?;
    Ok(collections.iter().map(|collection| (collection.card(), items.remove(&collection.id).unwrap_or_default())).collect())
}

/// Returns the editor's view of a collection.
pub(super) fn read_as_editor(conn: &mut Conn, key: &str) -> Result<Edited<CollectionEditorView>> {
    let collection = queries::find(conn, key)?;
    edited(conn, &collection)
}

/// Creates a collection.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<Edited<CollectionEditorView>> {
    Lock::Collections.take(conn)?;
    let draft = input.create::<CollectionDraft>(conn)?;
    refuse_twins(&draft.items)?;
    refuse_taken(conn, &draft.key, None)?;
    let now = app.now();
    let mut collection = Collection::new(now);
    let items = collection.revise(draft, now);
    queries::insert(conn, &collection)?;
    queries::put_items(conn, collection.id, &items)?;
    events::record(conn, now, event(EventKind::CollectionCreated, &collection, caller))?;
    edited(conn, &collection)
}

/// Changes a collection, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    key: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<CollectionEditorView>> {
    Lock::Collections.take(conn)?;
    let mut collection = queries::find(conn, key)?;
    let before = edited(conn, &collection)?;
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<CollectionDraft>(conn, &current)?;
    refuse_twins(&draft.items)?;
    condition.check(collection.version, &current, &input.object()?)?;
    if (&draft.key, &draft.title, &draft.items) == (&collection.key, &collection.title, &before.view.items) {
        return Ok(before);
    }
    refuse_taken(conn, &draft.key, Some(collection.id))?;
    let now = app.now();
    let items = collection.revise(draft, now);
    queries::update(conn, &collection)?;
    queries::put_items(conn, collection.id, &items)?;
    events::record(conn, now, event(EventKind::CollectionRevised, &collection, caller))?;
    edited(conn, &collection)
}

/// Refuses a key that another collection has; the error names that collection.
fn refuse_taken(conn: &mut Conn, key: &str, own: Option<CollectionId>) -> Result<()> {
    match queries::look_up(conn, key)? {
        Some(other) if Some(other.id) != own => Err(queries::key_conflict(key).taken_by("collection", &other.id.to_string(), &other.title)),
        _ => Ok(()),
    }
}

/// Deletes a collection, but not its articles.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, key: &str, condition: &Precondition) -> Result<()> {
    Lock::Collections.take(conn)?;
    let Some(collection) = queries::look_up(conn, key)? else { return Ok(()) };
    condition.check_bare(collection.version)?;
    queries::delete(conn, collection.id)?;
    events::record(conn, app.now(), event(EventKind::CollectionDeleted, &collection, caller))
}

/// Refuses an article that is in the list twice, even under different names.
fn refuse_twins(items: &[ArticleId]) -> Result<()> {
    let mut seen = HashSet::new();
    let twins = items.iter().enumerate().filter(|(_, id)| !seen.insert(**id));
    let fault =
        |(index, _): (usize, &ArticleId)| Fault::at(format!("/items/{index}"), "duplicate_items", "This article is in the list twice.");
    let faults: Vec<Fault> = twins.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

fn event(kind: EventKind, collection: &Collection, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "collection",
        subject_id: collection.id.to_string(),
        tags: vec![collection.id.into(), KindTag::Collections.into()],
        details: Value::Null,
    }
}

fn edited(conn: &mut Conn, collection: &Collection) -> Result<Edited<CollectionEditorView>> {
    let view = CollectionEditorView { card: collection.card(), items: queries::items(conn, collection.id)? };
    Ok(Edited { view, version: collection.version, created_at: collection.created_at, updated_at: collection.updated_at })
}
