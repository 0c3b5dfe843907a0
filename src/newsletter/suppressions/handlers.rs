//! HTTP handlers for suppressions.

use actix_web::{HttpResponse, delete, get, post, web};

use super::operations;
use super::suppression::{LISTING, SuppressionDraft, SuppressionView};
use crate::error::Result;
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::users::{Admin, Caller};

listing_parameters!(Suppressions, LISTING);

/// The version of every suppression, even if its reason changes.
const VERSION: i32 = 1;

/// Mounts the routes.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount.service(list_suppressions).service(create_suppression).service(read_suppression).service(delete_suppression);
}

/// List suppressions
///
/// Returns the suppressions of email addresses that get no newsletter, newest first. The email addresses themselves are not stored.
#[utoipa::path(
    tag = "Newsletter",
    params(Suppressions, Caller<Admin>),
    responses((status = 200, body = Page<SuppressionView>, description = "A page of suppressions.")),
)]
#[get("/newsletter/suppressions")]
async fn list_suppressions(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "suppressions");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Suppress an email address
///
/// Stops all newsletter emails to an email address. Use this operation for bounces, for complaints, and for people who
/// want no more emails. A subscriber with this email address becomes `suppressed` (or `unsubscribed`, if that is the
/// reason), and imports ignore the email address. If the email address is already suppressed, its suppression gets the
/// new reason and is returned.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Admin>),
    request_body = SuppressionDraft,
    responses((status = 201, body = SuppressionView, description = "The new suppression.")),
)]
#[post("/newsletter/suppressions")]
async fn create_suppression(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/newsletter/suppressions/{}", view.id), &view, VERSION)
}

/// Read a suppression
///
/// Returns why and since when an email address gets no newsletter. The email address itself is stored only as a keyed hash.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Admin>),
    responses((status = 200, body = SuppressionView, description = "The suppression.")),
)]
#[get("/newsletter/suppressions/{suppression}")]
async fn read_suppression(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Lift a suppression
///
/// A subscriber with this email address gets their earlier status back; a subscriber who had unsubscribed stays unsubscribed.
#[utoipa::path(tag = "Newsletter", params(Caller<Admin>), responses((status = 204, description = "The suppression no longer exists.")))]
#[delete("/newsletter/suppressions/{suppression}")]
async fn delete_suppression(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
