//! Changes of the caller's own email address: the request and the confirmation.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::delivery::AccountMail;
use super::queries;
use super::token::{MailToken, Purpose, bad_token};
use crate::app::App;
use crate::db::{Conn, Id, Lock, Timestamp};
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::input::{Draft, Input};
use crate::jobs::{self, Job};
use crate::secrets::token_hash;
use crate::users::accounts::{self, User, UserId};

/// The maximum number of confirmations that an account can request in an hour, so that it cannot flood strangers with
/// emails.
const MAX_PER_HOUR: i64 = 5;

/// The proof that an email address is yours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailConfirmation {
    /// The token in the email. It works once and is valid for a day.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    token: String,
}

impl Draft for EmailConfirmation {}

/// Returns the email addresses that wait for confirmation, by account.
pub(in crate::users) fn pending_addresses(conn: &mut Conn, users: &[User], now: Timestamp) -> Result<HashMap<UserId, String>> {
    let ids: Vec<_> = users.iter().map(|user| user.id).collect();
    let waiting = queries::waiting(conn, &ids, now)?;
    let standing = waiting.into_iter().filter(|token| users.iter().any(|user| user.id == token.user_id && token.stands_for(user)));
    Ok(standing.map(|token| (token.user_id, token.email)).collect())
}

/// Asks the owner of an email address to confirm it. Returns whether a new email was queued.
///
/// The caller must not learn whether another account has the email address. Only the owner of the email address learns
/// this, from the email.
pub(in crate::users) fn ask_confirmation(app: &App, conn: &mut Conn, user: &User, email: &str) -> Result<bool> {
    Lock::Email.take_for(conn, email)?;
    let now = app.now();
    let mailed = queries::was_mailed(conn, email, Purpose::EmailConfirmation, now)?;
    let pending = pending_addresses(conn, std::slice::from_ref(user), now)?;
    if mailed && pending.get(&user.id).is_some_and(|pending| pending == email) {
        return Ok(false);
    }
    if mailed || queries::count_recent_confirmations(conn, user.id, now)? >= MAX_PER_HOUR {
        return Err(Error::too_many(Duration::from_secs(queries::QUIET_SECONDS.unsigned_abs())));
    }
    queries::forget_confirmations(conn, user.id, now)?;
    let token = MailToken::new(app, Id::new(now), Purpose::EmailConfirmation, user, email);
    queries::insert(conn, &token)?;
    jobs::enqueue(app, conn, &Job::AccountMail(AccountMail::EmailConfirmation(token.id)))?;
    let notice = AccountMail::EmailChangeNotice { user: user.id, old: user.email.clone(), new: email.to_owned() };
    jobs::enqueue(app, conn, &Job::AccountMail(notice))?;
    Ok(true)
}

/// Checks whether an account has an email address.
pub(super) fn is_taken(conn: &mut Conn, email: &str) -> Result<bool> {
    Ok(accounts::find_by_email(conn, email)?.is_some())
}

/// Replaces the old email address with the confirmed one. A second click has no effect while the account has the confirmed
/// email address.
pub(super) fn confirm(app: &App, conn: &mut Conn, input: &Input) -> Result<()> {
    let EmailConfirmation { token } = input.plain()?;
    let now = app.now();
    let found = queries::find_standing(conn, &token_hash(&token), Purpose::EmailConfirmation, now)?.ok_or_else(bad_token)?;
    let mut user = accounts::locked(conn, found.user_id)?.ok_or_else(bad_token)?;
    if user.email == found.email {
        return Ok(());
    }
    if !found.stands_for(&user) || !queries::use_up(conn, found.id, now)? {
        return Err(bad_token());
    }
    user.set_email(found.email, now);
    accounts::update(conn, &user)?;
    let event = accounts::account_event(EventKind::UserEmailChanged, &user, Value::Null);
    events::record(conn, now, Event { actor: Some(user.id.to_string()), ..event })
}
