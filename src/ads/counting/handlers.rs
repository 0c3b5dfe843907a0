//! HTTP handlers for the ad beacons and the statistics.

use actix_web::{HttpResponse, get, post, web};

use super::counts::Act;
use super::queries;
use super::stats::{self, AdStats, Days};
use crate::ads::creatives::CreativeId;
use crate::error::{Error, Result};
use crate::http::{Limit, Mount, Request, no_content, private};
use crate::users::{Caller, Editor};
use crate::visitors::Visit;

/// Mounts the routes.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount.service(count_impression).service(count_click).service(read_ad_stats);
}

/// Count an impression of a creative
///
/// Front ends send this beacon, for example with `navigator.sendBeacon`. It ignores any request body and sets no cookie.
/// A visitor, identified by IP address and user agent, counts once in half an hour; the response does not reveal
/// whether the beacon was counted. Nothing about the visitor is stored. The setting `RATE_AD` limits the beacons of
/// an IP address.
#[utoipa::path(tag = "Ads", responses((status = 204, description = "The beacon was accepted.")))]
#[post("/ads/creatives/{creative}/impressions")]
async fn count_impression(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    count(request, &id, Act::Saw).await
}

/// Count a click on a creative
///
/// Front ends send this beacon. The rules of the beacon for impressions apply.
#[utoipa::path(tag = "Ads", responses((status = 204, description = "The beacon was accepted.")))]
#[post("/ads/creatives/{creative}/clicks")]
async fn count_click(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    count(request, &id, Act::Clicked).await
}

async fn count(request: Request, id: &str, act: Act) -> Result<HttpResponse> {
    request.app.limits.check(Limit::Ad, request.address)?;
    request.no_query()?;
    let id = id.parse::<CreativeId>().map_err(|_| Error::not_found())?;
    if !request.read(move |app, conn| queries::on_show(conn, id, app.now())).await? {
        return Err(Error::not_found());
    }
    let subject = format!("{act:?} {id}");
    let visit = Visit { address: request.address, user_agent: request.header("user-agent").unwrap_or_default(), subject: &subject };
    if !request.is_dry_run() {
        request.app.ad_counts.count(id, act, &visit, request.app.now());
    }
    Ok(no_content())
}

/// Read the statistics of a creative
///
/// Returns impressions and clicks by day: the last 30 days by default, at most 366. Beacons appear here after some seconds.
#[utoipa::path(
    tag = "Ads",
    params(
        ("from" = Option<String>, Query, format = "date", description = "The first day, such as `2026-03-01`."),
        ("to" = Option<String>, Query, format = "date", description = "The last day; today if absent."),
        Caller<Editor>,
    ),
    responses((status = 200, body = AdStats, description = "The statistics.")),
)]
#[get("/ads/creatives/{creative}/stats")]
async fn read_ad_stats(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let days = Days::take(&mut query, request.app.now());
    query.finish()?;
    let stats = request.read(move |_, conn| stats::read(conn, &id, days)).await?;
    private(200, &stats)
}
