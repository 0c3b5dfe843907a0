//! HTTP handlers for the caller's own account.

use actix_web::{HttpResponse, get, patch, post};

use super::own;
use super::own::PasswordChange;
use super::user::{OwnAccountDraft, UserView};
use crate::error::Result;
use crate::http::{Body, Edited, Limit, Request, editor, no_content};
use crate::users::caller::{Caller, Staff};
use crate::users::sessions;

/// Read your account
///
/// Returns the account that the access token or API key belongs to, with its role.
#[utoipa::path(
    tag = "Authentication",
    params(Caller<Staff>),
    responses((status = 200, body = Edited<UserView>, description = "Your account.")),
)]
#[get("/auth/me")]
pub(super) async fn read_own_account(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| own::read(app, conn, caller.user)).await?;
    editor(&view, view.version)
}

/// Change your account
///
/// Takes a JSON Merge Patch (RFC 7396). Only administrators can change the role. To change the email address, send
/// `current_password`, too. The new address gets an email with a link to `/confirm-email?token=…` on the site, and
/// the old address gets a notice. Until the new address is confirmed, it is shown as `pending_email` and the old
/// address stays in force. An address gets at most one such email an hour, and an account can ask for at most five
/// addresses an hour (`429`). Needs a session: API keys are refused.
#[utoipa::path(
    tag = "Authentication",
    params(Caller<Staff>),
    request_body(content = OwnAccountDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<UserView>, description = "Your changed account.")),
)]
#[patch("/auth/me")]
pub(super) async fn revise_own_account(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let view = own::revise(&request, caller, body.0).await?;
    editor(&view, view.version)
}

/// Change your password
///
/// Ends all your other sessions at once; the current session stays. Needs a session: API keys are refused.
#[utoipa::path(
    tag = "Authentication",
    params(Caller<Staff>),
    request_body = PasswordChange,
    responses((status = 204, description = "The new password is in force.")),
)]
#[post("/auth/password")]
pub(super) async fn change_password(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    sessions::of_caller(&caller)?;
    request.no_query()?;
    own::change_password(&request, caller, &body.0).await?;
    Ok(no_content())
}
