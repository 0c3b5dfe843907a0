//! Operations on suppressions: functions of a connection, a caller and parsed input.

use serde_json::json;

use super::queries;
use super::suppression::{Suppression, SuppressionDraft, SuppressionId, SuppressionReason, SuppressionView};
use crate::app::App;
use crate::db::{Conn, Id, Lock, PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::input::Input;
use crate::newsletter::{address_hash, subscribers};
use crate::users::{Admin, Caller};

/// Returns one page of suppressions.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<SuppressionView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| Ok(rows.iter().map(Suppression::view).collect()))
}

/// Returns a suppression.
pub(super) fn read(conn: &mut Conn, id: &str) -> Result<SuppressionView> {
    let found = id.parse::<SuppressionId>().ok().map(|id| queries::look_up_by_id(conn, id)).transpose()?.flatten();
    found.map(|found| found.view()).ok_or_else(Error::not_found)
}

/// Suppresses an email address. An existing suppression gets the new reason.
pub(super) fn create(app: &App, conn: &mut Conn, caller: &Caller<Admin>, input: &Input) -> Result<SuppressionView> {
    let SuppressionDraft { email, reason } = input.create(conn)?;
    let (email, now) = (email.normal(), app.now());
    Lock::Email.take_for(conn, &email)?;
    let suppression = suppress(conn, &address_hash(app, &email), reason, now)?;
    subscribers::stop(conn, &email, reason, now)?;
    events::record(conn, now, event(EventKind::SuppressionCreated, &suppression, caller))?;
    Ok(suppression.view())
}

/// Stores the suppression of an email address, or changes its reason.
pub(in crate::newsletter) fn suppress(conn: &mut Conn, email_hash: &str, reason: SuppressionReason, now: Timestamp) -> Result<Suppression> {
    if let Some(mut known) = queries::look_up(conn, email_hash)? {
        if known.reason != reason {
            known.reason = reason;
            queries::update(conn, &known)?;
        }
        return Ok(known);
    }
    let suppression = Suppression { id: Id::new(now), email_hash: email_hash.to_owned(), reason, created_at: now };
    queries::insert(conn, &suppression)?;
    Ok(suppression)
}

/// Lifts a suppression. The email address gets emails again if its owner has agreed to them.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Admin>, id: &str) -> Result<()> {
    let found = id.parse::<SuppressionId>().ok().map(|id| queries::look_up_by_id(conn, id)).transpose()?.flatten();
    let Some(suppression) = found else { return Ok(()) };
    queries::forget(conn, &suppression.email_hash)?;
    subscribers::let_go(conn, &suppression.email_hash, app.now())?;
    events::record(conn, app.now(), event(EventKind::SuppressionDeleted, &suppression, caller))
}

fn event(kind: EventKind, suppression: &Suppression, caller: &Caller<Admin>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "suppression",
        subject_id: suppression.id.to_string(),
        tags: Vec::new(),
        details: json!({"reason": suppression.reason}),
    }
}
