//! The operations on authors over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::author::AuthorDraft;
use super::listing::LISTING;
use super::operations;
use super::view::{AuthorEditorView, AuthorView};
use crate::error::Result;
use crate::former_slugs::Moved;
use crate::http::{Body, Edited, Mount, Page, Request, Tags, created, editor, listing_parameters, moved, no_content, public, public_page};
use crate::users::{Caller, Editor, Writer};

listing_parameters!(AuthorList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_authors)
        .service(create_author)
        .service(read_author)
        .service(replace_author)
        .service(revise_author)
        .service(delete_author);
}

/// Lists authors.
///
/// All authors, by name.
#[utoipa::path(tag = "Authors", params(AuthorList), responses((status = 200, body = Page<AuthorView>, description = "A page of authors.")))]
#[get("/authors")]
async fn list_authors(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "authors");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    let mut tags = Tags::of(&["authors"]);
    page.rows.iter().for_each(|author| tag_avatar(&mut tags, author));
    public_page(&request, &list, &page, tags)
}

/// Creates an author.
///
/// Editors make any author. Who writes and has no profile yet makes their own, which then belongs to their account.
#[utoipa::path(tag = "Authors", request_body = AuthorDraft, security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 201, body = Edited<AuthorEditorView>, description = "The author.")))]
#[post("/authors")]
async fn create_author(body: Body, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/authors/{}", view.view.basics.card.id), &view, view.version)
}

/// Reads an author.
///
/// With `view=editor`, also the bio's Markdown, the account, and the version as the `ETag` that guards writes; for
/// editors, and for those whose own profile it is.
#[utoipa::path(tag = "Authors", params(("author" = String, Path, description = "Id or slug."), ("view" = inline(Option<crate::http::EditorView>), Query, description = "Ask for what editors see.")),
    security((), ("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = crate::http::PublicOr<AuthorView, Edited<AuthorEditorView>>, description = "The author."), (status = 308, body = Moved, description = "The author has another slug now; Location has its address.")))]
#[get("/authors/{author}")]
async fn read_author(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if request.wants_editor_view()? {
        let caller = request.caller::<Writer>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &caller, &name)).await?;
        return editor(&view, view.version);
    }
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.basics.card.slug) {
        return moved(&request, &format!("/authors/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&["authors"]);
    tags.add("author", view.basics.card.id);
    tag_avatar(&mut tags, &view);
    public(&request, &view, tags)
}

/// Replaces an author.
///
/// Members that are left out get their defaults; but for administrators, `user` stays. Editors replace any author,
/// others their own profile.
#[utoipa::path(tag = "Authors", params(("author" = String, Path, description = "Id or slug.")), request_body = AuthorDraft, security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = Edited<AuthorEditorView>, description = "The author.")))]
#[put("/authors/{author}")]
async fn replace_author(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes an author.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default. Editors change any author,
/// others their own profile.
#[utoipa::path(tag = "Authors", params(("author" = String, Path, description = "Id or slug.")), request_body(content = AuthorDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = Edited<AuthorEditorView>, description = "The author.")))]
#[patch("/authors/{author}")]
async fn revise_author(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes an author.
///
/// Answers `409` with the `usages` while articles are signed by them, unless `reassign_to` names who signs those instead.
#[utoipa::path(tag = "Authors", params(("author" = String, Path, description = "Id or slug."), ("reassign_to" = Option<String>, Query, description = "The author who signs instead, by id or slug.")),
    security(("bearer" = ["editor", "admin"])), responses((status = 204, description = "There is no such author any more.")))]
#[delete("/authors/{author}")]
async fn delete_author(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let heir = query.text("reassign_to");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, heir.as_deref())).await?;
    Ok(no_content())
}

fn tag_avatar(tags: &mut Tags, author: &AuthorView) {
    author.basics.card.avatar.iter().for_each(|avatar| tags.add("image", avatar.id));
}
