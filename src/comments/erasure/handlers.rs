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

/// Exports what is known of a person.
///
/// All that was written with an e-mail address, and everything that is kept of it or with it: for whoever asks what is known of them.
/// It is what `POST /comments/erasures` would reach. Of an address that nobody wrote with, or that is none, there is nothing. Votes
/// and reports are kept without anything that tells whose they are, so that nobody can name those of a person.
#[utoipa::path(tag = "Comments",
    params(("email" = String, Query, description = "The e-mail address, without regard to case.", max_length = 400, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$")),
    security(("bearer" = ["admin"])), responses((status = 200, body = Export, description = "What they wrote.")))]
#[get("/comments/export")]
async fn export_comments(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    if !query.has("email") {
        query.fault(Fault::parameter("email", "required", "This is the e-mail address of whoever wrote."));
    }
    let email = query.key("email", Kind::Email).map(|email| email.text());
    query.finish()?;
    let email = email.unwrap_or_default();
    let export = request.read(move |app, conn| operations::export(app, conn, &email)).await?;
    private(200, &export)
}

/// Erases what is known of a person.
///
/// Of all that was written with an e-mail address, name, text, addresses, reports and what came with it are gone for good; what stays
/// is that there was a comment, `erased`, so that the replies of others keep their place. What had not been approved is rejected.
/// The newsletter's subscription with that address is gone as well, with mails that were to be sent and answers kept for
/// `Idempotency-Key`. What must outlive it is a keyed hash: that the address is banned, is not to be written to, or wants no mails of
/// replies. Shortly after the answer, nothing of it is in the files of a SQLite database; PostgreSQL has cleaned its tables with
/// `VACUUM`, and its log belongs to its operator, as do backups. An account with that address is deleted at `/users`.
#[utoipa::path(tag = "Comments", request_body = ErasureDraft, security(("bearer" = ["admin"])),
    responses((status = 200, body = Erasure, description = "What was erased.")))]
#[post("/comments/erasures")]
async fn erase_comments(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let erasure = request.write(move |app, conn| operations::erase(app, conn, &caller, &body.0)).await?;
    private(200, &erasure)
}
