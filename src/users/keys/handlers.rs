//! HTTP handlers for API keys.

use actix_web::{HttpResponse, delete, get, post, web};

use super::api_key::{ApiKeyDraft, ApiKeyView, LISTING, NewApiKey};
use super::operations;
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::input::Query;
use crate::users::accounts::UserId;
use crate::users::caller::{Caller, Staff};
use crate::users::role::Role;
use crate::users::sessions;

listing_parameters!(TokenList, LISTING);

/// A key never changes, so it has one version.
const VERSION: i32 = 1;

/// Mounts the routes.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount.service(list_tokens).service(create_token).service(read_token).service(delete_token);
}

/// List API keys
///
/// Returns your keys, newest first. Administrators can list another user's keys with `user`, or everybody's with
/// `user=all`; `user=all&legacy=true` returns all keys with old scopes, which do not name a
/// resource. Needs a session: API keys are refused.
#[utoipa::path(
    tag = "Tokens",
    params(
        TokenList,
        (
            "user" = Option<String>,
            Query,
            description = "The id of the keys' owner, or `all`. Only administrators may send `all` or the id of another user.",
        ),
        Caller<Staff>,
    ),
    responses((status = 200, body = Page<ApiKeyView>, description = "A page of keys.")),
)]
#[get("/tokens")]
async fn list_tokens(request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    let mut query = request.query();
    let asked = owner(&mut query, &caller)?;
    let of = asked.map_or("everybody".to_owned(), |owner| owner.to_string());
    let list = query.listing(&LISTING, &request.app.secrets, &format!("keys of {of}"));
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list, asked).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Returns the owner whose keys are requested, or `None` for everybody's keys.
fn owner(query: &mut Query, caller: &Caller) -> Result<Option<UserId>> {
    let wrong = |_| Error::bad_query(vec![Fault::parameter("user", "invalid", "The value must be the id of an account, or `all`.")]);
    let owner = match query.text("user").as_deref() {
        None => Some(caller.user),
        Some("all") => None,
        Some(id) => Some(id.parse::<UserId>().map_err(wrong)?),
    };
    if owner != Some(caller.user) && caller.role != Role::Admin {
        return Err(Error::forbidden("Only administrators can see other people's keys."));
    }
    Ok(owner)
}

/// Create an API key
///
/// The secret is only in this response: the server stores its hash. The key can do what both its scopes and your role
/// allow; each operation names the scope that it needs (`x-scope`). Needs a session: API keys are refused.
#[utoipa::path(
    tag = "Tokens",
    params(Caller<Staff>),
    request_body = ApiKeyDraft,
    responses((status = 201, body = NewApiKey, description = "The new key, with its secret.")),
)]
#[post("/tokens")]
async fn create_token(body: Body, request: Request, caller: Caller<Staff>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let key = request.write(move |app, conn| operations::create(app, conn, &caller, caller.actor(), &body.0)).await?;
    created(&request, &format!("/tokens/{}", key.view.id), &key, VERSION)
}

/// Read an API key
///
/// Returns the metadata of one of your keys, never its secret. Administrators can read any key. Needs a session: API
/// keys are refused.
#[utoipa::path(tag = "Tokens", params(Caller<Staff>), responses((status = 200, body = ApiKeyView, description = "The key's metadata.")))]
#[get("/tokens/{token}")]
async fn read_token(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &caller, &id)).await?;
    private(200, &view)
}

/// Delete an API key
///
/// The key stops working at once. Administrators can delete any key; other users only their own. Needs a session: API
/// keys are refused.
#[utoipa::path(tag = "Tokens", params(Caller<Staff>), responses((status = 204, description = "The key no longer exists.")))]
#[delete("/tokens/{token}")]
async fn delete_token(request: Request, caller: Caller<Staff>, id: web::Path<String>) -> Result<HttpResponse> {
    sessions::of_caller(&caller)?;
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
