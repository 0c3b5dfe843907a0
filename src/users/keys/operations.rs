//! Operations on API keys: functions of a connection, a caller and parsed input.

use serde_json::{Value, json};

use super::api_key::{ApiKey, ApiKeyDraft, ApiKeyView, NewApiKey};
use super::queries;
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind};
use crate::http::UnitOfWork;
use crate::input::Input;
use crate::secrets::token_hash;
use crate::users::accounts::{self, UserId};
use crate::users::authenticate::invalid_token;
use crate::users::caller::Caller;
use crate::users::role::Role;

/// Finds the caller for an API key.
pub(in crate::users) async fn bearer(work: &UnitOfWork, token: &str) -> Result<Caller> {
    let app = &work.app;
    let (hash, now) = (token_hash(token), app.now());
    let found = work.read(move |_, conn| queries::find_bearer(conn, &hash)).await?;
    let found = found.filter(|found| found.is_good(now)).ok_or_else(invalid_token)?;
    // For a request inside a transaction, the use of the key was stored before the transaction began. On SQLite, a write here
    // would wait for that transaction forever.
    if work.request_transaction().is_none() && found.is_news(now) {
        let id = found.key.id;
        // If the database cannot be written, requests that only read still succeed.
        if let Err(error) = app.db.write(move |conn| queries::touch(conn, id, now)).await {
            tracing::warn!(%error, "cannot store the time of an API key's last use");
        }
    }
    Ok(Caller::known(found.key.user_id, found.role, found.author, None, Some(found.key.scopes.0)))
}

/// Returns one page of a user's keys, or of everybody's.
pub(super) fn list(conn: &mut Conn, query: &PageQuery, owner: Option<UserId>) -> Result<PageOf<ApiKeyView>> {
    let page = queries::page(conn, query, owner)?;
    page.with_rows(|rows| Ok(rows.iter().map(ApiKey::view).collect()))
}

/// Returns one key: the caller's own or, for administrators, anybody's.
pub(super) fn read(conn: &mut Conn, caller: &Caller, id: &str) -> Result<ApiKeyView> {
    Ok(look_up(conn, caller, id)?.ok_or_else(Error::not_found)?.view())
}

/// Creates a key for its owner. The actor is `None` if the command line creates the key.
pub(in crate::users) fn create(app: &App, conn: &mut Conn, owner: &Caller, actor: Option<String>, input: &Input) -> Result<NewApiKey> {
    let now = app.now();
    let draft = input.plain::<ApiKeyDraft>()?;
    if draft.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::invalid(vec![Fault::at("/expires_at", "in_the_past", "The time of expiry must be in the future.")]));
    }
    accounts::locked(conn, owner.user)?.ok_or_else(invalid_token)?;
    let (key, token) = ApiKey::make(draft, owner.user, now);
    queries::insert(conn, &key)?;
    record_event(app, conn, actor, &key, EventKind::KeyCreated, json!({"scopes": key.scopes.0}))?;
    Ok(NewApiKey { token, view: key.view() })
}

/// Deletes a key: the caller's own or, for administrators, anybody's. Other callers cannot tell it from a key that
/// never existed.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller, id: &str) -> Result<()> {
    let Some(key) = look_up(conn, caller, id)? else { return Ok(()) };
    queries::delete(conn, key.id)?;
    record_event(app, conn, caller.actor(), &key, EventKind::KeyDeleted, json!({"user": key.user_id}))
}

fn look_up(conn: &mut Conn, caller: &Caller, id: &str) -> Result<Option<ApiKey>> {
    let sees = |key: &ApiKey| key.user_id == caller.user || caller.role == Role::Admin;
    Ok(queries::look_up(conn, id)?.filter(sees))
}

fn record_event(app: &App, conn: &mut Conn, actor: Option<String>, key: &ApiKey, kind: EventKind, details: Value) -> Result<()> {
    let event = Event { kind, actor, subject_kind: "key", subject_id: key.id.to_string(), tags: Vec::new(), details };
    events::record(conn, app.now(), event)
}
