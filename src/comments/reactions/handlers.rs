//! Votes and reports over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, put, web};

use super::operations;
use super::report::{LISTING, ReportDraft, ReportView};
use super::visitor::Reader;
use super::votes::Votes;
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Page, Request, editor_page, listing_parameters, no_content, private};
use crate::users::{Caller, Moderator};

listing_parameters!(CommentReports, LISTING);

/// Mounts the operations.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount
        .service(vote_for_comment)
        .service(withdraw_comment_vote)
        .service(report_comment)
        .service(list_comment_reports)
        .service(dismiss_comment_reports);
}

/// Whoever asks, once their address has been counted.
fn reader(request: &Request) -> Result<Reader> {
    request.app.limits.check(Limit::Report, request.address)?;
    request.no_query()?;
    Ok(Reader { address: request.address, user_agent: request.header("user-agent").unwrap_or_default().to_owned() })
}

/// Votes for a comment.
///
/// One visitor, by address and program, has one vote for each comment, and one address a handful; what goes beyond is answered
/// like the first and not counted. No cookie is set, no address kept. An address may send `RATE_REPORT` votes and reports.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")),
    responses((status = 200, body = Votes, description = "What the votes come to.")))]
#[put("/comments/{id}/vote")]
async fn vote_for_comment(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    let votes = request.write(move |app, conn| operations::vote(app, conn, &id, &who)).await?;
    private(200, &votes)
}

/// Takes a vote for a comment back.
///
/// The visitor is known by address and program, as when they voted.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")),
    responses((status = 204, description = "The visitor has no vote for it.")))]
#[delete("/comments/{id}/vote")]
async fn withdraw_comment_vote(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    request.write(move |app, conn| operations::withdraw_vote(app, conn, &id, &who)).await?;
    Ok(no_content())
}

/// Reports a comment.
///
/// Those who look after comments see how many readers reported it, and why. One visitor, by address and program, is counted
/// once for each comment, which the answer does not tell; who it was is not kept.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")), request_body = ReportDraft,
    responses((status = 204, description = "The report was taken.")))]
#[post("/comments/{id}/reports")]
async fn report_comment(body: Body, request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    request.write(move |app, conn| operations::report(app, conn, &id, &who, &body.0)).await?;
    Ok(no_content())
}

/// Lists the reports of a comment.
///
/// The newest first; those that were dismissed, too.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id."), CommentReports),
    security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<ReportView>, description = "A page of reports.")))]
#[get("/comments/{id}/reports")]
async fn list_comment_reports(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    let query = request.query();
    let (list, page) = request.read(move |app, conn| operations::list_reports(app, conn, &caller, &id, query)).await?;
    editor_page(&request, &list, &page)
}

/// Dismisses the reports of a comment.
///
/// For what may stay: `reported` is 0 again, and whoever has reported it is not counted once more.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")),
    security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 204, description = "There are no open reports any more.")))]
#[delete("/comments/{id}/reports")]
async fn dismiss_comment_reports(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::dismiss_reports(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
