//! Operations of users on their own account: read it, change their name, ask for another email address, change their password.

use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::operations::{account_event, edited, locked};
use super::queries;
use super::user::{OwnAccountDraft, User, UserId, UserView};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Fault, Result};
use crate::events::{self, Event, EventKind};
use crate::http::{Edited, Limit, Precondition, Request, forget_kept_answers};
use crate::input::{Draft, Input};
use crate::users::caller::Caller;
use crate::users::email_tokens;
use crate::users::passwords::{self, HashingPermit, NewPassword};
use crate::users::sessions::{self, Client, SessionId};

/// The maximum length of a password, in characters.
const MAX_PASSWORD_LENGTH: usize = 1024;

/// A change of the caller's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The current password.
    #[schema(min_length = 1, max_length = 1024, format = "password", example = "lanterns over the canal")]
    current_password: String,
    /// The new password.
    new_password: NewPassword,
}

impl Draft for PasswordChange {}

/// Returns the caller's own account.
pub(super) fn read(app: &App, conn: &mut Conn, user: UserId) -> Result<Edited<UserView>> {
    let user = queries::find(conn, &user.to_string())?;
    edited(app, conn, &user)
}

/// Changes the caller's own account by merge patch. A `current_password` in the request body is verified outside the
/// transaction.
pub(super) async fn revise(request: &Request, caller: Caller, input: Input) -> Result<Edited<UserView>> {
    let condition = request.precondition();
    let sent = input.object()?.get("current_password").and_then(Value::as_str).map(str::to_owned);
    let proved = match sent.filter(|password| (1..=MAX_PASSWORD_LENGTH).contains(&password.chars().count())) {
        Some(password) => {
            request.app.limits.check(Limit::Login, request.address)?;
            Some(prove(request, &caller, password).await?.0)
        }
        None => None,
    };
    let work = move |app: &App, conn: &mut Conn| {
        store(app, conn, &caller, OwnChange { condition: condition.clone(), proved: proved.clone(), input: input.clone() })
    };
    request.write(work).await
}

struct OwnChange {
    condition: Precondition,
    /// The account as it was when the current password was verified.
    proved: Option<User>,
    input: Input,
}

fn store(app: &App, conn: &mut Conn, caller: &Caller, OwnChange { condition, proved, input }: OwnChange) -> Result<Edited<UserView>> {
    let mut user = locked(conn, &caller.user.to_string())?;
    let before = edited(app, conn, &user)?;
    let current = serde_json::to_value(&before)?;
    let OwnAccountDraft { name, email, current_password } = input.revise(conn, &current)?;
    condition.check(user.version, &current, &input.object()?)?;
    let email = email.normal();
    let proved = current_password.is_some() && proved.is_some_and(|seen| seen.token_version == user.token_version);
    if email != user.email && !proved {
        let detail = "To change your email address, send your current password.";
        return Err(Error::invalid(vec![Fault::at("/current_password", "required", detail)]));
    }
    let asked = email != user.email && email_tokens::ask_confirmation(app, conn, &user, &email)?;
    if name == user.name && !asked {
        return Ok(before);
    }
    user.rename(name, app.now());
    queries::update(conn, &user)?;
    events::record(
        conn,
        app.now(),
        Event { actor: caller.actor(), ..account_event(EventKind::UserRevised, &user, json!({"email_asked_for": asked})) },
    )?;
    edited(app, conn, &user)
}

/// Changes the caller's password and ends all other sessions. The password is hashed outside the transaction.
pub(super) async fn change_password(request: &Request, caller: Caller, input: &Input) -> Result<()> {
    let kept = sessions::of_caller(&caller)?;
    let PasswordChange { current_password, new_password } = input.plain()?;
    let id = caller.user;
    let user = request.app.db.read(move |conn| queries::find(conn, &id.to_string())).await?;
    if let Some(fault) = passwords::check("/new_password", &new_password, &user.email) {
        return Err(Error::invalid(vec![fault]));
    }
    let (user, turn) = prove(request, &caller, current_password).await?;
    let hash = turn.hash(new_password.0).await?;
    request.write(move |app, conn| store_password(app, conn, &caller, Change { user: user.clone(), kept, hash: hash.clone() })).await
}

/// Verifies the caller's password with the same limits as a login. Returns the account and the hashing permit.
async fn prove(request: &Request, caller: &Caller, password: String) -> Result<(User, HashingPermit)> {
    let (app, id) = (&request.app, caller.user);
    let user = app.db.read(move |conn| queries::find(conn, &id.to_string())).await?;
    let turn = app.passwords.try_turn()?;
    let attempt = app.failed_logins.attempt(app, &user.email, &Client::of(request))?;
    let (turn, found) = turn.verify(password, Some(user.password_hash.clone())).await?;
    if !found.matches() {
        return Err(wrong_password());
    }
    attempt.succeeded(app);
    Ok((user, turn))
}

struct Change {
    /// The account as it was when the current password was verified.
    user: User,
    kept: SessionId,
    hash: String,
}

fn store_password(app: &App, conn: &mut Conn, caller: &Caller, change: Change) -> Result<()> {
    let mut user = locked(conn, &caller.user.to_string())?;
    // If another change was stored meanwhile, the verified password is no longer the current one.
    if user.token_version != change.user.token_version {
        return Err(wrong_password());
    }
    user.set_password(change.hash, app.now());
    queries::update(conn, &user)?;
    let ended = sessions::end_others(conn, &user, change.kept)?;
    forget_kept_answers(conn, user.id)?;
    let event = account_event(EventKind::UserPasswordChanged, &user, json!({"sessions_ended": ended}));
    events::record(conn, app.now(), Event { actor: caller.actor(), ..event })
}

fn wrong_password() -> Error {
    Error::invalid(vec![Fault::at("/current_password", "wrong_password", "This is not your current password.")])
}
