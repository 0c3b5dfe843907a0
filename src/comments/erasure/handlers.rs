//! HTTP handlers that export and erase a person's data.

use actix_web::{HttpResponse, get, post};

use super::operations;
use super::views::{Erasure, ErasureDraft, Export};
use crate::error::{Fault, Result};
use crate::http::{Body, Mount, Request, private};
use crate::input::Kind;
use crate::users::{Admin, Caller};

/// Mounts the routes.
pub(in crate::comments) fn routes(mount: &mut impl Mount) {
    mount.service(export_comments).service(erase_comments);
}

/// Export a person's data
///
/// Returns every comment written with an email address and all data stored about it or with it. Use it to answer a
/// person's request for their data. It covers the data that `POST /comments/erasures` erases. An unknown or invalid
/// email address gets an empty export. Votes and reports are stored without anything that identifies the reader, so
/// they cannot be exported.
#[utoipa::path(
    tag = "Comments",
    params(
        (
            "email" = String,
            Query,
            description = "The email address, regardless of case.",
            max_length = 400,
            pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
        ),
        Caller<Admin>,
    ),
    responses((status = 200, body = Export, description = "The person's data.")),
)]
#[get("/comments/export")]
async fn export_comments(request: Request, _caller: Caller<Admin>) -> Result<HttpResponse> {
    let mut query = request.query();
    if !query.has("email") {
        query.fault(Fault::parameter("email", "required", "The email address of the comments' author is required."));
    }
    let email = query.key("email", Kind::Email).map(|email| email.text());
    query.finish()?;
    let email = email.unwrap_or_default();
    let export = request.read(move |app, conn| operations::export(app, conn, &email)).await?;
    private(200, &export)
}

/// Erase a person's data
///
/// Deletes the name, text, email and IP addresses, reports and other personal data of every comment written with an
/// email address. What remains is an empty comment, marked `erased`, so that other people's replies keep their place.
/// Comments that were not approved are rejected. The newsletter subscription of the email address, an invitation to
/// become a user, queued emails to it and stored `Idempotency-Key` responses are deleted, too. Only keyed hashes
/// remain, which record that the email address is banned, is suppressed or refuses emails about replies. Shortly after
/// the response, the files of a SQLite database no longer contain the data, and the tables of a PostgreSQL database have
/// been cleaned with `VACUUM`. The log of PostgreSQL and all backups are the operator's responsibility. Accounts are
/// deleted at `/users`.
#[utoipa::path(
    tag = "Comments",
    params(Caller<Admin>),
    request_body = ErasureDraft,
    responses((status = 200, body = Erasure, description = "The result of the erasure.")),
)]
#[post("/comments/erasures")]
async fn erase_comments(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let erasure = request.write(move |app, conn| operations::erase(app, conn, &caller, &body.0)).await?;
    private(200, &erasure)
}
