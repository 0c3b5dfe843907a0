//! A new password for whoever has lost theirs.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::delivery::AccountMail;
use super::queries;
use super::token::{MailToken, Purpose, bad_token};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::events::{self, Event};
use crate::http::Request;
use crate::input::{Draft, Email, Input};
use crate::jobs::{self, Job};
use crate::secrets::token_hash;
use crate::users::accounts::{self, User};
use crate::users::passwords::{self, NewPassword};

/// Whose password was lost.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LostPassword {
    /// The account's address.
    email: Email,
}

impl Draft for LostPassword {}

/// What everybody is told who asks for a mail.
#[derive(Serialize, ToSchema)]
pub(super) struct MailPromise {
    /// What happens now, for a person.
    #[schema(example = "If there is an account with this address, a mail is on its way to it.")]
    detail: &'static str,
}

/// What everybody is told who has lost their password.
pub(super) const PROMISE: MailPromise = MailPromise { detail: "If there is an account with this address, a mail is on its way to it." };

/// A new password, chosen with the token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    /// The token of the mail; it works once, for an hour.
    #[schema(min_length = 1, max_length = 200, example = "5f2b8c0d9e1a4b7c6d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c")]
    token: String,
    /// The password that you want.
    new_password: NewPassword,
    /// Whether your API keys go on; absent, they end with the sessions.
    keep_keys: Option<bool>,
}

impl Draft for PasswordReset {}

/// Notes that a mail is wanted. Nothing here depends on whether there is such an account.
pub(super) fn ask(app: &App, conn: &mut Conn, input: &Input) -> Result<()> {
    let LostPassword { email } = input.plain()?;
    jobs::enqueue(app, conn, &Job::AccountMail(AccountMail::PasswordReset { email: email.normal() }))
}

/// Sets a new password and ends what the old one opened; the hashing is done between the transactions.
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
    let event = accounts::happened("user.password_reset", &user, json!({"keys_ended": keys_ended}));
    events::record(conn, now, Event { actor: Some(user.id.to_string()), ..event })
}
