//! HTTP handlers for invitations.

use actix_web::{HttpResponse, delete, get, post, web};

use super::invitation::{Acceptance, InvitationDraft, InvitationView, LISTING};
use super::operations::{self, Invited};
use crate::error::Result;
use crate::http::{Body, Edited, Limit, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::users::accounts::UserView;
use crate::users::caller::{Admin, Caller};

listing_parameters!(InvitationList, LISTING);

/// An invitation never changes, so it has one version.
const VERSION: i32 = 1;

/// Mounts the routes.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_invitations)
        .service(create_invitation)
        .service(read_invitation)
        .service(delete_invitation)
        .service(accept_invitation);
}

/// List invitations
///
/// Returns the invitations that can still be accepted, newest first.
#[utoipa::path(
    tag = "Users",
    params(InvitationList, Caller<Admin>),
    responses((status = 200, body = Page<InvitationView>, description = "A page of invitations.")),
)]
#[get("/users/invitations")]
async fn list_invitations(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "invitations");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Invite a user
///
/// Sends an email with a link to `/accept-invitation?token=…` on the site. The link is valid for seven days, and only
/// while you are an administrator. The new invitation replaces an earlier one of the same email address. If the earlier
/// invitation is less than an hour old, it is changed instead: it gets the new name and role, no second email is sent,
/// and the status is `200`. If the email address already has an account, the response is `409`. A user whose role may
/// write gets an author profile, unless `"profile": false` is sent.
#[utoipa::path(
    tag = "Users",
    params(Caller<Admin>),
    request_body = InvitationDraft,
    responses(
        (status = 201, body = InvitationView, description = "The new invitation; its email will be sent."),
        (
            status = 200,
            body = InvitationView,
            description = "The changed invitation. No second email is sent, because the invitation is less than an hour old.",
        ),
    ),
)]
#[post("/users/invitations")]
async fn create_invitation(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    match request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await? {
        Invited::Mailed(view) => created(&request, &format!("/users/invitations/{}", view.id), &view, VERSION),
        Invited::Again(view) => private(200, &view),
    }
}

/// Read an invitation
///
/// Returns the invited person, the role and the time of expiry. The token is only in the email.
#[utoipa::path(tag = "Users", params(Caller<Admin>), responses((status = 200, body = InvitationView, description = "The invitation.")))]
#[get("/users/invitations/{invitation}")]
async fn read_invitation(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &id)).await?;
    private(200, &view)
}

/// Withdraw an invitation
///
/// The link in its email stops working at once.
#[utoipa::path(tag = "Users", params(Caller<Admin>), responses((status = 204, description = "The invitation no longer exists.")))]
#[delete("/users/invitations/{invitation}")]
async fn delete_invitation(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}

/// Accept an invitation
///
/// Creates the account with a password of your choice. Log in with it afterwards. The token in the email works once.
/// If another account has taken the email address since, the response is `409`.
#[utoipa::path(
    tag = "Authentication", request_body = Acceptance,
    responses((status = 201, body = Edited<UserView>, description = "Your new account.")),
)]
#[post("/auth/invitations/accept")]
async fn accept_invitation(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    let view = operations::accept(&request, &body.0).await?;
    created(&request, "/auth/me", &view, view.version)
}
