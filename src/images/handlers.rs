//! HTTP handlers for images.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};

use super::image::{EditedImage, ImageAnswer, ImageDraft, ImageView, parse_stored_name};
use super::operations::{self, LISTING};
use super::renditions;
use super::upload::{self, ImageUpload};
use super::usages::Usages;
use crate::error::{Error, Result};
use crate::http::{
    Body, FileContent, Keeping, Mount, Page, Request, Selecting, StoredFile, Tags, Upload, ViewParameter, change, created, editor,
    editor_page, listing_parameters, no_content, private, public_selected, stored_file,
};
use crate::users::{Caller, GuestOr, Staff, Writer};

listing_parameters!(ImageList, LISTING);

/// Mounts the operations on images.
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

/// Mounts the operations that serve files.
pub(crate) fn media_routes(mount: &mut impl Mount) {
    mount.service(read_file).configure(renditions::routes);
}

/// List images
///
/// Returns all uploaded images, newest first. For staff only.
#[utoipa::path(
    tag = "Images",
    params(ImageList, Caller<Staff>),
    responses((status = 200, body = Page<EditedImage>, description = "A page of images.")),
)]
#[get("/images")]
async fn list_images(request: Request, _caller: Caller<Staff>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "images");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Upload an image
///
/// The type is detected from the content: JPEG, PNG, WebP, GIF and, if the server was built with it, AVIF. Everything in the file except
/// pixels, colours, frames and orientation is removed: location, camera data, comments, previews and appended data. A truncated file is
/// rejected (`broken_picture`), except a JPEG that lacks at most its last row of blocks. A file is also rejected
/// (`too_many_pixels`) if it has more pixels than the server accepts: 50 million, unless `IMAGE_MEGAPIXELS` says otherwise. The
/// same happens if it has more than 1000 frames, has more than 250 million pixels in all frames, or needs more memory to decode
/// than one image may use.
#[utoipa::path(
    tag = "Images",
    params(Caller<Writer>),
    request_body(
        content = ImageUpload,
        content_type = "multipart/form-data",
        encoding( ("file" = (content_type = "image/jpeg, image/png, image/webp, image/gif, image/avif")), ("custom" = (content_type = "application/json"))),
    ),
    responses((status = 201, body = EditedImage, description = "The new image.")),
)]
#[post("/images")]
async fn create_image(form: Upload, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    let form = form.receive(&request.app, &upload::PARTS).await?;
    let view = upload::create(&request, caller, form).await?;
    created(&request, &format!("/images/{}", view.view.id), &view, view.version)
}

/// Read an image
///
/// Readers can read an image that public content shows. With `view=editor`, staff can read every image; the `ETag` then holds the version
/// for conditional writes.
#[utoipa::path(
    tag = "Images",
    params(ViewParameter, Selecting<ImageView>, GuestOr<Staff>),
    responses((status = 200, body = ImageAnswer, description = "The image.")),
)]
#[get("/images/{image}")]
async fn read_image(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let Some(selection) = request.selection::<ImageView>()? else {
        request.caller::<Staff>().await?;
        let view = request.read(move |app, conn| operations::read_as_editor(app, conn, &name)).await?;
        return editor(&view, view.version);
    };
    let view = request.read(move |app, conn| operations::read(app, conn, &name)).await?;
    let mut tags = Tags::default();
    tags.add(view.id);
    public_selected(&request, &selection, &view, tags)
}

/// Replace the metadata of an image
///
/// Omitted members are reset to their defaults. The file cannot be replaced; upload another image instead.
#[utoipa::path(
    tag = "Images",
    params(Caller<Writer>),
    request_body = ImageDraft,
    responses((status = 200, body = EditedImage, description = "The changed image.")),
)]
#[put("/images/{image}")]
async fn replace_image(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Update the metadata of an image
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default. The change appears at
/// once wherever the image is shown. Contributors and authors can change only images that they uploaded.
#[utoipa::path(
    tag = "Images",
    params(Caller<Writer>),
    request_body(content = ImageDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = EditedImage, description = "The changed image.")),
)]
#[patch("/images/{image}")]
async fn revise_image(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name, operations::revise).await
}

/// Delete an image
///
/// While content or a revision scheduled for publication shows the image, the response is `409` with the `usages`. `force=true`
/// deletes the image anyway and removes it from the content. Revisions are never changed: if a scheduled revision shows the image,
/// its publication fails when it is due, and the article's `failed_publication` says so. The file is deleted with the last image
/// that uses it.
#[utoipa::path(
    tag = "Images",
    params(("force" = Option<bool>, Query, description = "Whether to remove the image from all content that shows it."), Caller<Writer>),
    responses((status = 204, description = "The image no longer exists.")),
)]
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
            // The image is deleted even if its file is not; the sweep finds the file later.
            if let Err(error) = operations::delete_file(&app, &image).await {
                tracing::warn!(%error, file = image.stored_name(), "a file could not be deleted");
            }
            Ok(())
        };
        request.afterwards(removing).await?;
    }
    Ok(no_content())
}

/// List the usages of an image
///
/// Returns the articles, authors and ad creatives that show the image, and whether the site settings do. Articles include working copies
/// and revisions scheduled for publication. Only editors see the drafts of others.
#[utoipa::path(tag = "Images", params(Caller<Staff>), responses((status = 200, body = Usages, description = "The usages of the image.")))]
#[get("/images/{image}/usages")]
async fn read_image_usages(request: Request, caller: Caller<Staff>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let usages = request.read(move |_, conn| operations::read_usages(conn, &caller, &name)).await?;
    private(200, &usages)
}

/// Download the file of an image
///
/// The `url` of an image is a URL of this operation. A file never changes, so caches may keep it forever. A request may ask for one byte
/// range (RFC 9110, section 14); a request for several ranges gets the whole file.
#[utoipa::path(
    tag = "Images",
    params(
        (
            "file" = String,
            Path,
            description = "The SHA-256 hash in hexadecimal and the file extension.",
            example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg",
        ),
        ("Range" = Option<String>, Header, description = "The requested byte range, such as `bytes=0-1023`."),
        (
            "If-Range" = Option<String>,
            Header,
            description = "The entity tag that the client knows for the file. If the file has another one, the whole file is sent.",
        ),
        (
            "If-None-Match" = Option<String>,
            Header,
            description = "Entity tags of cached copies; the response is `304` if one of them matches.",
        ),
    ),
    responses(
        (
            status = 200,
            description = "The file.",
            content(
                (FileContent = "image/jpeg"),
                (FileContent = "image/png"),
                (FileContent = "image/webp"),
                (FileContent = "image/gif"),
                (FileContent = "image/avif"),
            ),
        ),
        (
            status = 206,
            description = "The requested range.",
            content(
                (FileContent = "image/jpeg"),
                (FileContent = "image/png"),
                (FileContent = "image/webp"),
                (FileContent = "image/gif"),
                (FileContent = "image/avif"),
            ),
            headers(("Content-Range" = String, description = "The range and the total size in bytes.")),
        ),
        (status = 304, description = "The cached copy is up to date."),
        (
            status = 416,
            body = ref("#/components/schemas/Problem"),
            content_type = "application/problem+json",
            description = "The file has no such range. Codes: `range_not_satisfiable`.",
        ),
    ),
)]
#[get("/media/{file}")]
async fn read_file(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let (hash, mime) = parse_stored_name(&name).ok_or_else(Error::not_found)?;
    let file = StoredFile { name: &name, tag: hash, mime: mime.as_str(), size: None, keeping: Keeping::ForEver, vary: None };
    stored_file(&request, &file).await
}
