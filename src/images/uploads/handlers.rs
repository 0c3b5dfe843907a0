//! Uploads in pieces over HTTP: unpack, one unit of work, answer.

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpResponse, delete, get, patch, post, web};

use super::operations;
use super::resumable::UploadView;
use crate::error::{Error, Result};
use crate::http::{Mount, Piece, PieceContent, Request, no_content, private};
use crate::users::{Caller, Writer};

/// Mounts the operations.
pub(in crate::images) fn routes(mount: &mut impl Mount) {
    mount.service(create_upload).service(read_upload).service(append_upload).service(delete_upload);
}

/// Begins an upload in pieces.
///
/// The protocol is tus 1.0.0 (<https://tus.io>) with its extensions creation, creation-with-upload, termination and
/// expiration; `OPTIONS` says so. What is known of the picture goes into `Upload-Metadata`, as `filename` and the fields of
/// `POST /images`: `alt`, `caption`, `credit`, `focal_x`, `focal_y`, `custom`. The type that a client names is passed over.
/// The body may bring the first piece along, or the whole file. An upload lives for 24 hours; 20 of one person can be
/// under way.
#[utoipa::path(tag = "Images", params(
        ("Tus-Resumable" = inline(Option<crate::http::TusVersion>), Header, description = "The version of the protocol, `1.0.0`; any other is refused (`412`)."),
        ("Upload-Length" = Option<String>, Header, description = "How many bytes the file has, 1 to 20971520. Must be sent."),
        ("Upload-Metadata" = Option<String>, Header, description = "Names, each followed by a space and its text in base64; separated by commas.")),
    request_body(content = PieceContent, content_type = "application/offset+octet-stream", description = "The first piece."),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 201, body = UploadView, description = "The upload.",
            headers(("Upload-Offset" = i64, description = "How many bytes have come."),
                ("Upload-Expires" = String, description = "When it is forgotten."),
                ("Upload-Image" = String, description = "The image, once all bytes have come."))),
        (status = 412, description = "The server speaks another version of the protocol. Codes: `unsupported_tus_version`.")))]
#[post("/uploads")]
async fn create_upload(piece: Piece, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let length = request.upload_length()?;
    let metadata = request.upload_metadata();
    let piece = piece.receive(&request.app, length).await?;
    let view = operations::create(&request, caller, length, metadata, piece).await?;
    let mut response = private(201, &view)?;
    let location = format!("{}/api/v1/uploads/{}", request.app.config.links.api_url, view.id);
    let location = HeaderValue::from_str(&location).map_err(|error| Error::internal(&error.to_string()))?;
    response.headers_mut().insert(LOCATION, location);
    Ok(request.with_progress(response, &view.progress()))
}

/// Tells how far an upload is.
///
/// `HEAD` says it in headers alone, as tus has it. When all bytes have come, `image` and `Upload-Image` name the image that was
/// made: so a client whose last answer was lost finds it. Whoever began an upload sees it, and administrators.
#[utoipa::path(tag = "Images", params(("upload" = String, Path, description = "Id."),
        ("Tus-Resumable" = inline(Option<crate::http::TusVersion>), Header, description = "The version of the protocol, `1.0.0`; any other is refused (`412`).")),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = UploadView, description = "How far it is.",
            headers(("Upload-Offset" = i64, description = "How many bytes have come."),
                ("Upload-Length" = i64, description = "How many bytes the file has."),
                ("Upload-Expires" = String, description = "When it is forgotten."),
                ("Upload-Image" = String, description = "The image, once all bytes have come."))),
        (status = 412, description = "The server speaks another version of the protocol. Codes: `unsupported_tus_version`.")))]
#[get("/uploads/{upload}")]
async fn read_upload(request: Request, caller: Caller<Writer>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let row = request.read(move |app, conn| operations::find(conn, &caller, &id, app.now())).await?;
    let view = row.view();
    Ok(request.with_progress(private(200, &view)?, &view.progress()))
}

/// Sends the next piece of an upload.
///
/// What comes is kept even where the connection breaks; `HEAD` tells where to go on. Of two pieces that begin at the same
/// byte one is taken, the other gets `409`. With the last byte the file is looked at as `POST /images` does it, and the image
/// is made; where it is refused (`415`, `422`), that piece is not counted, and the upload can only be deleted.
#[utoipa::path(tag = "Images", params(("upload" = String, Path, description = "Id."),
        ("Tus-Resumable" = inline(Option<crate::http::TusVersion>), Header, description = "The version of the protocol, `1.0.0`; any other is refused (`412`)."),
        ("Upload-Offset" = Option<String>, Header, description = "The byte that the piece begins at. Must be sent.")),
    request_body(content = PieceContent, content_type = "application/offset+octet-stream", description = "The piece."),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 204, description = "It has been kept.",
            headers(("Upload-Offset" = i64, description = "How many bytes have come."),
                ("Upload-Expires" = String, description = "When it is forgotten."),
                ("Upload-Image" = String, description = "The image, once all bytes have come.")))))]
#[patch("/uploads/{upload}")]
async fn append_upload(piece: Piece, request: Request, caller: Caller<Writer>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let looking = caller.clone();
    let row = request.read(move |app, conn| operations::find(conn, &looking, &id, app.now())).await?;
    operations::require_offset(&row, request.upload_offset()?)?;
    let piece = piece.receive(&request.app, row.length - row.received).await?;
    let view = operations::append(&request, caller, row, piece).await?;
    Ok(request.with_progress(no_content(), &view.progress()))
}

/// Ends an upload.
///
/// Its pieces are removed; an image that was made of it stays.
#[utoipa::path(tag = "Images", params(("upload" = String, Path, description = "Id."),
        ("Tus-Resumable" = inline(Option<crate::http::TusVersion>), Header, description = "The version of the protocol, `1.0.0`; any other is refused (`412`).")),
    security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 204, description = "There is no such upload any more.")))]
#[delete("/uploads/{upload}")]
async fn delete_upload(request: Request, caller: Caller<Writer>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let ended = request.write(move |app, conn| operations::delete(conn, &caller, &id, app.now())).await?;
    if let Some(row) = ended {
        let app = request.app.clone();
        request.afterwards(async move { operations::forget_pieces(&app, &row).await }).await?;
    }
    Ok(no_content())
}
