//! HTTP handlers for accounts.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::me;
use super::operations::{self, AccountChange, NewAccount};
use super::user::{LISTING, User, UserChange, UserDraft, UserView};
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, created, editor, editor_page, listing_parameters, no_content};
use crate::input::Input;
use crate::users::caller::{Admin, Caller};
use crate::users::passwords::NewPassword;

listing_parameters!(UserList, LISTING);

/// Mounts the routes.
pub(in crate::users) fn routes(mount: &mut impl Mount) {
    mount
        .service(me::read_own_account)
        .service(me::revise_own_account)
        .service(me::change_password)
        .service(list_users)
        .service(create_user)
        .service(read_user)
        .service(replace_user)
        .service(revise_user)
        .service(delete_user);
}

/// List users
///
/// Returns all accounts, newest first. People who have not accepted their invitation are listed at `/users/invitations`.
#[utoipa::path(
    tag = "Users",
    params(UserList, Caller<Admin>),
    responses((status = 200, body = Page<Edited<UserView>>, description = "A page of users.")),
)]
#[get("/users")]
async fn list_users(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "users");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create a user
///
/// Creates an account with a role and a password, which works at once. To let people choose their own password,
/// invite them instead (`POST /users/invitations`). If the email address already has an account, the response is
/// `409`. A user whose role may write gets an author profile, unless `"profile": false` is sent.
#[utoipa::path(
    tag = "Users",
    params(Caller<Admin>),
    request_body = UserDraft,
    responses((status = 201, body = Edited<UserView>, description = "The new user.")),
)]
#[post("/users")]
async fn create_user(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let draft = operations::parse(&body.0)?;
    let hash = request.app.passwords.try_turn()?.hash(draft.password.0.clone()).await?;
    let profile = draft.profile.unwrap_or(true);
    let account = NewAccount { user: User::new(draft, hash, request.app.now()), profile };
    let view = request.write(move |app, conn| operations::create(app, conn, caller.actor(), &account)).await?;
    created(&request, &format!("/users/{}", view.view.id()), &view, view.version)
}

/// Read a user
///
/// Returns the account with its role and state. The `ETag` holds its version, for conditional writes.
#[utoipa::path(tag = "Users", params(Caller<Admin>), responses((status = 200, body = Edited<UserView>, description = "The user.")))]
#[get("/users/{user}")]
async fn read_user(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &id)).await?;
    editor(&view, view.version)
}

/// Replace a user
///
/// Without a password in the request body, the current password stays.
#[utoipa::path(
    tag = "Users",
    params(Caller<Admin>),
    request_body = UserChange,
    responses((status = 200, body = Edited<UserView>, description = "The changed user.")),
)]
#[put("/users/{user}")]
async fn replace_user(body: Body, request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id.into_inner()).await
}

/// Change a user
///
/// Takes a JSON Merge Patch (RFC 7396). A new role applies from the user's next request on; a role that may write
/// also creates an author profile. A new password or a suspension ends the user's sessions and deletes their API keys
/// and stored `Idempotency-Key` responses. The last administrator can be neither demoted nor suspended (`409`).
#[utoipa::path(
    tag = "Users",
    params(Caller<Admin>),
    request_body(content = UserChange, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<UserView>, description = "The changed user.")),
)]
#[patch("/users/{user}")]
async fn revise_user(body: Body, request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id.into_inner()).await
}

async fn change(body: Body, request: Request, caller: Caller<Admin>, id: String) -> Result<HttpResponse> {
    request.no_query()?;
    let password_hash = hash_of(&request.app, &caller, &body.0).await?;
    let revision = AccountChange { id, condition: request.precondition(), input: body.0, password_hash };
    let view = request.write(move |app, conn| operations::revise(app, conn, Some(&caller), revision.clone())).await?;
    editor(&view, view.version)
}

/// Hashes the new password, if there is one, before the transaction that validates the rest of the request body.
async fn hash_of(app: &App, caller: &Caller<Admin>, input: &Input) -> Result<Option<String>> {
    // The transaction refuses API keys and malformed passwords.
    let sent = input.object().ok().and_then(|sent| serde_json::from_value::<NewPassword>(sent.get("password")?.clone()).ok());
    match sent.filter(|password| caller.session.is_some() && password.fits()) {
        Some(password) => app.passwords.try_turn()?.hash(password.0).await.map(Some),
        None => Ok(None),
    }
}

/// Delete a user
///
/// Ends the user's sessions and deletes their API keys and stored `Idempotency-Key` responses. Their articles and the
/// author profile that signed them are kept. Their comments are kept without email and IP address, and their email
/// address is scrubbed from the database files, too. The last administrator cannot be deleted (`409`).
#[utoipa::path(tag = "Users", params(Caller<Admin>), responses((status = 204, description = "The user no longer exists.")))]
#[delete("/users/{user}")]
async fn delete_user(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, caller.actor(), &id, &condition)).await?;
    Ok(no_content())
}
