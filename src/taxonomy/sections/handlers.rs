//! The HTTP handlers of sections: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::operations;
use super::section::{LISTING, SectionDraft, SectionMerger, SectionView};
use crate::error::Result;
use crate::events::KindTag;
use crate::former_slugs::Moved;
use crate::http::{
    Body, Edited, Mount, Page, Request, Selecting, Tags, ViewParameter, change, created, editor, listing_parameters, moved, no_content,
    public_page, public_selected,
};
use crate::users::{Caller, Editor, GuestOr};

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

/// List sections
///
/// Lists all sections, by default sorted by position.
#[utoipa::path(
    tag = "Sections",
    params(SectionList),
    responses((status = 200, body = Page<SectionView>, description = "A page of sections.")),
)]
#[get("/sections")]
async fn list_sections(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "sections");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    public_page(&request, &list, &page, Tags::of(&[KindTag::Sections]))
}

/// Create a section
///
/// If no slug is given, it is derived from the name. A given slug that is taken gets `409`. With `parent`, the section becomes
/// a subsection of that section.
#[utoipa::path(
    tag = "Sections",
    params(Caller<Editor>),
    request_body = SectionDraft,
    responses((status = 201, body = Edited<SectionView>, description = "The new section.")),
)]
#[post("/sections")]
async fn create_section(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/sections/{}", view.view.id), &view, view.version)
}

/// Read a section
///
/// With `view=editor`, the response includes the version, which is also the `ETag` for conditional writes.
#[utoipa::path(
    tag = "Sections",
    params(ViewParameter, Selecting<SectionView>, GuestOr<Editor>),
    responses(
        (status = 200, body = crate::http::Either<SectionView>, description = "The section."),
        (status = 308, body = Moved, description = "The section has a new slug; `Location` is its new URL."),
    ),
)]
#[get("/sections/{section}")]
async fn read_section(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<SectionView>()? else {
        request.caller::<Editor>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    };
    let asked = name.clone();
    let view = request.read(move |app, conn| operations::read(app, conn, &asked)).await?;
    if let Some(moved_to) = Moved::from(&name, &view.slug) {
        return moved(&request, &format!("/sections/{}", moved_to.canonical_slug), &moved_to);
    }
    let mut tags = Tags::of(&[KindTag::Sections]);
    tags.add(view.id);
    public_selected(&request, &selection, &view, tags)
}

/// Replace a section
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Sections",
    params(Caller<Editor>),
    request_body = SectionDraft,
    responses((status = 200, body = Edited<SectionView>, description = "The changed section.")),
)]
#[put("/sections/{section}")]
async fn replace_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Change a section
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.
#[utoipa::path(
    tag = "Sections",
    params(Caller<Editor>),
    request_body(content = SectionDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<SectionView>, description = "The changed section.")),
)]
#[patch("/sections/{section}")]
async fn revise_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete a section
///
/// If articles, sections or ads belong to the section, `reassign_to` must name the section that takes them over. Without
/// `reassign_to`, the response is `409` and counts these resources in `usages`.
#[utoipa::path(
    tag = "Sections",
    params(
        (
            "reassign_to" = Option<String>,
            Query,
            description = "The id or slug of the section that takes over the articles, subsections and ads of the deleted section.",
        ),
        Caller<Editor>,
    ),
    responses((status = 204, description = "The section no longer exists.")),
)]
#[delete("/sections/{section}")]
async fn delete_section(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let heir = query.text("reassign_to");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, heir.as_deref())).await?;
    Ok(no_content())
}

/// Merge a section into another
///
/// Moves all articles, subsections and ads of this section to the section `into`, then deletes this section. Returns the
/// section `into`, which cannot be below this section.
#[utoipa::path(
    tag = "Sections",
    params(Caller<Editor>),
    request_body = SectionMerger,
    responses((status = 200, body = Edited<SectionView>, description = "The remaining section, with the content of both.")),
)]
#[post("/sections/{section}/merge")]
async fn merge_section(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::merge(app, conn, &caller, &name, &body.0)).await?;
    editor(&view, view.version)
}
