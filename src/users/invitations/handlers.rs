//! The operations on invitations over HTTP: unpack, one unit of work, answer.

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

/// Mounts the operations.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_invitations)
        .service(create_invitation)
        .service(read_invitation)
        .service(delete_invitation)
        .service(accept_invitation);
}

/// Lists invitations.
///
/// Those that nobody has taken up and that can still be, the newest first.
#[utoipa::path(tag = "Users", params(InvitationList), security(("bearer" = ["admin"])),
    responses((status = 200, body = Page<InvitationView>, description = "A page of invitations.")))]
#[get("/users/invitations")]
async fn list_invitations(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "invitations");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Invites somebody to an account.
///
/// A mail is sent to them, whose link leads to `/accept-invitation?token=…` on the site. It is good for seven days, and as
/// long as you are an administrator. An earlier invitation of the same address is void from now on, but within an hour of it,
/// no second mail is sent: the earlier invitation gets the new name and role, and the answer is `200`. An address that has an
/// account already is a conflict (`409`). Whoever may write gets an author's profile, unless `"profile": false` is sent.
#[utoipa::path(tag = "Users", request_body = InvitationDraft, security(("bearer" = ["admin"])),
    responses((status = 201, body = InvitationView, description = "The invitation; a mail is on its way."),
        (status = 200, body = InvitationView, description = "The invitation of within the hour; no second mail is sent.")))]
#[post("/users/invitations")]
async fn create_invitation(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    match request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await? {
        Invited::Mailed(view) => created(&request, &format!("/users/invitations/{}", view.id), &view, VERSION),
        Invited::Again(view) => private(200, &view),
    }
}

/// Reads an invitation.
///
/// Whom it was sent to, with which role, and until when it can be accepted; the token was in the mail alone.
#[utoipa::path(tag = "Users", params(("invitation" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 200, body = InvitationView, description = "The invitation.")))]
#[get("/users/invitations/{invitation}")]
async fn read_invitation(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &id)).await?;
    private(200, &view)
}

/// Withdraws an invitation.
///
/// The link in its mail is worth nothing from now on.
#[utoipa::path(tag = "Users", params(("invitation" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 204, description = "There is no such invitation any more.")))]
#[delete("/users/invitations/{invitation}")]
async fn delete_invitation(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}

/// Takes up an invitation.
///
/// Makes the account, with a password of your own; log in with it then. The token of the mail works once. Where the address
/// has come to another account since, `409`.
#[utoipa::path(tag = "Authentication", request_body = Acceptance,
    responses((status = 201, body = Edited<UserView>, description = "Your account.")))]
#[post("/auth/invitations/accept")]
async fn accept_invitation(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    let view = operations::accept(&request, &body.0).await?;
    created(&request, "/auth/me", &view, view.version)
}
