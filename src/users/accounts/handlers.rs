//! The operations on accounts over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::me;
use super::operations::{self, NewAccount, Revision};
use super::user::{LISTING, User, UserChange, UserDraft, UserView};
use crate::app::App;
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, created, editor, editor_page, listing_parameters, no_content};
use crate::input::Input;
use crate::users::caller::{Admin, Caller};
use crate::users::passwords::NewPassword;

listing_parameters!(UserList, LISTING);

/// Mounts the operations.
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

/// Lists users.
///
/// Everybody who can log in, the newest first. Who has not taken up their invitation is at `/users/invitations`.
#[utoipa::path(tag = "Users", params(UserList), security(("bearer" = ["admin"])),
    responses((status = 200, body = Page<Edited<UserView>>, description = "A page of users.")))]
#[get("/users")]
async fn list_users(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "users");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Creates a user.
///
/// An account with a role and a password, which works at once. Where people should choose their own password, invite them instead
/// (`POST /users/invitations`). An address that has an account is answered `409`. Whoever may
/// write gets an author's profile, unless `"profile": false` is sent.
#[utoipa::path(tag = "Users", request_body = UserDraft, security(("bearer" = ["admin"])),
    responses((status = 201, body = Edited<UserView>, description = "The user.")))]
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

/// Reads a user.
///
/// The account with its role and state, and its version as the `ETag`, which guards writes.
#[utoipa::path(tag = "Users", params(("user" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 200, body = Edited<UserView>, description = "The user.")))]
#[get("/users/{user}")]
async fn read_user(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &id)).await?;
    editor(&view, view.version)
}

/// Replaces a user.
///
/// Without a password, theirs stays.
#[utoipa::path(tag = "Users", params(("user" = String, Path, description = "Id.")),
    request_body = UserChange, security(("bearer" = ["admin"])),
    responses((status = 200, body = Edited<UserView>, description = "The user.")))]
#[put("/users/{user}")]
async fn replace_user(body: Body, request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id.into_inner()).await
}

/// Changes a user.
///
/// A JSON Merge Patch (RFC 7396). A new role holds from their next request on, and a role that writes brings an author's profile; a
/// new password or a suspension ends their sessions, API keys and kept answers. The last administrator can be neither demoted nor suspended (`409`).
#[utoipa::path(tag = "Users", params(("user" = String, Path, description = "Id.")),
    request_body(content = UserChange, content_type = "application/merge-patch+json"),
    security(("bearer" = ["admin"])),
    responses((status = 200, body = Edited<UserView>, description = "The user.")))]
#[patch("/users/{user}")]
async fn revise_user(body: Body, request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id.into_inner()).await
}

async fn change(body: Body, request: Request, caller: Caller<Admin>, id: String) -> Result<HttpResponse> {
    request.no_query()?;
    let password_hash = hash_of(&request.app, &caller, &body.0).await?;
    let revision = Revision { id, condition: request.precondition(), input: body.0, password_hash };
    let view = request.write(move |app, conn| operations::revise(app, conn, Some(&caller), revision.clone())).await?;
    editor(&view, view.version)
}

/// Hashes the new password, if there is one, before the transaction that judges the rest of the body.
async fn hash_of(app: &App, caller: &Caller<Admin>, input: &Input) -> Result<Option<String>> {
    // An API key is refused there, and so is what has not the form of a password.
    let sent = input.object().ok().and_then(|sent| serde_json::from_value::<NewPassword>(sent.get("password")?.clone()).ok());
    match sent.filter(|password| caller.session.is_some() && password.fits()) {
        Some(password) => app.passwords.try_turn()?.hash(password.0).await.map(Some),
        None => Ok(None),
    }
}

/// Deletes a user.
///
/// Ends their sessions, keys and kept answers; what they wrote stays, and so does the profile that signed it. Their comments stay
/// without e-mail and IP address; their address leaves the files of the database, too. The last administrator can't be deleted
/// (`409`).
#[utoipa::path(tag = "Users", params(("user" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 204, description = "There is no such user any more.")))]
#[delete("/users/{user}")]
async fn delete_user(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, caller.actor(), &id, &condition)).await?;
    Ok(no_content())
}
