//! Operations on existing sessions: functions of a connection, a caller and parsed input.

use serde_json::Value;

use super::queries;
use super::session::{SessionId, SessionView};
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::users::caller::Caller;

/// Returns the caller's session. API keys have none and are refused.
pub(in crate::users) fn of_caller(caller: &Caller) -> Result<SessionId> {
    let session = caller.session.as_deref().and_then(|session| session.parse().ok());
    session.ok_or_else(|| Error::forbidden("An API key cannot use this operation. Log in."))
}

/// Returns one page of the caller's sessions.
pub(super) fn list(app: &App, conn: &mut Conn, caller: &Caller, query: &PageQuery) -> Result<PageOf<SessionView>> {
    let page = queries::page(conn, query, caller.user, app.now())?;
    let current = caller.session.as_deref();
    page.with_rows(|rows| Ok(rows.iter().map(|session| session.view(current)).collect()))
}

/// Ends one of the caller's sessions. The caller cannot tell other users' sessions from sessions that never existed.
pub(super) fn end(app: &App, conn: &mut Conn, caller: &Caller, id: &str) -> Result<()> {
    let Ok(id) = id.parse::<SessionId>() else { return Ok(()) };
    if !queries::end_own(conn, id, caller.user)? {
        return Ok(());
    }
    events::record(conn, app.now(), Event { actor: caller.actor(), ..session_event(EventKind::SessionEnded, id, Value::Null) })
}

/// Builds an audit event about a session, without an actor.
pub(super) fn session_event(kind: EventKind, id: SessionId, details: Value) -> Event {
    Event { kind, actor: None, subject_kind: "session", subject_id: id.to_string(), tags: Vec::new(), details }
}
