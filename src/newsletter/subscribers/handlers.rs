//! HTTP handlers for subscribers.

use actix_web::{HttpResponse, delete, get, post, web};

use super::export::{self, SubscriberFilter};
use super::import::{self, ImportReport};
use super::operations;
use super::subscriber::{LISTING, SubscriberStatus, SubscriberView};
use crate::error::{Fault, Result};
use crate::http::{Mount, Page, Request, Sheet, csv_attachment, editor_page, listing_parameters, no_content, private};
use crate::users::{Caller, Editor};

listing_parameters!(Subscribers, LISTING);

/// Mounts the routes.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_subscribers)
        .service(export_subscribers)
        .service(import_subscribers)
        .service(read_subscriber)
        .service(delete_subscriber);
}

/// List subscribers
///
/// Returns all subscribers, whatever their status, newest first.
#[utoipa::path(
    tag = "Newsletter",
    params(Subscribers, Caller<Editor>),
    responses((status = 200, body = Page<SubscriberView>, description = "A page of subscribers.")),
)]
#[get("/newsletter/subscribers")]
async fn list_subscribers(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "subscribers");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Export subscribers
///
/// Returns all subscribers, or the subscribers with a status or on a list, as comma-separated values (RFC 4180).
/// `lists` holds the keys of the lists, separated by spaces; `unsubscribe_url` is the URL for the `List-Unsubscribe`
/// header of the emails that you send (RFC 8058). Cells that a spreadsheet would read as a formula start with an
/// apostrophe, which `POST /newsletter/imports` removes. The file is sent in pieces while it is read: it may or may not
/// contain people who subscribe or unsubscribe meanwhile. The export is recorded in the audit log.
#[utoipa::path(
    tag = "Newsletter",
    params(
        ("status" = inline(Option<SubscriberStatus>), Query, description = "The status of the subscribers."),
        ("list" = Option<String>, Query, description = "The list that the subscribers are on, by id or key."),
        Caller<Editor>,
    ),
    responses((status = 200, body = String, content_type = "text/csv", description = "The CSV file.")),
)]
#[get("/newsletter/subscribers.csv")]
async fn export_subscribers(request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let status = query.word("status", SubscriberStatus::WORDS).and_then(|word| SubscriberStatus::parse(&word));
    let wanted = SubscriberFilter { status, list: query.text("list") };
    query.finish()?;
    let export = request.write(move |app, conn| export::begin(app, conn, &caller, &wanted)).await?;
    Ok(csv_attachment("subscribers.csv", export.pieces(request.app.clone())))
}

/// Import subscribers
///
/// The file contains comma-separated values (RFC 4180; semicolons and tabs are accepted, too) in UTF-8, at most 1 MiB
/// and 2000 people. Its first line names the columns, in upper or lower case. The column `email` is required. Optional
/// columns are `name`, `lists` (keys separated by spaces; the default lists if empty), `consent` (how the person agreed)
/// and `consented_at` (when, RFC 3339). People with both `consent` and `consented_at` are subscribed at once; all others
/// get an email that asks them to confirm.
///
/// A file from `GET /newsletter/subscribers.csv` can be imported unchanged, with `status`, `created_at`,
/// `confirmed_at` and `unsubscribed_at`. People who are `confirmed` there, with `confirmed_at` or `consented_at`, are
/// subscribed at once, to exactly the lists in the file. People who are `unsubscribed` or `suppressed` there keep that
/// status and get no email. `unsubscribe_url` is ignored, because the links are created anew.
///
/// Known subscribers and suppressed email addresses are ignored. If the file has any error, nothing is imported; each
/// validation error names its line.
#[utoipa::path(
    tag = "Newsletter",
    params(
        (
            "statement" = String,
            Query,
            description = "Your explanation of how the people agreed to get emails, stored for each person whose line has no `consent`.",
            min_length = 1,
            max_length = 2000,
            pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$",
            example = "They signed up on paper at the summer fair.",
        ),
        Caller<Editor>,
    ),
    request_body(
        content = String,
        content_type = "text/csv",
        description = "The CSV file.",
        example = "email,name,lists,consent,consented_at\nmara@example.org,Mara Lindqvist,daily,Signed up at the fair,2026-06-01T10:00:00Z\n",
    ),
    responses((status = 200, body = ImportReport, description = "The numbers of imported people.")),
)]
#[post("/newsletter/imports")]
async fn import_subscribers(file: Sheet, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let statement = query.paragraph("statement").unwrap_or_default();
    if statement.trim().is_empty() || statement.chars().any(char::is_control) {
        query.fault(Fault::parameter("statement", "required", "Describe in one line how the people in the file agreed to get emails."));
    }
    query.finish()?;
    let file = request.read(move |app, conn| import::read(app, conn, file.0)).await?;
    let report = request.write(move |app, conn| import::import(app, conn, &caller, &file, &statement)).await?;
    private(200, &report)
}

/// Read a subscriber
///
/// Returns the email address, the name, the lists and the history of the subscription: sign-up, confirmation and end.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Editor>),
    responses((status = 200, body = SubscriberView, description = "The subscriber.")),
)]
#[get("/newsletter/subscribers/{subscriber}")]
async fn read_subscriber(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Erase a subscriber
///
/// Deletes all data about the subscriber and invalidates every link that was emailed to them. If their email address
/// is suppressed, the suppression survives as a keyed hash.
#[utoipa::path(tag = "Newsletter", params(Caller<Editor>), responses((status = 204, description = "The subscriber no longer exists.")))]
#[delete("/newsletter/subscribers/{subscriber}")]
async fn delete_subscriber(request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
