//! The HTTP handlers of the site settings: each unpacks a request, runs one unit of work and responds.

use actix_web::{HttpResponse, get, patch, put};

use super::operations;
use super::settings::SiteSettings;
use super::view::{SiteEditorView, SiteView};
use crate::error::Result;
use crate::events::KindTag;
use crate::http::{Body, Mount, Request, Selecting, Tags, ViewParameter, editor, public_selected};
use crate::users::{Admin, Caller, GuestOr};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount.service(read_site).service(replace_site).service(revise_site);
}

/// Read the site
///
/// Returns the site's settings for front ends. With `view=editor`, the response includes the version, which is also the `ETag`
/// for conditional writes.
#[utoipa::path(
    tag = "Site",
    params(ViewParameter, Selecting<SiteView>, GuestOr<Admin>),
    responses((status = 200, body = crate::http::PublicOr<SiteView, SiteEditorView>, description = "The settings of the site.")),
)]
#[get("/site")]
async fn read_site(request: Request) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<SiteView>()? else {
        request.caller::<Admin>().await?;
        let view = request.read(operations::read_as_editor).await?;
        return editor(&view, view.version);
    };
    let view = request.read(operations::read).await?;
    let mut tags = Tags::of(&[KindTag::Site]);
    view.logo().into_iter().for_each(|logo| tags.add(logo.id));
    public_selected(&request, &selection, &view, tags)
}

/// Replace the site's settings
///
/// Omitted members get their defaults.
#[utoipa::path(
    tag = "Site",
    params(Caller<Admin>),
    request_body = SiteSettings,
    responses((status = 200, body = SiteEditorView, description = "The changed settings of the site.")),
)]
#[put("/site")]
async fn replace_site(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    change(body, request, caller).await
}

/// Change the site's settings
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.
#[utoipa::path(
    tag = "Site",
    params(Caller<Admin>),
    request_body(content = SiteSettings, content_type = "application/merge-patch+json"),
    responses((status = 200, body = SiteEditorView, description = "The changed settings of the site.")),
)]
#[patch("/site")]
async fn revise_site(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    change(body, request, caller).await
}

async fn change(body: Body, request: Request, caller: Caller<Admin>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &condition, &body.0)).await?;
    editor(&view, view.version)
}
