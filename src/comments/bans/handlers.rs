//! The operations on bans over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, web};

use super::ban::{BanDraft, BanView, LISTING};
use super::operations;
use crate::comments::moderation::CommentDesk;
use crate::error::Result;
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::users::Caller;

listing_parameters!(CommentBans, LISTING);

/// A ban is never changed, so it has one version.
const VERSION: i32 = 1;

/// Mounts the operations.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(list_comment_bans).service(create_comment_ban).service(read_comment_ban).service(delete_comment_ban);
}

/// Lists bans.
///
/// Whose comments, and comments with which words, are taken for spam at once; the newest first.
#[utoipa::path(tag = "Comments", params(CommentBans), security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 200, body = Page<BanView>, description = "A page of bans.")))]
#[get("/comments/bans")]
async fn list_comment_bans(request: Request, _caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    let query = request.query();
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, query)).await?;
    editor_page(&request, &list, &page)
}

/// Bans an e-mail address, an IP address or network, or a word.
///
/// What comes from there or says it from now on is stored as `spam`, and its author is told that it waits. Comments that are
/// there already stay what they are. What is banned already is answered `409`, and so is the 5001st ban.
#[utoipa::path(tag = "Comments", request_body = BanDraft, security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 201, body = BanView, description = "The ban.")))]
#[post("/comments/bans")]
async fn create_comment_ban(body: Body, request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/comments/bans/{}", view.id), &view, VERSION)
}

/// Reads a ban.
///
/// With what is banned as it is compared, and why.
#[utoipa::path(tag = "Comments", params(("ban" = String, Path, description = "Id.")), security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 200, body = BanView, description = "The ban.")))]
#[get("/comments/bans/{ban}")]
async fn read_comment_ban(request: Request, _caller: Caller<CommentDesk>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Lifts a ban.
///
/// What was taken for spam while it held stays that.
#[utoipa::path(tag = "Comments", params(("ban" = String, Path, description = "Id.")), security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 204, description = "There is no such ban any more.")))]
#[delete("/comments/bans/{ban}")]
async fn delete_comment_ban(request: Request, caller: Caller<CommentDesk>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
