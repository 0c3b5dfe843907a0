//! What can be done with redirects: plain functions of connection, caller and input.

use serde_json::Value;

use super::queries;
use super::redirect::{Redirect, RedirectDraft, RedirectView};
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery, lock};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event};
use crate::http::Precondition;
use crate::input::Input;
use crate::users::{Caller, Editor};

/// How many redirects are followed for a reader; the rest of a longer way begins where the answer leads.
const LONGEST_WAY: usize = 20;

/// Where a redirect leads to in the end.
pub(crate) struct Destination {
    /// The address or path; none where what stood there is gone.
    pub(crate) target: Option<String>,
    /// What readers' browsers are told.
    pub(crate) status: i32,
}

/// Where the redirect of a path leads to in the end, if it has one.
pub(crate) fn follow(conn: &mut Conn, path: &str) -> Result<Option<Destination>> {
    let Some(first) = queries::from(conn, path)? else { return Ok(None) };
    let status = first.status;
    let mut last = first;
    for _ in 1..LONGEST_WAY {
        let Some(path) = &last.to_path else { break };
        match queries::from(conn, path)? {
            Some(next) => last = next,
            None => break,
        }
    }
    // What is gone at the end of a way is gone at its beginning.
    let status = if last.target.is_none() { last.status } else { status };
    Ok(Some(Destination { target: last.target, status }))
}

/// One page of redirects.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<RedirectView>> {
    queries::page(conn, query)?.with_rows(|rows| Ok(rows.iter().map(Redirect::view).collect()))
}

/// A redirect.
pub(super) fn read(conn: &mut Conn, id: &str) -> Result<RedirectView> {
    Ok(queries::find(conn, id)?.view())
}

/// Makes a redirect.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<RedirectView> {
    lock(conn, "redirects")?;
    let draft = fitting(input.create::<RedirectDraft>(conn)?)?;
    let now = app.now();
    let mut redirect = Redirect::blank(now);
    redirect.revise(draft, &app.config.links, now);
    refuse_loop(conn, &redirect)?;
    queries::insert(conn, &redirect)?;
    events::record(conn, now, event("redirect.created", &redirect, caller))?;
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
    lock(conn, "redirects")?;
    let mut redirect = queries::find(conn, id)?;
    let current = serde_json::to_value(redirect.view())?;
    let draft = fitting(input.revise::<RedirectDraft>(conn, &current)?)?;
    condition.check(redirect.version, &current, &input.object()?)?;
    if redirect.revise(draft, &app.config.links, app.now()) {
        refuse_loop(conn, &redirect)?;
        queries::update(conn, &redirect)?;
        events::record(conn, app.now(), event("redirect.revised", &redirect, caller))?;
    }
    Ok(redirect.view())
}

/// Deletes a redirect.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, id: &str, condition: &Precondition) -> Result<()> {
    lock(conn, "redirects")?;
    let Some(redirect) = queries::look_up(conn, id)? else { return Ok(()) };
    condition.check_bare(redirect.version)?;
    queries::delete(conn, redirect.id)?;
    events::record(conn, app.now(), event("redirect.deleted", &redirect, caller))
}

fn fitting(draft: RedirectDraft) -> Result<RedirectDraft> {
    let faults = draft.faults();
    if faults.is_empty() { Ok(draft) } else { Err(Error::invalid(faults)) }
}

/// A redirect must not lead back to where it begins, by whatever others.
fn refuse_loop(conn: &mut Conn, redirect: &Redirect) -> Result<()> {
    let mut way = vec![redirect.from_path.clone()];
    let mut path = redirect.to_path.clone();
    // As there is no circle without this one, the way comes to an end.
    while let Some(at) = path {
        way.push(at.clone());
        if at == redirect.from_path {
            return Err(Error::invalid(vec![loop_fault(&way)]));
        }
        // What this redirect was before it changed does not count.
        path = queries::from(conn, &at)?.filter(|next| next.id != redirect.id).and_then(|next| next.to_path);
    }
    Ok(())
}

/// The fault of a way that leads back to where it began.
pub(super) fn loop_fault<T: AsRef<str>>(way: &[T]) -> Fault {
    const SHOWN: usize = 8;
    let mut shown: Vec<&str> = way.iter().take(SHOWN).map(AsRef::as_ref).collect();
    if let Some(last) = way.len().checked_sub(2).filter(|_| way.len() > SHOWN) {
        shown.truncate(SHOWN - 3);
        shown.push("…");
        shown.extend(way.iter().skip(last).map(AsRef::as_ref));
    }
    Fault::at("/to", "loop", format!("This leads back to where it begins: {}.", shown.join(" → ")))
}

fn event(kind: &'static str, redirect: &Redirect, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "redirect",
        subject_id: redirect.id.to_string(),
        tags: vec!["redirects".into()],
        details: Value::Null,
    }
}
