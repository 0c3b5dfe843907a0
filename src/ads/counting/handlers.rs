//! The beacons and what they add up to, over HTTP.

use actix_web::{HttpResponse, get, post, web};

use super::counts::Act;
use super::queries;
use super::stats::{self, AdStats, Days};
use crate::ads::creatives::CreativeId;
use crate::error::{Error, Result};
use crate::http::{Limit, Mount, Request, no_content, private};
use crate::users::{Caller, Editor};
use crate::visitors::Visit;

/// Mounts the operations.
pub(in crate::ads) fn routes(mount: &mut impl Mount) {
    mount.service(count_impression).service(count_click).service(read_ad_stats);
}

/// Counts that a creative was seen.
///
/// A beacon for front ends, such as `navigator.sendBeacon`: it needs no body and sets no cookie. One visitor, by address and
/// program, counts once in half an hour, which the answer does not tell; nothing of them is stored. An address may send
/// `RATE_AD` of them.
#[utoipa::path(tag = "Ads", params(("creative" = String, Path, description = "Id.")),
    responses((status = 204, description = "It was taken.")))]
#[post("/ads/creatives/{creative}/impressions")]
async fn count_impression(request: Request, id: web::Path<String>) -> Result<HttpResponse> {
    count(request, &id, Act::Saw).await
}

/// Counts that a creative was clicked on.
///
/// A beacon, as for impressions.
#[utoipa::path(tag = "Ads", params(("creative" = String, Path, description = "Id.")),
    responses((status = 204, description = "It was taken.")))]
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
    if !request.only_tries() {
        request.app.ad_counts.count(id, act, &visit, request.app.now());
    }
    Ok(no_content())
}

/// Reads how often a creative was seen and clicked on.
///
/// By day, the last 30 days where nothing else is asked for; at most 366. What was reported shows some seconds later.
#[utoipa::path(tag = "Ads", params(("creative" = String, Path, description = "Id."),
        ("from" = Option<String>, Query, format = "date", description = "The first day, such as `2026-03-01`."),
        ("to" = Option<String>, Query, format = "date", description = "The last day; today where absent.")),
    security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = AdStats, description = "What was counted.")))]
#[get("/ads/creatives/{creative}/stats")]
async fn read_ad_stats(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let days = Days::take(&mut query, request.app.now());
    query.finish()?;
    let stats = request.read(move |_, conn| stats::read(conn, &id, days)).await?;
    private(200, &stats)
}
