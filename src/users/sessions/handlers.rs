//! The operations on sessions over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, web};

use super::session::{Credentials, LISTING, Renewal, SessionView, Tokens};
use super::{login, operations};
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Page, Request, editor_page, listing_parameters, no_content, private};
use crate::users::caller::{Caller, Staff};

listing_parameters!(SessionList, LISTING);

/// Mounts the operations.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(log_in).service(refresh_session).service(log_out).service(list_sessions).service(delete_session);
}

/// Logs in.
///
/// Begins a session of 30 days. The access token is good for 15 minutes; the refresh token gets the next one. The answer
/// to an unknown address, a wrong password and a suspended account is the same. Mistakes at one account from one
/// place make that place wait, longer each time (`429`). An `Idempotency-Key` has no effect here: each login is checked.
#[utoipa::path(tag = "Authentication", request_body = Credentials, responses(
    (status = 200, body = Tokens, description = "The tokens of the session."),
    (status = 401, description = "The credentials are wrong.")))]
#[post("/auth/login")]
async fn log_in(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    private(200, &login::log_in(&request, &body.0).await?)
}

/// Renews a session.
///
/// A refresh token works once, and the answer has the next one. One that is used a second time has been stolen by
/// somebody: the session ends for both. Send an `Idempotency-Key` to get a lost answer again, as long as the session goes on.
#[utoipa::path(tag = "Authentication", request_body = Renewal, responses(
    (status = 200, body = Tokens, description = "The tokens of the session."),
    (status = 401, description = "The refresh token is unknown, used or expired.")))]
#[post("/auth/refresh")]
async fn refresh_session(body: Body, request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let (tokens, of) = login::refresh(&request, &body.0).await?;
    let mut answer = private(200, &tokens)?;
    answer.extensions_mut().insert(of);
    Ok(answer)
}

/// Logs out.
///
/// Ends the session whose access token is sent: both its tokens are worth nothing from now on.
#[utoipa::path(tag = "Authentication", security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 204, description = "The session has ended.")))]
#[post("/auth/logout")]
async fn log_out(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    let session = operations::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::end(app, conn, &caller, &session.to_string())).await?;
    Ok(no_content())
}

/// Lists your sessions.
///
/// Where you are logged in, the newest first. Needs a session: an API key is refused.
#[utoipa::path(tag = "Authentication", params(SessionList),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<SessionView>, description = "A page of your sessions.")))]
#[get("/auth/sessions")]
async fn list_sessions(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    operations::of_caller(&caller)?;
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, &format!("sessions of {}", caller.user));
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Ends one of your sessions.
///
/// Needs a session: an API key is refused.
#[utoipa::path(tag = "Authentication", params(("session" = String, Path, description = "Id.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 204, description = "You have no such session any more.")))]
#[delete("/auth/sessions/{session}")]
async fn delete_session(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    operations::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::end(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
