//! The operations on API keys over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, web};

use super::api_key::{ApiKeyDraft, ApiKeyView, LISTING, NewApiKey};
use super::operations;
use crate::db::Key;
use crate::error::{Error, Result};
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::input::Kind;
use crate::users::accounts::UserId;
use crate::users::caller::{Caller, Staff};
use crate::users::role::Role;
use crate::users::sessions;

listing_parameters!(TokenList, LISTING);

/// A key never changes, so it has one version.
const VERSION: i32 = 1;

/// Mounts the operations.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(list_tokens).service(create_token).service(read_token).service(delete_token);
}

/// Lists API keys.
///
/// Yours, the newest first; administrators may ask for another person's. Needs a session: an API key is refused.
#[utoipa::path(tag = "Tokens", params(TokenList, ("user" = Option<String>, Query, description = "Whose, by id; for administrators.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<ApiKeyView>, description = "A page of keys.")))]
#[get("/tokens")]
async fn list_tokens(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    let mut query = request.query();
    let asked = query.key("user", Kind::Id).map(|key: Key| key.text());
    let owner = asked.and_then(|id| id.parse::<UserId>().ok()).unwrap_or(caller.user);
    if owner != caller.user && caller.role != Role::Admin {
        return Err(Error::forbidden("Only administrators see other people's keys."));
    }
    let list = query.listing(&LISTING, &request.app.secrets, &format!("keys of {owner}"));
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list, owner).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Creates an API key.
///
/// The key is in this answer and nowhere else: only its hash is kept. It can do what its scopes name and your role
/// allows. Needs a session: an API key is refused.
#[utoipa::path(tag = "Tokens", request_body = ApiKeyDraft, security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 201, body = NewApiKey, description = "The key.")))]
#[post("/tokens")]
async fn create_token(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let key = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/tokens/{}", key.view.id), &key, VERSION)
}

/// Reads what is known of an API key.
///
/// Yours; for administrators, anybody's. Needs a session: an API key is refused.
#[utoipa::path(tag = "Tokens", params(("token" = String, Path, description = "The id, not the key.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = ApiKeyView, description = "The key's facts.")))]
#[get("/tokens/{token}")]
async fn read_token(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &caller, &id)).await?;
    private(200, &view)
}

/// Deletes an API key.
///
/// It stops working at once. Yours; for administrators, anybody's. Needs a session: an API key is refused.
#[utoipa::path(tag = "Tokens", params(("token" = String, Path, description = "The id, not the key.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 204, description = "There is no such key any more.")))]
#[delete("/tokens/{token}")]
async fn delete_token(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
