//! Operations on lists: functions of a connection, a caller and parsed input.

use serde_json::{Value, json};

use super::list::{ListDraft, ListId, ListView, NewsletterList};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Code, Error, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::users::{Caller, Editor};

/// Returns one page of lists.
pub(super) fn list(conn: &mut Conn, query: &PageQuery, all: bool) -> Result<PageOf<ListView>> {
    let page = queries::page(conn, query, all)?;
    page.with_rows(|rows| Ok(rows.iter().map(NewsletterList::view).collect()))
}

/// Returns a public list.
pub(super) fn read(conn: &mut Conn, name: &str) -> Result<ListView> {
    let list = queries::look_up(conn, name)?.filter(|list| list.is_public);
    list.map(|list| list.view()).ok_or_else(Error::not_found)
}

/// Returns a list as editors see it.
pub(super) fn read_as_editor(conn: &mut Conn, name: &str) -> Result<Edited<ListView>> {
    Ok(edited(&queries::find(conn, name)?))
}

/// Creates a list.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<Edited<ListView>> {
    Lock::NewsletterLists.take(conn)?;
    let draft = input.create::<ListDraft>(conn)?;
    refuse_taken(conn, &draft.key, None)?;
    let now = app.now();
    let mut list = NewsletterList::new(now);
    list.revise(draft, now);
    queries::insert(conn, &list)?;
    events::record(conn, now, event(EventKind::NewsletterListCreated, &list, caller))?;
    Ok(edited(&list))
}

/// Changes a list, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<ListView>> {
    Lock::NewsletterLists.take(conn)?;
    let mut list = queries::find(conn, name)?;
    let before = edited(&list);
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<ListDraft>(conn, &current)?;
    condition.check(list.version, &current, &input.object()?)?;
    refuse_taken(conn, &draft.key, Some(list.id))?;
    list.revise(draft, app.now());
    let after = edited(&list);
    if before.same_content(&after)? {
        return Ok(before);
    }
    queries::update(conn, &list)?;
    events::record(conn, app.now(), event(EventKind::NewsletterListRevised, &list, caller))?;
    Ok(after)
}

/// Returns an error that names the other list, if another list has the key.
fn refuse_taken(conn: &mut Conn, key: &str, own: Option<ListId>) -> Result<()> {
    match queries::look_up(conn, key)? {
        Some(other) if Some(other.id) != own => Err(queries::key_conflict(key).taken_by("list", &other.id.to_string(), &other.name)),
        _ => Ok(()),
    }
}

/// Deletes a list. A list with subscribers is deleted only with `force`.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, name: &str, condition: &Precondition, force: bool) -> Result<()> {
    Lock::NewsletterLists.take(conn)?;
    let Some(list) = queries::look_up(conn, name)? else { return Ok(()) };
    condition.check_bare(list.version)?;
    let subscribers = queries::count_subscribers(conn, list.id)?;
    if subscribers > 0 && !force {
        let detail = format!("The list has subscribers ({subscribers}). Send force=true to delete the list anyway.");
        return Err(Error::new(Code::InUse, detail).with("usages", json!({"subscribers": subscribers})));
    }
    queries::delete(conn, list.id)?;
    events::record(conn, app.now(), event(EventKind::NewsletterListDeleted, &list, caller))
}

fn event(kind: EventKind, list: &NewsletterList, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "newsletter_list",
        subject_id: list.id.to_string(),
        tags: vec![list.id.into(), KindTag::NewsletterLists.into()],
        details: Value::Null,
    }
}

fn edited(list: &NewsletterList) -> Edited<ListView> {
    Edited { view: list.view(), version: list.version, created_at: list.created_at, updated_at: list.updated_at }
}
