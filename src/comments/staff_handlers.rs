//! Comments over HTTP: what those can do who look after them.

use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::draft::ModerationDraft;
use super::moderation::{self, Decisions};
use super::queue::{QUEUE, StaffComment};
use crate::error::Result;
use crate::http::{Body, Page, Request, editor, editor_page, listing_parameters, private};
use crate::users::{Caller, Moderator};

listing_parameters!(CommentQueue, QUEUE);

/// Mounts the operations.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_comments).service(moderate_comments).service(read_comment);
}

/// Lists comments for moderation.
///
/// All comments, whatever was made of them, newest first. Authors get those on their own articles, without e-mail
/// address, IP address and user agent, and can't ask for these either.
#[utoipa::path(tag = "Comments", params(CommentQueue), security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<StaffComment>, description = "A page of comments.")))]
#[get("/comments")]
async fn list_comments(request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    let list = moderation::asked(&request.app, &caller, request.query())?;
    let (list, page) = request.read(move |app, conn| moderation::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, page)
}

/// Decides on many comments.
///
/// On all of them or, where one is unknown or another's, on none.
#[utoipa::path(tag = "Comments", request_body = ModerationDraft, security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Decisions, description = "What became of each.")))]
#[post("/comments/moderate")]
async fn moderate_comments(body: Body, request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    request.no_query()?;
    let decisions = request.write(move |app, conn| moderation::moderate(app, conn, &caller, &body.0)).await?;
    private(200, &decisions)
}

/// Reads a comment.
///
/// As those see it who look after comments; readers get comments from their article.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")), security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = StaffComment, description = "The comment.")))]
#[get("/comments/{id}")]
async fn read_comment(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| moderation::read(app, conn, &caller, &id)).await?;
    editor(&request, &view, view.version)
}
