//! The operations that tokens of mails are asked for and used with, over HTTP.

use actix_web::{HttpResponse, post};

use super::addresses::{self, EmailConfirmation};
use super::recovery::{self, LostPassword, MailPromise, PROMISE, PasswordReset};
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Request, no_content, private};

/// Mounts the operations.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(request_password_reset).service(reset_password).service(confirm_email);
}

/// Asks for a new password.
///
/// If there is an account with this address that may log in, a mail is sent to it, at most one an hour. Its link leads to
/// `/reset-password?token=…` on the site. The answer is the same, after the same time, whoever is asked for.
#[utoipa::path(tag = "Authentication", request_body = LostPassword,
    responses((status = 202, body = MailPromise, description = "If there is such an account, a mail is on its way.")))]
#[post("/auth/password/forgot")]
async fn request_password_reset(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| recovery::ask(app, conn, &body.0)).await?;
    private(202, &PROMISE)
}

/// Sets a new password with the token of a mail.
///
/// Ends all sessions of the account, its kept answers of `Idempotency-Key` and, without `"keep_keys": true`, its API keys;
/// log in with the new password then. A token works once, for an hour, and not after
/// the password or the address has changed or the account was suspended.
#[utoipa::path(tag = "Authentication", request_body = PasswordReset,
    responses((status = 204, description = "The new password is in force.")))]
#[post("/auth/password/reset")]
async fn reset_password(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    recovery::reset(&request, &body.0).await?;
    Ok(no_content())
}

/// Confirms a new e-mail address with the token of a mail.
///
/// From now on, the account's owner logs in with it. A token works once, for a day, and not after another address was
/// asked for or the password has changed. Where another account has come to the address first, `409`.
#[utoipa::path(tag = "Authentication", request_body = EmailConfirmation,
    responses((status = 204, description = "The account has the new address.")))]
#[post("/auth/email/confirm")]
async fn confirm_email(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| addresses::confirm(app, conn, &body.0)).await?;
    Ok(no_content())
}
