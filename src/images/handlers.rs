//! The operations on pictures over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::image::{EditedImage, ImageAnswer, ImageDraft, parse_stored_name};
use super::operations::{self, LISTING};
use super::renditions;
use super::upload::{self, ImageUpload};
use super::usages::Usages;
use crate::error::{Error, Result};
use crate::http::{
    Body, EditorView, FileContent, Keeping, Mount, Page, Request, StoredFile, Tags, Upload, created, editor, editor_page,
    listing_parameters, no_content, private, public, stored_file,
};
use crate::users::{Caller, Staff, Writer};

listing_parameters!(ImageList, LISTING);

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_images)
        .service(create_image)
        .service(read_image)
        .service(replace_image)
        .service(revise_image)
        .service(delete_image)
        .service(read_image_usages)
        .configure(super::uploads::routes);
}

/// Mounts the files.
pub(crate) fn media_routes(mount: &mut impl Mount) {
    mount.service(read_file).configure(renditions::routes);
}

/// Lists images.
///
/// All that were uploaded, the newest first, for those who work here.
#[utoipa::path(tag = "Images", params(ImageList), security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<EditedImage>, description = "A page of images.")))]
#[get("/images")]
async fn list_images(request: Request, _caller: Caller<Staff>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "images");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Uploads an image.
///
/// The type is what the bytes say: JPEG, PNG, WebP, GIF and, where the server was built to take it, AVIF. All that the file holds besides pixels, colours and frames is dropped: where and with
/// what it was taken, comments, previews, whatever is appended; how it must be turned stays. A file that breaks off is
/// refused (`broken_picture`), but for a JPEG that lacks no more than its last row of blocks, as is one of more pixels than the server takes (50 million, unless
/// `IMAGE_MEGAPIXELS` says otherwise), of more memory than is meant for one, of 1000 frames, or of 250 million pixels in all frames (`too_many_pixels`).
#[utoipa::path(tag = "Images",
    request_body(content = ImageUpload, content_type = "multipart/form-data", encoding(
        ("file" = (content_type = "image/jpeg, image/png, image/webp, image/gif, image/avif")), ("custom" = (content_type = "application/json")))),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 201, body = EditedImage, description = "The image.")))]
#[post("/images")]
async fn create_image(form: Upload, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let form = form.receive(&request.app, &upload::PARTS).await?;
    let view = upload::create(&request, caller, form).await?;
    created(&request, &format!("/images/{}", view.view.id), &view, view.version)
}

/// Reads an image.
///
/// Readers find it where something public shows it. With `view=editor`, those who work here see any, and its version, as
/// the `ETag` that guards writes.
#[utoipa::path(tag = "Images", params(("image" = String, Path, description = "Id."),
        ("view" = inline(Option<EditorView>), Query, description = "Ask for what those who work here see.")),
    security((), ("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = ImageAnswer, description = "The image.")))]
#[get("/images/{image}")]
async fn read_image(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if request.wants_editor_view()? {
        request.caller::<Staff>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    }
    let view = request.read(move |app, conn| operations::read(app, conn, &name)).await?;
    let mut tags = Tags::default();
    tags.add("image", view.id);
    public(&request, &view, tags)
}

/// Replaces what is said of an image.
///
/// Members that are left out get their defaults. The file stays: another file is another image.
#[utoipa::path(tag = "Images", params(("image" = String, Path, description = "Id.")), request_body = ImageDraft,
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = EditedImage, description = "The image.")))]
#[put("/images/{image}")]
async fn replace_image(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes what is said of an image.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default. It shows at once wherever the
/// image does. Contributors and authors change what they uploaded themselves.
#[utoipa::path(tag = "Images", params(("image" = String, Path, description = "Id.")),
    request_body(content = ImageDraft, content_type = "application/merge-patch+json"),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = EditedImage, description = "The image.")))]
#[patch("/images/{image}")]
async fn revise_image(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let condition = request.precondition();
    let view = request.write(move |app, conn| operations::revise(app, conn, &caller, &name, &condition, &body.0)).await?;
    editor(&view, view.version)
}

/// Deletes an image.
///
/// Answers `409` with the `usages` while something shows it, or a save that is planned for publication will, unless
/// `force=true` takes it out of all that does. Saves are never changed: a plan whose save shows it then fails when it is due, and
/// the article's `failed_publication` says so. The file goes with the last image that is made of it.
#[utoipa::path(tag = "Images", params(("image" = String, Path, description = "Id."),
        ("force" = Option<bool>, Query, description = "Take it out of all that shows it.")),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 204, description = "There is no such image any more.")))]
#[delete("/images/{image}")]
async fn delete_image(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let force = query.truth("force");
    query.finish()?;
    let condition = request.precondition();
    let deleted = request.write(move |app, conn| operations::delete(app, conn, &caller, &name, &condition, force)).await?;
    if let Some(image) = deleted {
        let app = request.app.clone();
        let removing = async move {
            // The image is gone whatever becomes of its file, which the sweep finds.
            if let Err(error) = operations::delete_file(&app, &image).await {
                tracing::warn!(%error, file = image.stored_name(), "a file could not be removed");
            }
            Ok(())
        };
        request.afterwards(removing).await?;
    }
    Ok(no_content())
}

/// Tells who shows an image.
///
/// Articles, working copies and saves that are planned for publication among them, authors and the site. Of others' drafts only editors are told.
#[utoipa::path(tag = "Images", params(("image" = String, Path, description = "Id.")),
    security(("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Usages, description = "Who shows it.")))]
#[get("/images/{image}/usages")]
async fn read_image_usages(request: Request, caller: Caller<Staff>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let usages = request.read(move |_, conn| operations::read_usages(conn, &caller, &name)).await?;
    private(200, &usages)
}

/// Returns the file of an image.
///
/// As `url` of an image names it. A file never changes, so that caches may keep it for ever; one range of it can be asked
/// for (RFC 9110, section 14), and several give the whole file.
#[utoipa::path(tag = "Images", params(("file" = String, Path, description = "The SHA-256 in hexadecimal, and the extension of the type.",
            example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg"),
        ("Range" = Option<String>, Header, description = "The range that is wanted, such as `bytes=0-1023`."),
        ("If-Range" = Option<String>, Header,
            description = "The entity tag that the range is meant for; of another file the whole is sent."),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags that the client has; `304` when the file has one of them.")),
    responses(
        (status = 200, description = "The file.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/gif"), (FileContent = "image/avif"))),
        (status = 206, description = "The range.", content((FileContent = "image/jpeg"), (FileContent = "image/png"),
            (FileContent = "image/webp"), (FileContent = "image/gif"), (FileContent = "image/avif")),
            headers(("Content-Range" = String, description = "Which bytes of how many."))),
        (status = 304, description = "The client has this file already."),
        (status = 416, body = ref("#/components/schemas/Problem"), content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.")))]
#[get("/media/{file}")]
async fn read_file(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let (hash, mime) = parse_stored_name(&name).ok_or_else(Error::not_found)?;
    let file = StoredFile { name: &name, tag: hash, mime: mime.as_str(), size: None, keeping: Keeping::ForEver, vary: None };
    stored_file(&request, &file).await
}
