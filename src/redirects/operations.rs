//! The operations on redirects: plain functions of the connection, the caller and the input.

use serde_json::Value;

use super::queries;
use super::redirect::{Redirect, RedirectDraft, RedirectView};
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Editor};

/// The maximum number of redirects followed in one request; a longer chain continues at the returned target.
const MAX_HOPS: usize = 20;

/// The final target of a redirect.
pub(crate) struct Destination {
    /// The URL or path; `None` if the content is gone.
    pub(crate) target: Option<String>,
    /// The HTTP status for browsers.
    pub(crate) status: i32,
}

/// Returns the final target of a path's redirect, if it has one.
pub(crate) fn follow(conn: &mut Conn, path: &str) -> Result<Option<Destination>> {
    let Some(first) = queries::from(conn, path)? else { return Ok(None) };
    let status = first.status;
    let mut last = first;
    for _ in 1..MAX_HOPS {
        let Some(path) = &last.to_path else { break };
        match queries::from(conn, path)? {
            Some(next) => last = next,
            None => break,
        }
    }
    // If the chain ends in 410, the whole chain is 410.
    let status = if last.target.is_none() { last.status } else { status };
    Ok(Some(Destination { target: last.target, status }))
}

/// Returns a page of redirects.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<RedirectView>> {
    queries::page(conn, query)?.with_rows(|rows| Ok(rows.iter().map(Redirect::view).collect()))
}

/// Returns a redirect.
pub(super) fn read(conn: &mut Conn, id: &str) -> Result<RedirectView> {
    Ok(queries::find(conn, id)?.view())
}

/// Creates a redirect.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<RedirectView> {
    Lock::Redirects.take(conn)?;
    let draft = fitting(input.create::<RedirectDraft>(conn)?)?;
    let now = app.now();
    let mut redirect = Redirect::new(now);
    redirect.revise(draft, &app.config.links, now);
    refuse_loop(conn, &redirect)?;
    queries::insert(conn, &redirect)?;
    events::record(conn, now, event(EventKind::RedirectCreated, &redirect, caller))?;
    Ok(redirect.view())
}

/// Changes a redirect, by replacement or by merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    id: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<RedirectView> {
    Lock::Redirects.take(conn)?;
    let mut redirect = queries::find(conn, id)?;
    let current = serde_json::to_value(redirect.view())?;
    let draft = fitting(input.revise::<RedirectDraft>(conn, &current)?)?;
    condition.check(redirect.version, &current, &input.object()?)?;
    if redirect.revise(draft, &app.config.links, app.now()) {
        refuse_loop(conn, &redirect)?;
        queries::update(conn, &redirect)?;
        events::record(conn, app.now(), event(EventKind::RedirectRevised, &redirect, caller))?;
    }
    Ok(redirect.view())
}

/// Deletes a redirect.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, id: &str, condition: &Precondition) -> Result<()> {
    Lock::Redirects.take(conn)?;
    let Some(redirect) = queries::look_up(conn, id)? else { return Ok(()) };
    condition.check_bare(redirect.version)?;
    queries::delete(conn, redirect.id)?;
    events::record(conn, app.now(), event(EventKind::RedirectDeleted, &redirect, caller))
}

fn fitting(draft: RedirectDraft) -> Result<RedirectDraft> {
    let faults = draft.faults();
    if faults.is_empty() { Ok(draft) } else { Err(Error::invalid(faults)) }
}

/// Refuses a redirect that leads back to its own path, directly or through others.
fn refuse_loop(conn: &mut Conn, redirect: &Redirect) -> Result<()> {
    let mut way = vec![redirect.from_path.clone()];
    let mut path = redirect.to_path.clone();
    // This `while` loop ends, because the other redirects contain no loop.
    while let Some(at) = path {
        way.push(at.clone());
        if at == redirect.from_path {
            return Err(Error::invalid(vec![loop_fault(&way)]));
        }
        // The stored version of this redirect is about to be replaced, so it is ignored.
        path = queries::from(conn, &at)?.filter(|next| next.id != redirect.id).and_then(|next| next.to_path);
    }
    Ok(())
}

/// The error for a chain of redirects that leads back to its beginning.
pub(super) fn loop_fault<T: AsRef<str>>(way: &[T]) -> Fault {
    const SHOWN: usize = 8;
    let mut shown: Vec<&str> = way.iter().take(SHOWN).map(AsRef::as_ref).collect();
    if let Some(last) = way.len().checked_sub(2).filter(|_| way.len() > SHOWN) {
        shown.truncate(SHOWN - 3);
        shown.push("…");
        shown.extend(way.iter().skip(last).map(AsRef::as_ref));
    }
    Fault::at("/to", "loop", format!("This redirect leads back to its own path: {}.", shown.join(" → ")))
}

fn event(kind: EventKind, redirect: &Redirect, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "redirect",
        subject_id: redirect.id.to_string(),
        tags: vec![KindTag::Redirects.into()],
        details: Value::Null,
    }
}
