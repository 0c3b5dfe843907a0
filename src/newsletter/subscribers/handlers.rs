//! The operations on subscribers over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, post, web};

use super::export::{self, Wanted};
use super::import::{self, ImportReport};
use super::operations;
use super::subscriber::{LISTING, SubscriberStatus, SubscriberView};
use crate::error::{Fault, Result};
use crate::http::{Mount, Page, Request, Sheet, editor_page, listing_parameters, no_content, private, sheet};
use crate::users::{Caller, Editor};

listing_parameters!(Subscribers, LISTING);

/// Mounts the operations.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_subscribers)
        .service(export_subscribers)
        .service(import_subscribers)
        .service(read_subscriber)
        .service(delete_subscriber);
}

/// Lists subscribers.
///
/// Everybody whose address was given, the newest first.
#[utoipa::path(tag = "Newsletter", params(Subscribers), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Page<SubscriberView>, description = "A page of subscribers.")))]
#[get("/newsletter/subscribers")]
async fn list_subscribers(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "subscribers");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Exports subscribers.
///
/// All of them, or those of a status or on a list, as comma-separated values (RFC 4180). The file comes in pieces: who subscribes or leaves meanwhile may be in it or not, and one that broke off lacks its end as HTTP shows it. `lists` has the keys, separated by
/// blanks; `unsubscribe_url` is the address for the `List-Unsubscribe` header of what you send them (RFC 8058). A cell that a
/// spreadsheet would take for a formula begins with an apostrophe, which `POST /newsletter/imports` takes off again. That the file was taken stands in the audit log.
#[utoipa::path(tag = "Newsletter",
    params(("status" = inline(Option<SubscriberStatus>), Query, description = "Where they stand."), ("list" = Option<String>, Query, description = "A list that they are on, by id or key.")),
    security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = String, content_type = "text/csv", description = "The file.")))]
#[get("/newsletter/subscribers.csv")]
async fn export_subscribers(request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let status = query.word("status", SubscriberStatus::WORDS).and_then(|word| SubscriberStatus::parse(&word));
    let wanted = Wanted { status, list: query.text("list") };
    query.finish()?;
    let export = request.write(move |app, conn| export::begin(app, conn, &caller, &wanted)).await?;
    Ok(sheet("subscribers.csv", export.pieces(request.app.clone())))
}

/// Imports subscribers.
///
/// The file is comma-separated values (RFC 4180; semicolons and tabs are taken as well) in UTF-8, of at most 1 MiB and 2000 people,
/// whose first line names the columns, in any case: `email`, and where you like `name`, `lists` (keys separated by blanks; the default
/// lists where empty), `consent` (how they agreed) and `consented_at` (when, RFC 3339). Who has both of the last two is subscribed
/// at once; all others are mailed and asked to confirm.
///
/// A file of `GET /newsletter/subscribers.csv` is taken as it is, with `status`, `created_at`, `confirmed_at` and `unsubscribed_at`:
/// who is `confirmed` there, with the time, is subscribed at once, on the lists that the file names and no others; who is
/// `unsubscribed` or `suppressed` there is kept as that and not written to. `unsubscribe_url` is ignored, since links are made anew.
///
/// Who is known already, or is not to be written to, is passed over. Where anything is wrong, nothing is taken, and each fault names
/// its line.
#[utoipa::path(tag = "Newsletter",
    params(("statement" = String, Query, description = "How these people agreed to be written to, in your words; kept with each whose line does not say it.", min_length = 1, max_length = 2000, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$", example = "They signed up on paper at the summer fair.")),
    request_body(content = String, content_type = "text/csv", description = "The file.", example = "email,name,lists,consent,consented_at\nmara@example.org,Mara Lindqvist,daily,Signed up at the fair,2026-06-01T10:00:00Z\n"),
    security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = ImportReport, description = "What became of it.")))]
#[post("/newsletter/imports")]
async fn import_subscribers(file: Sheet, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let statement = query.paragraph("statement").unwrap_or_default();
    if statement.trim().is_empty() || statement.chars().any(char::is_control) {
        query.fault(Fault::parameter("statement", "required", "Say in a line how these people agreed to be written to."));
    }
    query.finish()?;
    let file = request.read(move |app, conn| import::read(app, conn, file.0)).await?;
    let report = request.write(move |app, conn| import::import(app, conn, &caller, &file, &statement)).await?;
    private(200, &report)
}

/// Reads a subscriber.
///
/// Their address and name, the lists that they get, and how they came: when they asked, confirmed and left.
#[utoipa::path(tag = "Newsletter", params(("subscriber" = String, Path, description = "Id.")), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = SubscriberView, description = "The subscriber.")))]
#[get("/newsletter/subscribers/{subscriber}")]
async fn read_subscriber(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    private(200, &view)
}

/// Erases a subscriber.
///
/// Everything that is known of them, and every link that was mailed to them, is gone. Where their address is not to be written
/// to, that stays, by a hash of it alone.
#[utoipa::path(tag = "Newsletter", params(("subscriber" = String, Path, description = "Id.")), security(("bearer" = ["editor", "admin"])),
    responses((status = 204, description = "There is no such subscriber any more.")))]
#[delete("/newsletter/subscribers/{subscriber}")]
async fn delete_subscriber(request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id)).await?;
    Ok(no_content())
}
