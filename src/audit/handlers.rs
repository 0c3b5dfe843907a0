//! HTTP handler for the audit log.

use actix_web::{HttpResponse, get};

use super::entry::{AuditEntry, LISTING};
use super::queries;
use crate::error::Result;
use crate::http::{Mount, Page, Request, editor_page, listing_parameters};
use crate::users::{Admin, Caller};

listing_parameters!(AuditLog, LISTING);

/// Mounts the route.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(list_audit_entries);
}

/// List audit entries
///
/// Returns the audit log, newest first: every change with its user, its time and its resource. Logins and reused refresh tokens are
/// listed, too; votes for comments are not. Entries are kept forever, even after the users and resources that they name were deleted.
#[utoipa::path(
    tag = "Audit",
    params(AuditLog, Caller<Admin>),
    responses((status = 200, body = Page<AuditEntry>, description = "A page of the audit log.")),
)]
#[get("/audit")]
async fn list_audit_entries(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "audit log");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| queries::page(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}
