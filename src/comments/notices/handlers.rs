//! HTTP handlers for notices.

use actix_web::{HttpResponse, delete, get, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::digest::DigestView;
use super::letters::REFUSAL_PAGE;
use super::operations;
use crate::comments::moderation::CommentDesk;
use crate::error::Result;
use crate::http::{Mount, OneClick, Request, lead_to_page, no_content, private};
use crate::input::Draft;
use crate::users::Caller;

/// Mounts the routes.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(read_comment_digest).service(want_comment_digest).service(refuse_comment_digest);
    mount.service(visit_comment_refusal).service(refuse_comment_notices);
}

/// The token in an email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CommentNoticeToken {
    /// The token in the email.
    #[schema(min_length = 1, max_length = 500, example = "Zk1oYzZ2bG1hS0lWc2pXb1RkN3pQcUJ4RXlSZzBuVXQ0")]
    token: String,
}

impl Draft for CommentNoticeToken {}

/// The form that email programs post for one-click unsubscription (RFC 8058).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a form")]
struct CommentNoticeOneClick {
    /// The fixed value of one-click unsubscription.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(max_length = 9, pattern = "^One-Click$", example = "One-Click")]
    list_unsubscribe: String,
}

/// Read your comment digest setting
///
/// Returns whether you get the digest of pending and reported comments. The digest is opt-in.
#[utoipa::path(
    tag = "Comments",
    params(Caller<CommentDesk>),
    responses((status = 200, body = DigestView, description = "Whether you get the digest.")),
)]
#[get("/comments/digest")]
async fn read_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read_digest(conn, &caller)).await?;
    private(200, &view)
}

/// Subscribe to the comment digest
///
/// Sends an email to your account's email address when comments wait for approval or are reported, at most once an hour.
/// The email contains the numbers of waiting and reported comments, excerpts of the newest and the most reported
/// comments, and links to the most reported comments. No request body is needed.
#[utoipa::path(
    tag = "Comments",
    params(Caller<CommentDesk>),
    responses((status = 200, body = DigestView, description = "You now get the digest.")),
)]
#[put("/comments/digest")]
async fn want_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::want_digest(app, conn, &caller)).await?;
    private(200, &view)
}

/// Unsubscribe from the comment digest
///
/// You get no digest until you subscribe again.
#[utoipa::path(tag = "Comments", params(Caller<CommentDesk>), responses((status = 204, description = "You no longer get the digest.")))]
#[delete("/comments/digest")]
async fn refuse_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::refuse_digest(app, conn, &caller)).await?;
    Ok(no_content())
}

/// Redirect to the site's page that ends emails about replies
///
/// Some email programs open the `List-Unsubscribe` URL in a browser. The request changes nothing: the site's page
/// `/comments/unsubscribe?token=…` asks for confirmation and posts the token.
#[utoipa::path(
    tag = "Comments",
    params(("token" = Option<String>, Query, description = "The token in the email.")),
    responses((status = 303, description = "`Location` is the URL of the page.")),
)]
#[get("/comments/unsubscriptions")]
async fn visit_comment_refusal(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let token = query.text("token");
    query.finish()?;
    Ok(lead_to_page(&request, REFUSAL_PAGE, token.as_deref()))
}

/// Unsubscribe from emails about replies
///
/// The site's page `/comments/unsubscribe?token=…` sends the token as JSON; email programs post either form of RFC
/// 8058, with the token in the query. The email address gets no more emails about replies, even if later comments
/// with it ask for them. The token can be used repeatedly.
#[utoipa::path(
    tag = "Comments",
    params(("token" = Option<String>, Query, description = "The token, if the request body is a form.")),
    request_body(
        content((CommentNoticeToken = "application/json"), (CommentNoticeOneClick = "multipart/form-data"), (CommentNoticeOneClick = "application/x-www-form-urlencoded")),
    ),
    responses((status = 204, description = "The email address gets no more emails about replies.")),
)]
#[post("/comments/unsubscriptions")]
async fn refuse_comment_notices(body: OneClick, request: Request) -> Result<HttpResponse> {
    let token = body.token(&request, |input| Ok(input.plain::<CommentNoticeToken>()?.token))?;
    request.write(move |app, conn| operations::refuse(app, conn, &token)).await?;
    Ok(no_content())
}
