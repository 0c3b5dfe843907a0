//! The operations on suppressions over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, web};

use super::operations;
use super::suppression::{LISTING, SuppressionDraft, SuppressionView};
use crate::error::Result;
use crate::http::{Body, Mount, Page, Request, created, editor_page, listing_parameters, no_content, private};
use crate::users::{Admin, Caller};

listing_parameters!(Suppressions, LISTING);

/// A suppression has one version, whatever becomes of its reason.
const VERSION: i32 = 1;

/// Mounts the operations.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount.service(list_suppressions).service(create_suppression).service(read_suppression).service(delete_suppression);
}

/// Lists suppressions.
///
/// Addresses that the newsletter is not sent to, the newest first. The addresses themselves are not kept.
#[utoipa::path(tag = "Newsletter", params(Suppressions), security(("bearer" = ["admin"])),
    responses((status = 200, body = Page<SuppressionView>, description = "A page of suppressions.")))]
#[get("/newsletter/suppressions")]
async fn list_suppressions(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "suppressions");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Stops all mail to an address.
///
/// For mails that come back, complaints, and people who ask for it. A subscriber with this address is `suppressed` from now
/// on (`unsubscribed` for that reason), an import passes over it. An address that is suppressed already gets the new
/// reason, and the answer shows the suppression that there is.
#[utoipa::path(tag = "Newsletter", request_body = SuppressionDraft, security(("bearer" = ["admin"])),
    responses((status = 201, body = SuppressionView, description = "The suppression.")))]
#[post("/newsletter/suppressions")]
async fn create_suppression(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/newsletter/suppressions/{}", view.id), &view, VERSION)
}

/// Reads a suppression.
///
/// Why and since when an address gets no mail. The address itself is not kept, only a keyed hash.
#[utoipa::path(tag = "Newsletter", params(("suppression" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 200, body = SuppressionView, description = "The suppression.")))]
#[get("/newsletter/suppressions/{suppression}")]
async fn read_suppression(request: Request, _caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Lifts a suppression.
///
/// A subscriber with this address is again what they were before; who had left stays unsubscribed.
#[utoipa::path(tag = "Newsletter", params(("suppression" = String, Path, description = "Id.")), security(("bearer" = ["admin"])),
    responses((status = 204, description = "There is no such suppression any more.")))]
#[delete("/newsletter/suppressions/{suppression}")]
async fn delete_suppression(request: Request, caller: Caller<Admin>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
