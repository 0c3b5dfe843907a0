//! The state of an article over HTTP: in review or not, public or not.

use actix_web::{HttpResponse, delete, put, web};
use utoipa::IntoParams;

use super::super::desk::views::ArticleEditorView;
use super::drafts::{PublicationDraft, ReviewDraft};
use super::{publish, review, snapshots};
use crate::error::Result;
use crate::http::parameters::parameter;
use crate::http::{Mount, OptionalBody, Request, editor, no_content};
use crate::users::{Author, Caller, Writer};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(submit_article).service(return_article).service(publish_article).service(unpublish_article);
}

/// Submits an article for review.
///
/// It waits, with a `note` for whoever reviews it, until an editor publishes or schedules it, or returns it; `in_review=true` lists what waits.
/// Contributors submit their drafts, others also changes of what is public. Submitting again replaces the note.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug.")), request_body = ReviewDraft,
    security(("bearer" = ["contributor", "author", "editor", "admin"])), responses((status = 200, body = ArticleEditorView, description = "The article.")))]
#[put("/articles/{article}/review")]
async fn submit_article(body: OptionalBody, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| review::submit(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.desk.version)
}

/// Returns an article from review.
///
/// Editors and administrators return it to its author, who finds the `note` in `returned`; whoever submitted it may withdraw it. What is not in
/// review stays as it is.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug."), ReturnParameters),
    security(("bearer" = ["contributor", "author", "editor", "admin"])), responses((status = 204, description = "It is not in review.")))]
#[delete("/articles/{article}/review")]
async fn return_article(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let note = query.paragraph("note");
    query.finish()?;
    let condition = request.precondition();
    request
        .write(move |app, conn| {
            review::give_back(app, conn, &caller, review::Return { name: &name, condition: &condition, note: note.clone() })
        })
        .await?;
    Ok(no_content())
}

/// The parameters of returning.
struct ReturnParameters;

impl IntoParams for ReturnParameters {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
        let schema = serde_json::json!({"type": "string", "maxLength": 2000, "pattern": "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$", "example": "Please check the year in the second paragraph."});
        vec![parameter("note", "What its author should know; for the desk alone.", schema)]
    }
}

/// Publishes an article, or schedules it.
///
/// A save (the last one, or the one that `revision` names) becomes what readers get, whole: at once, or at `at`, within a second. What is planned
/// for later is that save, whatever is saved until then. It ends at `until`; readers get `410` then.
/// This replaces what was planned before, an end included. Publishing what is published already changes nothing, but for a new `correction`,
/// which readers see with the article. An `at` that has passed publishes at once and dates the article to it.
/// What belongs to the save and is there no more is named by `422`; its slug or language, where another article has them by now, by `409`.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug.")), request_body = PublicationDraft, security(("bearer" = ["author", "editor", "admin"])),
    responses((status = 200, body = ArticleEditorView, description = "The article.")))]
#[put("/articles/{article}/publication")]
async fn publish_article(body: OptionalBody, request: Request, caller: Caller<Author>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let caller = caller.as_writer();
    let condition = request.precondition();
    let (reader, save, number) = (caller.clone(), name.clone(), body.0.object().ok().and_then(|sent| sent.get("revision")?.as_i64()));
    // Rendered here, so that no other write waits for it; what is wrong is told by the operation itself.
    if let Some(number) = number
        && let Ok(text) = request.read(move |_, conn| snapshots::text(conn, &reader, &save, number)).await
    {
        request.compute(move |app| app.renderings.body(&text).is_ok()).await?;
    }
    let view = request.write(move |app, conn| publish::publish(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.desk.version)
}

/// Withdraws an article, or what is planned for it.
///
/// Gives up the publication that is planned; where none is, readers see the article no more (`410`). The working copy stays.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug.")), security(("bearer" = ["author", "editor", "admin"])),
    responses((status = 204, description = "Nothing is planned any more or, where nothing was, nothing is public.")))]
#[delete("/articles/{article}/publication")]
async fn unpublish_article(request: Request, caller: Caller<Author>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let caller = caller.as_writer();
    let condition = request.precondition();
    request.write(move |app, conn| publish::unpublish(app, conn, &caller, &name, &condition)).await?;
    Ok(no_content())
}
