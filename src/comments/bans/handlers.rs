//! HTTP handlers for bans.

use actix_web::{HttpResponse, delete, get, post, web};

use super::ban::{BanDraft, BanView, LISTING};
use super::operations;
use crate::comments::moderation::CommentDesk;
use crate::error::Result;
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::users::Caller;

listing_parameters!(CommentBans, LISTING);

/// The version of every ban: a ban never changes.
const VERSION: i32 = 1;

/// Mounts the routes.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(list_comment_bans).service(create_comment_ban).service(read_comment_ban).service(delete_comment_ban);
}

/// List bans
///
/// Returns the banned email addresses, networks and words, newest first. Comments that match a ban are stored as spam.
#[utoipa::path(
    tag = "Comments",
    params(CommentBans, Caller<CommentDesk>),
    responses((status = 200, body = Page<BanView>, description = "A page of bans.")),
)]
#[get("/comments/bans")]
async fn list_comment_bans(request: Request, _caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    let query = request.query();
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, query)).await?;
    editor_page(&request, &list, &page)
}

/// Ban an email address, an IP address or network, or a word
///
/// From now on, comments that match the ban are stored as `spam`; their authors are told that the comment is pending.
/// Existing comments do not change. If the value is already banned, or if there are 5000 bans, the response is `409`.
#[utoipa::path(
    tag = "Comments",
    params(Caller<CommentDesk>),
    request_body = BanDraft,
    responses((status = 201, body = BanView, description = "The new ban.")),
)]
#[post("/comments/bans")]
async fn create_comment_ban(body: Body, request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/comments/bans/{}", view.id), &view, VERSION)
}

/// Read a ban
///
/// Returns the banned value in its normal form and the note.
#[utoipa::path(tag = "Comments", params(Caller<CommentDesk>), responses((status = 200, body = BanView, description = "The ban.")))]
#[get("/comments/bans/{ban}")]
async fn read_comment_ban(request: Request, _caller: Caller<CommentDesk>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Lift a ban
///
/// Comments that were marked as spam because of the ban do not change.
#[utoipa::path(tag = "Comments", params(Caller<CommentDesk>), responses((status = 204, description = "The ban no longer exists.")))]
#[delete("/comments/bans/{ban}")]
async fn delete_comment_ban(request: Request, caller: Caller<CommentDesk>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
