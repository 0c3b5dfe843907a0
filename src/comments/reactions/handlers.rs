//! HTTP handlers for votes and reports.

use actix_web::{HttpResponse, delete, get, post, put, web};

use super::operations;
use super::report::{LISTING, ReportDraft, ReportView};
use super::visitor::ReactingClient;
use super::votes::Votes;
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Page, Request, editor_page, listing_parameters, no_content, private};
use crate::users::{Caller, Moderator};

listing_parameters!(CommentReports, LISTING);

/// Mounts the routes.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount
        .service(vote_for_comment)
        .service(withdraw_comment_vote)
        .service(report_comment)
        .service(list_comment_reports)
        .service(dismiss_comment_reports);
}

/// Checks the rate limit of the client's IP address and returns the reader.
fn reader(request: &Request) -> Result<ReactingClient> {
    request.app.limits.check(Limit::Report, request.address)?;
    request.no_query()?;
    Ok(ReactingClient { address: request.address, user_agent: request.header("user-agent").unwrap_or_default().to_owned() })
}

/// Vote for a comment
///
/// A visitor, identified by IP address and user agent, has one vote per comment. For each comment, at most five votes from
/// the same IP address are counted; further votes get the same response and are not counted. No cookie is set and no IP
/// address is stored. The setting `RATE_REPORT` limits the votes and reports of an IP address.
#[utoipa::path(tag = "Comments", responses((status = 200, body = Votes, description = "The number of votes.")))]
#[put("/comments/{id}/vote")]
async fn vote_for_comment(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    let votes = request.write(move |app, conn| operations::vote(app, conn, &id, &who)).await?;
    private(200, &votes)
}

/// Withdraw a vote for a comment
///
/// The visitor is identified by IP address and user agent, as for the vote.
#[utoipa::path(tag = "Comments", responses((status = 204, description = "The visitor has no vote for the comment.")))]
#[delete("/comments/{id}/vote")]
async fn withdraw_comment_vote(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    request.write(move |app, conn| operations::withdraw_vote(app, conn, &id, &who)).await?;
    Ok(no_content())
}

/// Report a comment
///
/// Moderators see how many readers reported the comment, and why. A visitor, identified by IP address and user agent,
/// is counted once per comment; the response does not reveal whether this report was counted. The visitor's identity
/// is not stored.
#[utoipa::path(tag = "Comments", request_body = ReportDraft, responses((status = 204, description = "The report was accepted.")))]
#[post("/comments/{id}/reports")]
async fn report_comment(body: Body, request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    let who = reader(&request)?;
    request.write(move |app, conn| operations::report(app, conn, &id, &who, &body.0)).await?;
    Ok(no_content())
}

/// List the reports of a comment
///
/// Returns all reports, including dismissed ones, newest first.
#[utoipa::path(
    tag = "Comments",
    params(CommentReports, Caller<Moderator>),
    responses((status = 200, body = Page<ReportView>, description = "A page of reports.")),
)]
#[get("/comments/{id}/reports")]
async fn list_comment_reports(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    let query = request.query();
    let (list, page) = request.read(move |app, conn| operations::list_reports(app, conn, &caller, &id, query)).await?;
    editor_page(&request, &list, &page)
}

/// Dismiss the reports of a comment
///
/// Use this operation for comments that may stay: `reported` becomes 0, and visitors who have reported the comment are not counted
/// again.
#[utoipa::path(tag = "Comments", params(Caller<Moderator>), responses((status = 204, description = "The comment has no open reports.")))]
#[delete("/comments/{id}/reports")]
async fn dismiss_comment_reports(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::dismiss_reports(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
