//! HTTP handlers for sessions.

use actix_web::{HttpResponse, delete, get, post, web};

use super::session::{Credentials, LISTING, Renewal, SessionView, Tokens};
use super::{login, operations};
use crate::error::Result;
use crate::http::{Body, Limit, Mount, Page, Request, editor_page, listing_parameters, no_content, private};
use crate::users::caller::{Caller, Staff};

listing_parameters!(SessionList, LISTING);

/// Mounts the routes.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(log_in).service(refresh_session).service(log_out).service(list_sessions).service(delete_session);
}

/// Log in
///
/// Starts a session of 30 days. The access token is valid for 15 minutes; the refresh token gets the next one. An
/// unknown email address, a wrong password and a suspended account get the same response. Repeated failures for one
/// account from one network make that network wait, longer each time (`429`). An `Idempotency-Key` has no effect
/// here: each login is checked.
#[utoipa::path(
    tag = "Authentication", request_body = Credentials,
    responses(
        (status = 200, body = Tokens, description = "The tokens of the new session."),
        (status = 401, description = "The credentials are wrong."),
    ),
)]
#[post("/auth/login")]
async fn log_in(body: Body, request: Request) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Login, request.address)?;
    request.no_query()?;
    private(200, &login::log_in(&request, &body.0).await?)
}

/// Refresh a session
///
/// A refresh token works once; the response has the next one. Reusing a refresh token is treated as theft and ends
/// the session. Send an `Idempotency-Key` to be able to fetch a lost response again while the session lasts.
#[utoipa::path(
    tag = "Authentication", request_body = Renewal,
    responses(
        (status = 200, body = Tokens, description = "The new tokens of the session."),
        (status = 401, description = "The refresh token is unknown, used or expired."),
    ),
)]
#[post("/auth/refresh")]
async fn refresh_session(body: Body, request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let (tokens, of) = login::refresh(&request, &body.0).await?;
    let mut answer = private(200, &tokens)?;
    answer.extensions_mut().insert(of);
    Ok(answer)
}

/// Log out
///
/// Ends the session of the access token. Its access token and refresh token stop working at once.
#[utoipa::path(tag = "Authentication", params(Caller<Staff>), responses((status = 204, description = "The session has ended.")))]
#[post("/auth/logout")]
async fn log_out(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    let session = operations::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::end(app, conn, &caller, &session.to_string())).await?;
    Ok(no_content())
}

/// List your sessions
///
/// Returns your current sessions, newest first. Needs a session: API keys are refused.
#[utoipa::path(
    tag = "Authentication",
    params(SessionList, Caller<Staff>),
    responses((status = 200, body = Page<SessionView>, description = "A page of your sessions.")),
)]
#[get("/auth/sessions")]
async fn list_sessions(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    operations::of_caller(&caller)?;
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, &format!("sessions of {}", caller.user));
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// End a session
///
/// Ends one of your own sessions. Needs a session: API keys are refused.
#[utoipa::path(tag = "Authentication", params(Caller<Staff>), responses((status = 204, description = "The session no longer exists.")))]
#[delete("/auth/sessions/{session}")]
async fn delete_session(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    operations::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::end(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
