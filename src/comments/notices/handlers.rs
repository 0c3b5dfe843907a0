//! The operations on notices over HTTP: unpack, one unit of work, answer.

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

/// Mounts the operations.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(read_comment_digest).service(want_comment_digest).service(refuse_comment_digest);
    mount.service(visit_comment_refusal).service(refuse_comment_notices);
}

/// A token of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CommentNoticeToken {
    /// The token.
    #[schema(min_length = 1, max_length = 500, example = "Zk1oYzZ2bG1hS0lWc2pXb1RkN3pQcUJ4RXlSZzBuVXQ0")]
    token: String,
}

impl Draft for CommentNoticeToken {}

/// What mail programs post for one click (RFC 8058).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a form")]
struct CommentNoticeOneClick {
    /// That one click was made.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(max_length = 9, pattern = "^One-Click$", example = "One-Click")]
    list_unsubscribe: String,
}

/// Reads whether one gets the digest of comments that wait or were reported.
///
/// Nobody does who has not asked for it.
#[utoipa::path(tag = "Comments", security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 200, body = DigestView, description = "Whether one gets it.")))]
#[get("/comments/digest")]
async fn read_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read_digest(conn, &caller)).await?;
    private(200, &view)
}

/// Asks for the digest of comments that wait or were reported.
///
/// A mail to one's own account's address when comments wait for approval or readers report some, once an hour at most: how many, the
/// beginnings of the newest and of the most reported, and links to the latter. It needs no body.
#[utoipa::path(tag = "Comments", security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 200, body = DigestView, description = "One gets it.")))]
#[put("/comments/digest")]
async fn want_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::want_digest(app, conn, &caller)).await?;
    private(200, &view)
}

/// Ends the digest of comments that wait or were reported.
///
/// None comes any more, until one asks for it again.
#[utoipa::path(tag = "Comments", security(("bearer" = ["editor", "moderator", "admin"])),
    responses((status = 204, description = "One does not get it any more.")))]
#[delete("/comments/digest")]
async fn refuse_comment_digest(request: Request, caller: Caller<CommentDesk>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::refuse_digest(app, conn, &caller)).await?;
    Ok(no_content())
}

/// Leads to the site's page that ends mails of replies.
///
/// For a mail program that opens the address of `List-Unsubscribe` in a browser. Nothing is changed, whoever asks; the page
/// `/comments/unsubscribe?token=…` of the site asks its reader and posts the token.
#[utoipa::path(tag = "Comments", params(("token" = Option<String>, Query, description = "The token of the mail.")),
    responses((status = 303, description = "Location is the page.")))]
#[get("/comments/unsubscriptions")]
async fn visit_comment_refusal(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let token = query.text("token");
    query.finish()?;
    Ok(lead_to_page(&request, REFUSAL_PAGE, token.as_deref()))
}

/// Ends mails of replies with the token of one.
///
/// The page `/comments/unsubscribe?token=…` of the site sends it as JSON; mail programs post either form of RFC 8058, with the
/// token in the query. No mail of replies goes to that address from now on, whatever is asked for with it. It works again and
/// again.
#[utoipa::path(tag = "Comments", params(("token" = Option<String>, Query, description = "The token, with the form only.")),
    request_body(content((CommentNoticeToken = "application/json"), (CommentNoticeOneClick = "multipart/form-data"), (CommentNoticeOneClick = "application/x-www-form-urlencoded"))),
    responses((status = 204, description = "They get none any more.")))]
#[post("/comments/unsubscriptions")]
async fn refuse_comment_notices(body: OneClick, request: Request) -> Result<HttpResponse> {
    let token = body.token(&request, |input| Ok(input.plain::<CommentNoticeToken>()?.token))?;
    request.write(move |app, conn| operations::refuse(app, conn, &token)).await?;
    Ok(no_content())
}
