//! HTTP handlers for placements.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::placement::{LISTING, PlacementDraft, PlacementView};
use crate::error::Result;
use crate::http::{Body, Edited, Mount, Page, Request, change, created, editor, editor_page, listing_parameters, no_content};
use crate::users::{Caller, Editor};

listing_parameters!(Placements, LISTING);

/// Mounts the routes.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_ad_placements)
        .service(create_ad_placement)
        .service(read_ad_placement)
        .service(replace_ad_placement)
        .service(revise_ad_placement)
        .service(delete_ad_placement);
}

/// List ad placements
///
/// Returns the placements, ordered by label. Front ends and `::ad{…}` in article texts name them by key.
#[utoipa::path(
    tag = "Ads",
    params(Placements, Caller<Editor>),
    responses((status = 200, body = Page<PlacementView>, description = "A page of placements.")),
)]
#[get("/ads/placements")]
async fn list_ad_placements(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "ad placements");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create an ad placement
///
/// Pages and article texts name the placement by its `key`; the `label`, such as `Advertisement`, is shown with every
/// ad in the placement. If another placement has the key, the response is `409`.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body = PlacementDraft,
    responses((status = 201, body = Edited<PlacementView>, description = "The new placement.")),
)]
#[post("/ads/placements")]
async fn create_ad_placement(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/ads/placements/{}", view.view.card.id), &view, view.version)
}

/// Read an ad placement
///
/// Returns the placement. The `ETag` holds its version, for conditional writes. Readers' front ends use `GET
/// /ads/{placement}` instead.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    responses((status = 200, body = Edited<PlacementView>, description = "The placement.")),
)]
#[get("/ads/placements/{placement}")]
async fn read_ad_placement(request: Request, _caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &name)).await?;
    editor(&view, view.version)
}

/// Replace an ad placement
///
/// Omitted members get their defaults. The creatives in the placement are kept.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body = PlacementDraft,
    responses((status = 200, body = Edited<PlacementView>, description = "The changed placement.")),
)]
#[put("/ads/placements/{placement}")]
async fn replace_ad_placement(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Change an ad placement
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default. Articles name a
/// placement by its key: after a change of the key, articles with the old key show no ads there.
#[utoipa::path(
    tag = "Ads",
    params(Caller<Editor>),
    request_body(content = PlacementDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<PlacementView>, description = "The changed placement.")),
)]
#[patch("/ads/placements/{placement}")]
async fn revise_ad_placement(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete an ad placement
///
/// While the placement has creatives, the response is `409` with the `usages`. With `force=true`, the creatives are deleted, too.
#[utoipa::path(
    tag = "Ads",
    params(("force" = Option<bool>, Query, description = "Whether to delete the placement's creatives, too."), Caller<Editor>),
    responses((status = 204, description = "The placement no longer exists.")),
)]
#[delete("/ads/placements/{placement}")]
async fn delete_ad_placement(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let force = query.truth("force");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, force)).await?;
    Ok(no_content())
}
