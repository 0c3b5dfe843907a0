//! The operations on one's own account over HTTP.

use actix_web::{HttpResponse, get, patch, post};

use super::own;
use super::own::PasswordChange;
use super::user::{OwnAccountDraft, UserView};
use crate::error::Result;
use crate::http::{Body, Edited, Limit, Request, editor, no_content};
use crate::users::caller::{Caller, Staff};
use crate::users::sessions;

/// Reads your account.
///
/// Who an access token or an API key belongs to, and what they may do.
#[utoipa::path(tag = "Authentication", security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Edited<UserView>, description = "Your account.")))]
#[get("/auth/me")]
pub(super) async fn read_own_account(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| own::read(app, conn, caller.user)).await?;
    editor(&view, view.version)
}

/// Changes your account.
///
/// A JSON Merge Patch (RFC 7396). The role is for administrators to change. Another e-mail address needs `current_password`; it
/// gets a mail, whose link leads to `/confirm-email?token=…` on the site, and the old one a notice; until it is confirmed, `pending_email` has it and
/// the old one holds. An address can be mailed to once an hour, and five of them asked for (`429`). Needs a session: an API
/// key is refused.
#[utoipa::path(tag = "Authentication", request_body(content = OwnAccountDraft, content_type = "application/merge-patch+json"),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Edited<UserView>, description = "Your account.")))]
#[patch("/auth/me")]
pub(super) async fn revise_own_account(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let view = own::revise(&request, caller, body.0).await?;
    editor(&view, view.version)
}

/// Changes your password.
///
/// Ends all your other sessions at once; this one goes on. Needs a session: an API key is refused.
#[utoipa::path(tag = "Authentication", request_body = PasswordChange,
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 204, description = "The new password is in force.")))]
#[post("/auth/password")]
pub(super) async fn change_password(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    sessions::of_caller(&caller)?;
    request.no_query()?;
    own::change_password(&request, caller, &body.0).await?;
    Ok(no_content())
}
