//! The HTTP handlers of authors: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::author::AuthorDraft;
use super::listing::LISTING;
use super::operations;
use super::view::{AuthorEditorView, AuthorView};
use crate::error::Result;
use crate::events::KindTag;
use crate::former_slugs::Moved;
use crate::http::{
    Body, Edited, Mount, Page, Request, Selecting, Tags, ViewParameter, change, created, editor, listing_parameters, moved, no_content,
    public_page, public_selected,
};
use crate::users::{Caller, Editor, GuestOr, Writer};

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

/// List authors
///
/// Lists all public authors, by default sorted by name.
#[utoipa::path(tag = "Authors", params(AuthorList), responses((status = 200, body = Page<AuthorView>, description = "A page of authors.")))]
#[get("/authors")]
async fn list_authors(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "authors");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    let mut tags = Tags::of(&[KindTag::Authors]);
    page.rows.iter().for_each(|author| tag_avatar(&mut tags, author));
    public_page(&request, &list, &page, tags)
}

/// Create an author
///
/// Editors may create any author. Other writers without a profile may create their own, which then belongs to their account.
#[utoipa::path(
    tag = "Authors",
    params(Caller<Writer>),
    request_body = AuthorDraft,
    responses((status = 201, body = Edited<AuthorEditorView>, description = "The new author.")),
)]
#[post("/authors")]
async fn create_author(body: Body, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/authors/{}", view.view.basics.card.id), &view, view.version)
}

/// Read an author
///
/// With `view=editor`, the response includes the biography's Markdown, the account and the version, which is also the `ETag`
/// for conditional writes. That view is for editors and for the profile's own account.
#[utoipa::path(
    tag = "Authors",
    params(ViewParameter, Selecting<AuthorView>, GuestOr<Writer>),
    responses(
        (status = 200, body = crate::http::PublicOr<AuthorView, Edited<AuthorEditorView>>, description = "The author."),
        (status = 308, body = Moved, description = "The author has a new slug; `Location` is their new URL."),
    ),
)]
#[get("/authors/{author}")]
async fn read_author(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<AuthorView>()? else {
        let caller = request.caller::<Writer>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &caller, &name)).await?;
        return editor(&view, view.version);
    };
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.basics.card.slug) {
        return moved(&request, &format!("/authors/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&[KindTag::Authors]);
    tags.add(view.basics.card.id);
    tag_avatar(&mut tags, &view);
    public_selected(&request, &selection, &view, tags)
}

/// Replace an author
///
/// Omitted members get their defaults; only an administrator can change or reset `user`. Editors may replace any author, other
/// writers only their own profile.
#[utoipa::path(
    tag = "Authors",
    params(Caller<Writer>),
    request_body = AuthorDraft,
    responses((status = 200, body = Edited<AuthorEditorView>, description = "The changed author.")),
)]
#[put("/authors/{author}")]
async fn replace_author(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Change an author
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default. Editors may
/// change any author, other writers only their own profile.
#[utoipa::path(
    tag = "Authors",
    params(Caller<Writer>),
    request_body(content = AuthorDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<AuthorEditorView>, description = "The changed author.")),
)]
#[patch("/authors/{author}")]
async fn revise_author(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete an author
///
/// If articles have this author, `reassign_to` must name the author who replaces the deleted one; without this parameter, the
/// response is `409` and counts the articles in `usages`.
#[utoipa::path(
    tag = "Authors",
    params(
        ("reassign_to" = Option<String>, Query, description = "The id or slug of the author who replaces the deleted author in bylines."),
        Caller<Editor>,
    ),
    responses((status = 204, description = "The author no longer exists.")),
)]
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
    author.basics.card.avatar.iter().for_each(|avatar| tags.add(avatar.id));
}
