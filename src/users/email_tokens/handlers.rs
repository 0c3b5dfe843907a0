//! HTTP handlers that send email tokens or take them.

use actix_web::{HttpResponse, post};

use super::addresses::{self, EmailConfirmation};
use super::recovery::{self, LostPassword, MailPromise, PROMISE, PasswordReset};
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Request, no_content, private};

/// Mounts the routes.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(request_password_reset).service(reset_password).service(confirm_email);
}

/// Request a password reset
///
/// If this email address has an account that may log in, an email is sent to it, at most one an hour. Its link leads
/// to `/reset-password?token=…` on the site. The response and its timing are the same for every address.
#[utoipa::path(
    tag = "Authentication", request_body = LostPassword,
    responses((status = 202, body = MailPromise, description = "If the account exists and may log in, an email will be sent.")),
)]
#[post("/auth/password/forgot")]
async fn request_password_reset(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| recovery::ask(app, conn, &body.0)).await?;
    private(202, &PROMISE)
}

/// Reset a password
///
/// Sets a new password with the token in the email. Ends all sessions of the account, deletes its stored
/// `Idempotency-Key` responses and, without `"keep_keys": true`, its API keys. Log in with the new password
/// afterwards. A token works once, within an hour. It becomes invalid if the password or the email address changes or
/// the account is suspended.
#[utoipa::path(
    tag = "Authentication", request_body = PasswordReset,
    responses((status = 204, description = "The new password is in force.")),
)]
#[post("/auth/password/reset")]
async fn reset_password(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    recovery::reset(&request, &body.0).await?;
    Ok(no_content())
}

/// Confirm an email address
///
/// From now on, the account's owner logs in with the new email address. The token in the email works once, within a
/// day; a second click gets the same response and changes nothing. The token becomes invalid if the user requests another
/// address or changes the password. If another account has taken the address since, the response is `409`.
#[utoipa::path(
    tag = "Authentication", request_body = EmailConfirmation,
    responses((status = 204, description = "The account has the new email address.")),
)]
#[post("/auth/email/confirm")]
async fn confirm_email(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    request.write(move |app, conn| addresses::confirm(app, conn, &body.0)).await?;
    Ok(no_content())
}
