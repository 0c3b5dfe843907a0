//! The operations on tags over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::tag::{LISTING, TagDraft, TagMerger, TagView};
use crate::error::Result;
use crate::former_slugs::Moved;
use crate::http::{Body, Edited, Mount, Page, Request, Tags, created, editor, listing_parameters, moved, no_content, public, public_page};
use crate::users::{Caller, Editor, Writer};

listing_parameters!(TagList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_tags)
        .service(create_tag)
        .service(read_tag)
        .service(replace_tag)
        .service(revise_tag)
        .service(delete_tag)
        .service(merge_tag);
}

/// Lists tags.
///
/// All tags, by name.
#[utoipa::path(tag = "Tags", params(TagList), responses((status = 200, body = Page<TagView>, description = "A page of tags.")))]
#[get("/tags")]
async fn list_tags(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "tags");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&["tags"]))
}

/// Creates a tag.
///
/// Whoever writes may make one; only editors change and delete them.
#[utoipa::path(tag = "Tags", request_body = TagDraft, security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 201, body = Edited<TagView>, description = "The tag.")))]
#[post("/tags")]
async fn create_tag(body: Body, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/tags/{}", view.view.id), &view, view.version)
}

/// Reads a tag.
///
/// With `view=editor`, also its version, as the `ETag` that guards writes.
#[utoipa::path(tag = "Tags", params(("tag" = String, Path, description = "Id or slug."), ("view" = inline(Option<crate::http::EditorView>), Query, description = "Ask for what editors see.")),
    security((), ("bearer" = ["editor", "admin"])),
    responses((status = 200, body = crate::http::Either<TagView>, description = "The tag."), (status = 308, body = Moved, description = "The tag has another slug now; Location has its address.")))]
#[get("/tags/{tag}")]
async fn read_tag(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if request.wants_editor_view()? {
        request.caller::<Editor>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    }
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.slug) {
        return moved(&request, &format!("/tags/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&["tags"]);
    tags.add("tag", view.id);
    public(&request, &view, tags)
}

/// Replaces a tag.
///
/// Members that are left out get their defaults.
#[utoipa::path(tag = "Tags", params(("tag" = String, Path, description = "Id or slug.")), request_body = TagDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<TagView>, description = "The tag.")))]
#[put("/tags/{tag}")]
async fn replace_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes a tag.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default.
#[utoipa::path(tag = "Tags", params(("tag" = String, Path, description = "Id or slug.")), request_body(content = TagDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<TagView>, description = "The tag.")))]
#[patch("/tags/{tag}")]
async fn revise_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes a tag.
///
/// Answers `409` with the `usages` while articles have it, unless `reassign_to` names the tag that they get instead.
#[utoipa::path(tag = "Tags", params(("tag" = String, Path, description = "Id or slug."), ("reassign_to" = Option<String>, Query, description = "The tag that articles get instead, by id or slug.")),
    security(("bearer" = ["editor", "admin"])), responses((status = 204, description = "There is no such tag any more.")))]
#[delete("/tags/{tag}")]
async fn delete_tag(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let heir = query.text("reassign_to");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, heir.as_deref())).await?;
    Ok(no_content())
}

/// Merges a tag into another.
///
/// Every article that has this tag, published or not, gets the other one in its place; this one is deleted. Answers the
/// tag that stays.
#[utoipa::path(tag = "Tags", params(("tag" = String, Path, description = "Id or slug of the tag that goes.")), request_body = TagMerger, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<TagView>, description = "The tag that stays.")))]
#[post("/tags/{tag}/merge")]
async fn merge_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::merge(app, conn, &caller, &name, &body.0)).await?;
    editor(&view, view.version)
}
