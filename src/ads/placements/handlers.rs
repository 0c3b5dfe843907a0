//! The operations on placements over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::placement::{LISTING, PlacementDraft, PlacementView};
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, created, editor, editor_page, listing_parameters, no_content};
use crate::users::{Caller, Editor};

listing_parameters!(Placements, LISTING);

/// Mounts the operations.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_ad_placements)
        .service(create_ad_placement)
        .service(read_ad_placement)
        .service(replace_ad_placement)
        .service(revise_ad_placement)
        .service(delete_ad_placement);
}

/// Lists the places for ads.
///
/// Those that front ends and `::ad{…}` in a text name by their key, in the order of their labels.
#[utoipa::path(tag = "Ads", params(Placements), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Page<PlacementView>, description = "A page of placements.")))]
#[get("/ads/placements")]
async fn list_ad_placements(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "ad placements");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Creates a place for ads.
///
/// The `key` is what pages and texts name it by; the `label` is shown with every ad in it, such as `Advertisement`. A key that is taken
/// is answered `409`.
#[utoipa::path(tag = "Ads", request_body = PlacementDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 201, body = Edited<PlacementView>, description = "The placement.")))]
#[post("/ads/placements")]
async fn create_ad_placement(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/ads/placements/{}", view.view.card.id), &view, view.version)
}

/// Reads a place for ads.
///
/// With its version as the `ETag`, which guards writes. What readers see in it is at `GET /ads/{placement}`.
#[utoipa::path(tag = "Ads", params(("placement" = String, Path, description = "Id or key.")), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<PlacementView>, description = "The placement.")))]
#[get("/ads/placements/{placement}")]
async fn read_ad_placement(request: Request, _caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &name)).await?;
    editor(&view, view.version)
}

/// Replaces a place for ads.
///
/// Members that are left out get their defaults. The creatives in it stay.
#[utoipa::path(tag = "Ads", params(("placement" = String, Path, description = "Id or key.")), request_body = PlacementDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<PlacementView>, description = "The placement.")))]
#[put("/ads/placements/{placement}")]
async fn replace_ad_placement(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes a place for ads.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default. Articles name a placement by
/// its key: those that name the old one show nothing there.
#[utoipa::path(tag = "Ads", params(("placement" = String, Path, description = "Id or key.")), request_body(content = PlacementDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<PlacementView>, description = "The placement.")))]
#[patch("/ads/placements/{placement}")]
async fn revise_ad_placement(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes a place for ads.
///
/// Answers `409` with the `usages` while creatives stand in it, unless `force=true` deletes them, too.
#[utoipa::path(tag = "Ads", params(("placement" = String, Path, description = "Id or key."),
        ("force" = Option<bool>, Query, description = "Whether to delete the creatives in it, too.")),
    security(("bearer" = ["editor", "admin"])), responses((status = 204, description = "There is no such placement any more.")))]
#[delete("/ads/placements/{placement}")]
async fn delete_ad_placement(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let force = query.truth("force");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, force)).await?;
    Ok(no_content())
}
