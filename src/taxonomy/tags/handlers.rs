//! The HTTP handlers of tags: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::tag::{LISTING, TagDraft, TagMerger, TagView};
use crate::error::Result;
use crate::events::KindTag;
use crate::former_slugs::Moved;
use crate::http::{
    Body, Edited, Mount, Page, Request, Selecting, Tags, ViewParameter, change, created, editor, listing_parameters, moved, no_content,
    public_page, public_selected,
};
use crate::users::{Caller, Editor, GuestOr, Writer};

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

/// List tags
///
/// Lists all tags, by default sorted by name.
#[utoipa::path(tag = "Tags", params(TagList), responses((status = 200, body = Page<TagView>, description = "A page of tags.")))]
#[get("/tags")]
async fn list_tags(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "tags");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&[KindTag::Tags]))
}

/// Create a tag
///
/// Every user who can write articles may create tags; only editors and admins may change and delete them.
#[utoipa::path(
    tag = "Tags",
    params(Caller<Writer>),
    request_body = TagDraft,
    responses((status = 201, body = Edited<TagView>, description = "The new tag.")),
)]
#[post("/tags")]
async fn create_tag(body: Body, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/tags/{}", view.view.id), &view, view.version)
}

/// Read a tag
///
/// With `view=editor`, the response includes the version, which is also the `ETag` for conditional writes.
#[utoipa::path(
    tag = "Tags",
    params(ViewParameter, Selecting<TagView>, GuestOr<Editor>),
    responses(
        (status = 200, body = crate::http::Either<TagView>, description = "The tag."),
        (status = 308, body = Moved, description = "The tag has a new slug; `Location` is its new URL."),
    ),
)]
#[get("/tags/{tag}")]
async fn read_tag(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<TagView>()? else {
        request.caller::<Editor>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    };
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.slug) {
        return moved(&request, &format!("/tags/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&[KindTag::Tags]);
    tags.add(view.id);
    public_selected(&request, &selection, &view, tags)
}

/// Replace a tag
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Tags",
    params(Caller<Editor>),
    request_body = TagDraft,
    responses((status = 200, body = Edited<TagView>, description = "The changed tag.")),
)]
#[put("/tags/{tag}")]
async fn replace_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Change a tag
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.
#[utoipa::path(
    tag = "Tags",
    params(Caller<Editor>),
    request_body(content = TagDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<TagView>, description = "The changed tag.")),
)]
#[patch("/tags/{tag}")]
async fn revise_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete a tag
///
/// If articles have the tag, `reassign_to` must name the tag that replaces it. Without `reassign_to`, the response is `409`
/// and counts the articles in `usages`.
#[utoipa::path(
    tag = "Tags",
    params(
        ("reassign_to" = Option<String>, Query, description = "The id, name or slug of the tag that replaces the deleted tag on articles."),
        Caller<Editor>,
    ),
    responses((status = 204, description = "The tag no longer exists.")),
)]
#[delete("/tags/{tag}")]
async fn delete_tag(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let heir = query.text("reassign_to");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, heir.as_deref())).await?;
    Ok(no_content())
}

/// Merge a tag into another
///
/// Replaces this tag by the tag `into` on every article, published or not, then deletes this tag. Returns the tag `into`.
#[utoipa::path(
    tag = "Tags",
    params(Caller<Editor>),
    request_body = TagMerger,
    responses((status = 200, body = Edited<TagView>, description = "The remaining tag, with the articles of both.")),
)]
#[post("/tags/{tag}/merge")]
async fn merge_tag(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::merge(app, conn, &caller, &name, &body.0)).await?;
    editor(&view, view.version)
}
