//! The operations on sections over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::section::{LISTING, SectionDraft, SectionMerger, SectionView};
use crate::error::Result;
use crate::former_slugs::Moved;
use crate::http::{Body, Edited, Mount, Page, Request, Tags, created, editor, listing_parameters, moved, no_content, public, public_page};
use crate::users::{Caller, Editor};

listing_parameters!(SectionList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_sections)
        .service(create_section)
        .service(read_section)
        .service(replace_section)
        .service(revise_section)
        .service(delete_section)
        .service(merge_section);
}

/// Lists sections.
///
/// All sections, by position.
#[utoipa::path(tag = "Sections", params(SectionList), responses((status = 200, body = Page<SectionView>, description = "A page of sections.")))]
#[get("/sections")]
async fn list_sections(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "sections");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&["sections"]))
}

/// Creates a section.
///
/// Its slug is made of the name where none is given; a given one that is taken is answered `409`. With a `parent` it stands below
/// another section.
#[utoipa::path(tag = "Sections", request_body = SectionDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 201, body = Edited<SectionView>, description = "The section.")))]
#[post("/sections")]
async fn create_section(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/sections/{}", view.view.id), &view, view.version)
}

/// Reads a section.
///
/// With `view=editor`, also its version, as the `ETag` that guards writes.
#[utoipa::path(tag = "Sections", params(("section" = String, Path, description = "Id or slug."), ("view" = inline(Option<crate::http::EditorView>), Query, description = "Ask for what editors see.")),
    security((), ("bearer" = ["editor", "admin"])),
    responses((status = 200, body = crate::http::Either<SectionView>, description = "The section."), (status = 308, body = Moved, description = "The section has another slug now; Location has its address.")))]
#[get("/sections/{section}")]
async fn read_section(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if request.wants_editor_view()? {
        request.caller::<Editor>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    }
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.slug) {
        return moved(&request, &format!("/sections/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&["sections"]);
    tags.add("section", view.id);
    public(&request, &view, tags)
}

/// Replaces a section.
///
/// Members that are left out get their defaults.
#[utoipa::path(tag = "Sections", params(("section" = String, Path, description = "Id or slug.")), request_body = SectionDraft, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<SectionView>, description = "The section.")))]
#[put("/sections/{section}")]
async fn replace_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes a section.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default.
#[utoipa::path(tag = "Sections", params(("section" = String, Path, description = "Id or slug.")), request_body(content = SectionDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<SectionView>, description = "The section.")))]
#[patch("/sections/{section}")]
async fn revise_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes a section.
///
/// Answers `409` with the `usages` while articles, sections or ads belong to it, unless `reassign_to` names their new section.
#[utoipa::path(tag = "Sections", params(("section" = String, Path, description = "Id or slug."), ("reassign_to" = Option<String>, Query, description = "The section that takes over what this one holds, by id or slug.")),
    security(("bearer" = ["editor", "admin"])), responses((status = 204, description = "There is no such section any more.")))]
#[delete("/sections/{section}")]
async fn delete_section(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let heir = query.text("reassign_to");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, heir.as_deref())).await?;
    Ok(no_content())
}

/// Merges a section into another.
///
/// Every article and section that lies within this section moves to the other; this one is deleted. Answers the section
/// that stays, which may not lie within the one that goes.
#[utoipa::path(tag = "Sections", params(("section" = String, Path, description = "Id or slug of the section that goes.")), request_body = SectionMerger, security(("bearer" = ["editor", "admin"])),
    responses((status = 200, body = Edited<SectionView>, description = "The section that stays.")))]
#[post("/sections/{section}/merge")]
async fn merge_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::merge(app, conn, &caller, &name, &body.0)).await?;
    editor(&view, view.version)
}
