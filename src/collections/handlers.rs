//! The operations on collections over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::collection::{CollectionCard, CollectionDraft, CollectionEditorView, CollectionView, LISTING};
use super::operations;
use crate::articles::tags_of;
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, Tags, created, editor, listing_parameters, no_content, public, public_page};
use crate::users::{Caller, Editor};

listing_parameters!(CollectionList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_collections)
        .service(create_collection)
        .service(read_collection)
        .service(replace_collection)
        .service(revise_collection)
        .service(delete_collection);
}

/// Lists collections.
///
/// All collections, by key, without their items.
#[utoipa::path(tag = "Collections", params(CollectionList), responses((status = 200, body = Page<CollectionCard>, description = "A page of collections.")))]
#[get("/collections")]
async fn list_collections(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "collections");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&["collections"]))
}

/// Creates a collection.
///
/// A list of articles in an order that people choose, under a `key` that front ends know, such as `front-page`. Articles that are
/// not public may be in it; readers see them from their publication on. A key that is taken is answered `409`.
#[utoipa::path(tag = "Collections", request_body = CollectionDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 201, body = Edited<CollectionEditorView>, description = "The collection.")))]
#[post("/collections")]
async fn create_collection(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/collections/{}", view.view.card.key), &view, view.version)
}

/// Reads a collection.
///
/// Its published articles, in order. With `view=editor`, the ids of all its articles, and the version as the `ETag` that
/// guards writes.
#[utoipa::path(tag = "Collections", params(("key" = String, Path, description = "The key."), ("view" = inline(Option<crate::http::EditorView>), Query, description = "Ask for what editors see.")),
    security((), ("bearer" = ["editor", "admin"])),
    responses((status = 200, body = crate::http::PublicOr<CollectionView, Edited<CollectionEditorView>>, description = "The collection.")))]
#[get("/collections/{key}")]
async fn read_collection(request: Request, key: web::Path<String>) -> Result<HttpResponse> {
    if request.wants_editor_view()? {
        request.caller::<Editor>().await?;
        let view = request.read(move |_, conn| operations::read_as_editor(conn, &key)).await?;
        return editor(&view, view.version);
    }
    let view = request.read(move |app, conn| operations::read(app, conn, &key)).await?;
    // The articles as a whole: one that is not public yet, and may not be named here, may become so.
    let mut tags = tags_of(&view.items, Tags::of(&["collections", "articles"]));
    tags.add("collection", view.card.id);
    public(&request, &view, tags)
}

/// Replaces a collection.
///
/// Members that are left out get their defaults.
#[utoipa::path(tag = "Collections", params(("key" = String, Path, description = "The key.")), request_body = CollectionDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<CollectionEditorView>, description = "The collection.")))]
#[put("/collections/{key}")]
async fn replace_collection(body: Body, request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, key).await
}

/// Changes a collection.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default; `items` are replaced whole.
#[utoipa::path(tag = "Collections", params(("key" = String, Path, description = "The key.")), request_body(content = CollectionDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<CollectionEditorView>, description = "The collection.")))]
#[patch("/collections/{key}")]
async fn revise_collection(body: Body, request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, key).await
}

async fn change(body: Body, request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &key, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes a collection.
///
/// Its articles stay.
#[utoipa::path(tag = "Collections", params(("key" = String, Path, description = "The key.")),
    security(("bearer" = ["editor", "admin"])), responses((status = 204, description = "There is no such collection any more.")))]
#[delete("/collections/{key}")]
async fn delete_collection(request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &key, &condition)).await?;
    Ok(no_content())
}
