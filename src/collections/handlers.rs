//! The HTTP handlers of collections: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::collection::{CollectionCard, CollectionDraft, CollectionEditorView, CollectionView, LISTING};
use super::operations;
use crate::articles::tags_of;
use crate::error::Result;
use crate::events::KindTag;
use crate::http::{
    Body, Edited, Mount, Page, Request, Selecting, Tags, ViewParameter, change, created, editor, listing_parameters, no_content,
    public_page, public_selected,
};
use crate::users::{Caller, Editor, GuestOr};

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

/// List collections
///
/// Lists all collections, by default sorted by key, without their items.
#[utoipa::path(
    tag = "Collections",
    params(CollectionList),
    responses((status = 200, body = Page<CollectionCard>, description = "A page of collections.")),
)]
#[get("/collections")]
async fn list_collections(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "collections");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&[KindTag::Collections]))
}

/// Create a collection
///
/// A collection is a list of articles in a manual order, with a `key` that front ends know, such as `front-page`. It may
/// contain articles that are not public; readers see them once they are published. A key that is taken gets `409`.
#[utoipa::path(
    tag = "Collections",
    params(Caller<Editor>),
    request_body = CollectionDraft,
    responses((status = 201, body = Edited<CollectionEditorView>, description = "The new collection.")),
)]
#[post("/collections")]
async fn create_collection(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/collections/{}", view.view.card.key), &view, view.version)
}

/// Read a collection
///
/// Returns the published articles of a collection, in order. With `view=editor`, returns the ids of all its articles and the
/// version, which is also the `ETag` for conditional writes.
#[utoipa::path(
    tag = "Collections",
    params(ViewParameter, Selecting<CollectionView>, GuestOr<Editor>),
    responses((status = 200, body = crate::http::PublicOr<CollectionView, Edited<CollectionEditorView>>, description = "The collection.")),
)]
#[get("/collections/{key}")]
async fn read_collection(request: Request, key: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<CollectionView>()? else {
        request.caller::<Editor>().await?;
        let view = request.read(move |_, conn| operations::read_as_editor(conn, &key)).await?;
        return editor(&view, view.version);
    };
    let view = request.read(move |app, conn| operations::read(app, conn, &key)).await?;
    // The tag of all articles is needed, because an unpublished item may be published later, and its own tag must not be public.
    let mut tags = tags_of(&view.items, Tags::of(&[KindTag::Collections, KindTag::Articles]));
    tags.add(view.card.id);
    public_selected(&request, &selection, &view, tags)
}

/// Replace a collection
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Collections",
    params(Caller<Editor>),
    request_body = CollectionDraft,
    responses((status = 200, body = Edited<CollectionEditorView>, description = "The changed collection.")),
)]
#[put("/collections/{key}")]
async fn replace_collection(body: Body, request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, key, operations::revise).await
}

/// Change a collection
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default; `items` is
/// replaced as a whole.
#[utoipa::path(
    tag = "Collections",
    params(Caller<Editor>),
    request_body(content = CollectionDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<CollectionEditorView>, description = "The changed collection.")),
)]
#[patch("/collections/{key}")]
async fn revise_collection(body: Body, request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, key, operations::revise).await
}

/// Delete a collection
///
/// The articles in the collection are not deleted.
#[utoipa::path(tag = "Collections", params(Caller<Editor>), responses((status = 204, description = "The collection no longer exists.")))]
#[delete("/collections/{key}")]
async fn delete_collection(request: Request, caller: Caller<Editor>, key: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &key, &condition)).await?;
    Ok(no_content())
}
