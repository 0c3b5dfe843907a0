//! HTTP handlers for lists.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::list::{LISTING, ListDraft, ListView};
use super::operations;
use crate::error::Result;
use crate::events::KindTag;
use crate::http::{
    Body, Edited, Either, Mount, Page, Request, Selecting, Tags, ViewParameter, change, created, editor, editor_page, listing_parameters,
    no_content, public_page, public_selected,
};
use crate::users::{Caller, Editor, GuestOr};

listing_parameters!(NewsletterLists, LISTING);

/// Mounts the routes.
pub(in crate::newsletter) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_newsletter_lists)
        .service(create_newsletter_list)
        .service(read_newsletter_list)
        .service(replace_newsletter_list)
        .service(revise_newsletter_list)
        .service(delete_newsletter_list);
}

/// List the newsletter lists
///
/// Returns the public lists by name; with `view=editor`, all lists.
#[utoipa::path(
    tag = "Newsletter",
    params(NewsletterLists, ViewParameter, GuestOr<Editor>),
    responses((status = 200, body = Page<ListView>, description = "A page of lists.")),
)]
#[get("/newsletter/lists")]
async fn list_newsletter_lists(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let all = query.word("view", &["editor"]).is_some();
    if all {
        request.caller::<Editor>().await?;
    }
    let list = query.listing(&LISTING, &request.app.secrets, if all { "all newsletter lists" } else { "newsletter lists" });
    query.finish()?;
    let (list, page) = request.read(move |_, conn| operations::list(conn, &list, all).map(|page| (list, page))).await?;
    if all {
        return editor_page(&request, &list, &page);
    }
    public_page(&request, &list, &page, Tags::of(&[KindTag::NewsletterLists]))
}

/// Create a newsletter list
///
/// Readers can choose public lists when they subscribe. Readers who choose none are subscribed to the `is_default`
/// lists. If another list has the key, the response is `409`.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Editor>),
    request_body = ListDraft,
    responses((status = 201, body = Edited<ListView>, description = "The new list.")),
)]
#[post("/newsletter/lists")]
async fn create_newsletter_list(body: Body, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| operations::create(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/newsletter/lists/{}", view.view.card.id), &view, view.version)
}

/// Read a newsletter list
///
/// Readers can read public lists. `view=editor` returns any list with its version, which the `ETag` holds for
/// conditional writes.
#[utoipa::path(
    tag = "Newsletter",
    params(ViewParameter, Selecting<ListView>, GuestOr<Editor>),
    responses((status = 200, body = Either<ListView>, description = "The list.")),
)]
#[get("/newsletter/lists/{list}")]
async fn read_newsletter_list(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<ListView>()? else {
        request.caller::<Editor>().await?;
        let view = request.read(move |_, conn| operations::read_as_editor(conn, &name)).await?;
        return editor(&view, view.version);
    };
    let view = request.read(move |_, conn| operations::read(conn, &name)).await?;
    let mut tags = Tags::of(&[KindTag::NewsletterLists]);
    tags.add(view.card.id);
    public_selected(&request, &selection, &view, tags)
}

/// Replace a newsletter list
///
/// Omitted members get their defaults. The list keeps its subscribers.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Editor>),
    request_body = ListDraft,
    responses((status = 200, body = Edited<ListView>, description = "The changed list.")),
)]
#[put("/newsletter/lists/{list}")]
async fn replace_newsletter_list(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Change a newsletter list
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default. The list keeps
/// its subscribers.
#[utoipa::path(
    tag = "Newsletter",
    params(Caller<Editor>),
    request_body(content = ListDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Edited<ListView>, description = "The changed list.")),
)]
#[patch("/newsletter/lists/{list}")]
async fn revise_newsletter_list(body: Body, request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete a newsletter list
///
/// While the list has subscribers, the response is `409` with the `usages`, unless `force=true` removes them from the list.
#[utoipa::path(
    tag = "Newsletter",
    params(("force" = Option<bool>, Query, description = "Whether to delete the list even if it has subscribers."), Caller<Editor>),
    responses((status = 204, description = "The list no longer exists.")),
)]
#[delete("/newsletter/lists/{list}")]
async fn delete_newsletter_list(request: Request, caller: Caller<Editor>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let force = query.truth("force");
    query.finish()?;
    let condition = request.precondition();
    request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, force)).await?;
    Ok(no_content())
}
