//! Starts and refreshes sessions. Passwords are hashed between the transactions, never inside one.

use serde_json::Value;

use super::operations::session_event;
use super::queries;
use super::session::{Client, Credentials, Renewal, Session, Tokens};
use crate::db::{Conn, Timestamp};
use crate::error::{Code, Error, Result};
use crate::events::{self, Event, EventKind};
use crate::http::{OfSession, Request};
use crate::input::Input;
use crate::secrets::{new_token, token_hash};
use crate::users::accounts::{self, User};
use crate::users::passwords::{Verification, is_outdated};
use crate::users::signing::{self, LIFETIME, TokenSubject};

/// Starts a session. Unknown users, wrong passwords and suspended accounts get the same error after the same time.
pub(super) async fn log_in(request: &Request, input: &Input) -> Result<Tokens> {
    let (app, client) = (&request.app, &Client::of(request));
    let Credentials { email, password } = input.plain()?;
    let email = email.normal();
    let turn = app.passwords.try_turn()?;
    let attempt = app.failed_logins.attempt(app, &email, client)?;
    let user = app.db.read(move |conn| accounts::find_by_email(conn, &email)).await?;
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let (turn, found) = turn.verify(password.clone(), hash).await?;
    let user = user.filter(|user| found.matches() && !user.suspended).ok_or_else(wrong_credentials)?;
    attempt.succeeded(app);
    let better_hash = if found == Verification::Unnormalised || is_outdated(&user.password_hash) {
        Some(turn.hash(password).await?)
    } else {
        // Release the permit, so that other requests can hash while this one writes.
        drop(turn);
        None
    };
    let signer = signing::signer(app).await?;
    let now = app.now();
    let (session, refresh_token) = (Session::begin(&user, client, now), new_token());
    let access_token = signer.sign(subject(&session), now)?;
    let opening = Opening { user, session, token_hash: token_hash(&refresh_token), better_hash };
    request.write(move |_, conn| open(conn, &opening, now)).await?;
    Ok(tokens(access_token, refresh_token))
}

struct Opening {
    /// The account as it was when the password was verified.
    user: User,
    session: Session,
    token_hash: String,
    better_hash: Option<String>,
}

fn open(conn: &mut Conn, opening: &Opening, now: Timestamp) -> Result<()> {
    let Opening { user, session, token_hash, better_hash } = opening;
    let current = accounts::locked(conn, user.id)?.filter(|current| !current.suspended);
    // The password may have changed, or the account may be gone, since the password was verified.
    if current.is_none_or(|current| current.token_version != user.token_version) {
        return Err(wrong_credentials());
    }
    if let Some(hash) = better_hash {
        accounts::rehash(conn, user.id, hash)?;
    }
    queries::insert(conn, session)?;
    queries::insert_token(conn, token_hash, session.id, now)?;
    let event = session_event(EventKind::SessionStarted, session.id, Value::Null);
    events::record(conn, now, Event { actor: Some(user.id.to_string()), ..event })
}

/// Refreshes a session with a refresh token. A token works once; its second use ends the session.
pub(super) async fn refresh(request: &Request, input: &Input) -> Result<(Tokens, OfSession)> {
    let app = &request.app;
    let Renewal { refresh_token } = input.plain()?;
    let signer = signing::signer(app).await?;
    let (used, next, now) = (token_hash(&refresh_token), new_token(), app.now());
    let next_hash = token_hash(&next);
    let renewed = request.write(move |_, conn| renew(conn, &used, &next_hash, now)).await?;
    let session = renewed.ok_or_else(|| {
        Error::new(Code::Unauthenticated, "The refresh token is unknown, used or expired. Log in.").header("WWW-Authenticate", "Bearer")
    })?;
    let of = OfSession { user: session.user_id, session: session.id.to_string() };
    Ok((tokens(signer.sign(subject(&session), now)?, next), of))
}

/// Returns the refreshed session, or `None` if the token is not valid. A detected reuse is no error, because its
/// effects must be committed.
fn renew(conn: &mut Conn, used: &str, next: &str, now: Timestamp) -> Result<Option<Session>> {
    let Some(id) = queries::session_of_token(conn, used)? else { return Ok(None) };
    let bearer = queries::find_bearer(conn, id)?.filter(|bearer| bearer.accepts(bearer.session.token_version, now));
    let Some(bearer) = bearer else { return Ok(None) };
    // The session's row is updated first, as when sessions are ended, so that transactions cannot deadlock.
    if !queries::touch(conn, id, now)? {
        return Ok(None);
    }
    if queries::use_token(conn, used, now)? {
        queries::insert_token(conn, next, id, now)?;
        return Ok(Some(bearer.session));
    }
    queries::end(conn, id)?;
    let event = session_event(EventKind::SessionReuseDetected, id, Value::Null);
    events::record(conn, now, Event { actor: Some(bearer.user.to_string()), ..event })?;
    Ok(None)
}

fn subject(session: &Session) -> TokenSubject {
    TokenSubject { user: session.user_id, session: session.id, version: session.token_version }
}

fn tokens(access_token: String, refresh_token: String) -> Tokens {
    Tokens { access_token, token_type: "Bearer", expires_in: LIFETIME, refresh_token }
}

fn wrong_credentials() -> Error {
    Error::new(Code::WrongCredentials, "The email address or the password is wrong.").header("WWW-Authenticate", "Bearer")
}
