//! The audit log over HTTP.

use actix_web::{HttpResponse, get};

use super::entry::{AuditEntry, LISTING};
use super::queries;
use crate::error::Result;
use crate::http::{Mount, Page, Request, editor_page, listing_parameters};
use crate::users::{Admin, Caller};

listing_parameters!(AuditLog, LISTING);

/// Mounts the operation.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(list_audit_entries);
}

/// Lists what was done.
///
/// The audit log, the newest first: every change with who made it, when and to what, logins and stolen refresh tokens
/// among them; votes for comments are not. Entries are kept for ever and survive the people and things that they name.
#[utoipa::path(tag = "Audit", params(AuditLog), security(("bearer" = ["admin"])),
    responses((status = 200, body = Page<AuditEntry>, description = "A page of the log.")))]
#[get("/audit")]
async fn list_audit_entries(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "audit log");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| queries::page(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}
