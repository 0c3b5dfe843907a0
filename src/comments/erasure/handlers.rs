//! The operations on what belongs to a person over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, get, post};

use super::operations;
use super::views::{Erasure, ErasureDraft, Export};
use crate::error::{Fault, Result};
use crate::http::{Body, Mount, Request, private};
use crate::input::Kind;
use crate::users::{Admin, Caller};

/// Mounts the operations.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(export_comments).service(erase_comments);
}

/// Exports a person's comments.
///
/// All that was written with an e-mail address, and everything that is kept of it: for whoever asks what is known of them. Of an
/// address that nobody wrote with, or that is none, there is nothing.
#[utoipa::path(tag = "Comments",
    params(("email" = String, Query, description = "The e-mail address, without regard to case.", max_length = 400, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")),
    security(("bearer" = ["admin"])), responses((status = 200, body = Export, description = "What they wrote.")))]
#[get("/comments/export")]
async fn export_comments(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    if !query.has("email") {
        query.fault(Fault::parameter("email", "required", "This is the e-mail address of whoever wrote."));
    }
    let email = query.key("email", Kind::Text).map(|email| email.text().to_lowercase());
    query.finish()?;
    let email = email.unwrap_or_default();
    let export = request.read(move |_, conn| operations::export(conn, &email)).await?;
    private(200, &export)
}

/// Erases a person's comments.
///
/// Of all that was written with an e-mail address, name, text, addresses and what came with it are gone for good, in the
/// database itself; what stays is that there was a comment, `erased`, so that the replies of others keep their place. What had
/// not been approved is rejected. Bans stay.
#[utoipa::path(tag = "Comments", request_body = ErasureDraft, security(("bearer" = ["admin"])),
    responses((status = 200, body = Erasure, description = "How many were erased.")))]
#[post("/comments/erasures")]
async fn erase_comments(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let erasure = request.write(move |app, conn| operations::erase(app, conn, &caller, &body.0)).await?;
    private(200, &erasure)
}
