//! The HTTP handlers of redirects: each unpacks a request, runs one unit of work and responds.

use std::sync::Arc;

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::import::{self, RedirectImport};
use super::operations;
use super::redirect::{LISTING, RedirectDraft, RedirectView};
use crate::error::Result;
use crate::http::{Body, Mount, Page, Request, Sheet, change, created, editor, editor_page, listing_parameters, no_content, private};
use crate::users::{Caller, Editor};

listing_parameters!(RedirectList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_redirects)
        .service(create_redirect)
        .service(import_redirects)
        .service(read_redirect)
        .service(replace_redirect)
        .service(revise_redirect)
        .service(delete_redirect);
}

/// List redirects
///
/// Lists all redirects for editors, newest first. Front ends look up a path with `GET /resolve`.
#[utoipa::path(
    tag = "Redirects",
    params(RedirectList, Caller<Editor>),
    responses((status = 200, body = Page<RedirectView>, description = "A page of redirects.")),
)]
#[get("/redirects")]
async fn list_redirects(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "redirects");
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create a redirect
///
/// A path has at most one redirect (`409`). A redirect that would lead back to its own path is refused (`loop`).
#[utoipa::path(
    tag = "Redirects",
    params(Caller<Editor>),
    request_body = RedirectDraft,
    responses((status = 201, body = RedirectView, description = "The new redirect.")),
)]
#[post("/redirects")]
async fn create_redirect(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/redirects/{}", view.id), &view, view.version)
}

/// Import redirects
///
/// Creates redirects from a CSV file (RFC 4180; semicolons and tabs are accepted as separators) in UTF-8, of at most 1 MiB and
/// 10,000 lines. The first line names the columns, in any case: `from`, `to` and optionally `status` (default 301). If any line
/// is invalid, nothing is imported, and each validation error points to the number of the line and the name of the column, such
/// as `/7/to`. A path that already has another redirect is an error (`taken`), unless `replace=true`.
#[utoipa::path(
    tag = "Redirects",
    params(("replace" = Option<bool>, Query, description = "Whether to replace existing redirects of the same paths."), Caller<Editor>),
    request_body(content = String, content_type = "text/csv", description = "The CSV file."),
    responses((status = 200, body = RedirectImport, description = "The numbers of redirects created, replaced and unchanged.")),
)]
#[post("/redirects/import")]
async fn import_redirects(body: Sheet, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let replace = query.truth("replace");
    query.finish()?;
    let sheet = Arc::new(request.compute(move |app| import::read(app, &body.0)).await??);
    if sheet.is_wrong() {
        // The response reports all validation errors, including those that depend on existing redirects. A read finds them, so that no
        // other write has to wait.
        let sheet = Arc::clone(&sheet);
        request.read(move |app, conn| import::check(app, conn, &sheet, replace)).await?;
    }
    let done = request.write(move |app, conn| import::import(app, conn, &caller, &sheet, replace)).await?;
    private(200, &done)
}

/// Read a redirect
///
/// Returns the path, its target, and the version, which is also the `ETag` for conditional writes.
#[utoipa::path(tag = "Redirects", params(Caller<Editor>), responses((status = 200, body = RedirectView, description = "The redirect.")))]
#[get("/redirects/{redirect}")]
async fn read_redirect(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |_, conn| operations::read(conn, &id)).await?;
    editor(&view, view.version)
}

/// Replace a redirect
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Redirects",
    params(Caller<Editor>),
    request_body = RedirectDraft,
    responses((status = 200, body = RedirectView, description = "The changed redirect.")),
)]
#[put("/redirects/{redirect}")]
async fn replace_redirect(body: Body, request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id, operations::revise).await
}

/// Change a redirect
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.
#[utoipa::path(
    tag = "Redirects",
    params(Caller<Editor>),
    request_body(content = RedirectDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = RedirectView, description = "The changed redirect.")),
)]
#[patch("/redirects/{redirect}")]
async fn revise_redirect(body: Body, request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, id, operations::revise).await
}

/// Delete a redirect
///
/// The path then resolves to the content at that path, or to `404`.
#[utoipa::path(tag = "Redirects", params(Caller<Editor>), responses((status = 204, description = "The redirect no longer exists.")))]
#[delete("/redirects/{redirect}")]
async fn delete_redirect(request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &id, &condition)).await?;
    Ok(no_content())
}
