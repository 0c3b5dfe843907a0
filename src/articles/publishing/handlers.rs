//! HTTP handlers for review and publication.

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

/// Submit an article for review
///
/// The article waits with the `note` until an editor publishes, schedules or returns it; `GET /articles?in_review=true` lists waiting
/// articles. Contributors can submit drafts; other users can also submit changes of public articles. Submitting again replaces the note.
#[utoipa::path(
    tag = "Articles",
    params(Caller<Writer>),
    request_body = ReviewDraft,
    responses((status = 200, body = ArticleEditorView, description = "The article, which now waits for review.")),
)]
#[put("/articles/{article}/review")]
async fn submit_article(body: OptionalBody, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| review::submit(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.desk.version)
}

/// Return an article from review
///
/// Editors and administrators return the article to its author, who finds the `note` in `returned`; the user who submitted it can
/// withdraw it. An article that is not in review is unchanged.
#[utoipa::path(
    tag = "Articles",
    params(ReturnParameters, Caller<Writer>),
    responses((status = 204, description = "The article is not in review.")),
)]
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

/// The parameters for returning an article.
struct ReturnParameters;

impl IntoParams for ReturnParameters {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
        let schema = serde_json::json!({"type": "string", "maxLength": 2000, "pattern": "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$", "example": "Please check the year in the second paragraph."});
        vec![parameter("note", "A note for the article's author; readers never see it.", schema)]
    }
}

/// Publish or schedule an article
///
/// Publishes a revision (the latest, or the one in `revision`) at once or, with a later `at`, within a second of that time. A
/// scheduled publication always publishes that revision, even if the article is saved again. At `until` the publication ends, and
/// readers get `410`. The request replaces any earlier schedule and end. If the revision is already public, nothing changes, except
/// that a new `correction` is added for readers. If `at` is in the past, the article is published at once and dated to that time.
/// If the revision refers to deleted resources, the response is `422` and names them; if another article now has its slug or
/// language, the response is `409`.
#[utoipa::path(
    tag = "Articles",
    params(Caller<Author>),
    request_body = PublicationDraft,
    responses((status = 200, body = ArticleEditorView, description = "The published or scheduled article.")),
)]
#[put("/articles/{article}/publication")]
async fn publish_article(body: OptionalBody, request: Request, caller: Caller<Author>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let caller = caller.as_writer();
    let condition = request.precondition();
    let (reader, save, number) = (caller.clone(), name.clone(), body.0.object().ok().and_then(|sent| sent.get("revision")?.as_i64()));
    // The text is rendered before the transaction, so that other writes need not wait. The operation reports any errors.
    if let Some(number) = number
        && let Ok(text) = request.read(move |_, conn| snapshots::text(conn, &reader, &save, number)).await
    {
        request.compute(move |app| app.renderings.body(&text).is_ok()).await?;
    }
    let view = request.write(move |app, conn| publish::publish(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.desk.version)
}

/// Withdraw an article, or cancel its schedule
///
/// Cancels the scheduled publication. If there is none, withdraws the published version: readers get `410`. The working copy is unchanged.
#[utoipa::path(
    tag = "Articles",
    params(Caller<Author>),
    responses((status = 204, description = "The schedule has been cancelled. If there was no schedule, the article is no longer public.")),
)]
#[delete("/articles/{article}/publication")]
async fn unpublish_article(request: Request, caller: Caller<Author>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let caller = caller.as_writer();
    let condition = request.precondition();
    request.write(move |app, conn| publish::unpublish(app, conn, &caller, &name, &condition)).await?;
    Ok(no_content())
}
