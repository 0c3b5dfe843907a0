//! The reset of a lost password.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::delivery::AccountMail;
use super::queries;
use super::token::{MailToken, Purpose, bad_token};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::events::{self, Event, EventKind};
use crate::http::Request;
use crate::input::{Draft, Email, Input};
use crate::jobs::{self, Job};
use crate::secrets::token_hash;
use crate::users::accounts::{self, User};
use crate::users::passwords::{self, NewPassword};

/// A request to reset a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LostPassword {
    /// The email address of the account.
    email: Email,
}

impl Draft for LostPassword {}

/// The response to every request to reset a password.
#[derive(Serialize, ToSchema)]
pub(super) struct MailPromise {
    /// A sentence that tells people what happens next.
    #[schema(example = "If this email address has an account, an email will be sent to this email address.")]
    detail: &'static str,
}

/// The same response for known and unknown email addresses.
pub(super) const PROMISE: MailPromise =
    MailPromise { detail: "If this email address has an account, an email will be sent to this email address." };

/// A new password, set with the token in an email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    /// The token in the email. It works once and is valid for an hour.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    token: String,
    /// The new password.
    new_password: NewPassword,
    /// Whether to keep your API keys; by default they are deleted with the sessions.
    keep_keys: Option<bool>,
}

impl Draft for PasswordReset {}

/// Queues the email. Nothing here depends on whether the account exists.
pub(super) fn ask(app: &App, conn: &mut Conn, input: &Input) -> Result<()> {
    let LostPassword { email } = input.plain()?;
    jobs::enqueue(app, conn, &Job::AccountMail(AccountMail::PasswordReset { email: email.normal() }))
}

/// Sets a new password and ends the access that the old one gave. The password is hashed between the transactions.
pub(super) async fn reset(request: &Request, input: &Input) -> Result<()> {
    let PasswordReset { token, new_password, keep_keys } = input.plain()?;
    let hash = token_hash(&token);
    let (token, user) = request.read(move |app, conn| usable(app, conn, &hash)).await?;
    if let Some(fault) = passwords::check("/new_password", &new_password, &user.email) {
        return Err(Error::invalid(vec![fault]));
    }
    let password_hash = request.app.passwords.try_turn()?.hash(new_password.0).await?;
    let keep_keys = keep_keys.unwrap_or_default();
    request.write(move |app, conn| store(app, conn, &token, Chosen { password_hash: password_hash.clone(), keep_keys })).await
}

fn usable(app: &App, conn: &mut Conn, hash: &str) -> Result<(MailToken, User)> {
    let token = queries::find_usable(conn, hash, Purpose::PasswordReset, app.now())?.ok_or_else(bad_token)?;
    let user = accounts::look_up(conn, &token.user_id.to_string())?.filter(|user| token.stands_for(user));
    Ok((token, user.ok_or_else(bad_token)?))
}

struct Chosen {
    password_hash: String,
    keep_keys: bool,
}

fn store(app: &App, conn: &mut Conn, token: &MailToken, Chosen { password_hash, keep_keys }: Chosen) -> Result<()> {
    let now = app.now();
    let user = accounts::locked(conn, token.user_id)?.filter(|user| token.stands_for(user));
    let mut user = user.ok_or_else(bad_token)?;
    if !queries::use_up(conn, token.id, now)? {
        return Err(bad_token());
    }
    user.set_password(password_hash, now);
    accounts::update(conn, &user)?;
    let keys_ended = accounts::end_access(conn, user.id, keep_keys)?;
    let event = accounts::account_event(EventKind::UserPasswordReset, &user, json!({"keys_ended": keys_ended}));
    events::record(conn, now, Event { actor: Some(user.id.to_string()), ..event })
}
