//! HTTP handlers for creatives.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::creative::{CreativeDraft, LISTING};
use super::operations;
use super::view::CreativeView;
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, change, created, editor, editor_page, listing_parameters, no_content};
use crate::users::{Caller, Editor};

listing_parameters!(Creatives, LISTING);

/// Mounts the routes.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_ad_creatives)
        .service(create_ad_creative)
        .service(read_ad_creative)
        .service(replace_ad_creative)
        .service(revise_ad_creative)
        .service(delete_ad_creative);
}

/// List creatives
///
/// Returns all creatives, whether they are shown now or not, newest first.
#[utoipa::path(
    tag = "Ads",
    params(Creatives, Caller<Editor>),
    responses((status = 200, body = Page<Edited<CreativeView>>, description = "A page of creatives.")),
)]
#[get("/ads/creatives")]
async fn list_ad_creatives(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "ad creatives");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create a creative
///
/// Creates an ad for a placement: a `script` of an ad server, an `image` with a link, or `html`. All of it is data
/// for front ends; the server does not run, fetch or sanitise it.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body = CreativeDraft,
    responses((status = 201, body = Edited<CreativeView>, description = "The new creative.")),
)]
#[post("/ads/creatives")]
async fn create_ad_creative(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/ads/creatives/{}", view.view.id), &view, view.version)
}

/// Read a creative
///
/// Returns the creative, whether it is shown now or not. The `ETag` holds its version, for conditional writes.
#[utoipa::path(tag = "Ads", params(Caller<Editor>), responses((status = 200, body = Edited<CreativeView>, description = "The creative.")))]
#[get("/ads/creatives/{creative}")]
async fn read_ad_creative(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| operations::read(app, conn, &id)).await?;
    editor(&view, view.version)
}

/// Replace a creative
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body = CreativeDraft,
    responses((status = 200, body = Edited<CreativeView>, description = "The changed creative.")),
)]
#[put("/ads/creatives/{creative}")]
async fn replace_ad_creative(body: Body, request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id, operations::revise).await
}

/// Change a creative
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body(content = CreativeDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<CreativeView>, description = "The changed creative.")),
)]
#[patch("/ads/creatives/{creative}")]
async fn revise_ad_creative(body: Body, request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id, operations::revise).await
}

/// Delete a creative
///
/// The statistics of the creative are deleted, too. To hide the creative but keep its statistics, set `active` to false.
#[utoipa::path(tag = "Ads", params(Caller<Editor>), responses((status = 204, description = "The creative no longer exists.")))]
#[delete("/ads/creatives/{creative}")]
async fn delete_ad_creative(request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id, &condition)).await?;
    Ok(no_content())
}
