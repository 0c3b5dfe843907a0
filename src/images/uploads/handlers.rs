//! HTTP handlers for resumable uploads.

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpResponse, delete, get, patch, post, web};

use super::operations;
use super::resumable::UploadView;
use crate::error::{Error, Result};
use crate::http::{Mount, Piece, PieceContent, Request, no_content, private};
use crate::users::{Caller, Writer};

/// Mounts the operations on uploads.
pub(in crate::images) fn routes(mount: &mut impl Mount) {
    mount.service(create_upload).service(read_upload).service(append_upload).service(delete_upload);
}

/// Start a resumable upload
///
/// The protocol is tus 1.0.0 (<https://tus.io>) with the extensions creation, creation-with-upload, termination and expiration, as
/// `OPTIONS` reports. `Upload-Metadata` holds `filename` and the fields of `POST /images`: `alt`, `caption`, `credit`, `taken_at`,
/// `focal_x`, `focal_y` and `custom`. A media type named by the client is ignored. The request body may hold the first piece or the whole
/// file. An upload expires after 24 hours, and each user can have at most 20 unfinished uploads.
#[utoipa::path(
    tag = "Images",
    params(
        (
            "Tus-Resumable" = inline(Option<crate::http::TusVersion>),
            Header,
            description = "The protocol version, `1.0.0`; any other version is rejected (`412`).",
        ),
        ("Upload-Length" = Option<String>, Header, description = "The size of the file in bytes, 1 to 20971520. Required."),
        (
            "Upload-Metadata" = Option<String>,
            Header,
            description = "Pairs of a name and a base64 value, separated by a space; the pairs are separated by commas.",
        ),
        Caller<Writer>,
    ),
    request_body(content = PieceContent, content_type = "application/offset+octet-stream", description = "The first piece."),
    responses(
        (
            status = 201,
            body = UploadView,
            description = "The new upload.",
            headers(
                ("Upload-Offset" = i64, description = "The number of bytes received so far."),
                ("Upload-Expires" = String, description = "The time when the upload expires."),
                ("Upload-Image" = String, description = "The image, once all bytes have been received."),
            ),
        ),
        (status = 412, description = "The server supports another version of the protocol. Codes: `unsupported_tus_version`."),
    ),
)]
#[post("/uploads")]
async fn create_upload(piece: Piece, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let length = request.upload_length()?;
    let (metadata, faults) = request.upload_metadata();
    let piece = piece.receive(&request.app, length).await?;
    let view = operations::create(&request, caller, length, metadata, faults, piece).await?;
    let mut response = private(201, &view)?;
    let location = format!("{}/api/v1/uploads/{}", request.app.config.links.api_url, view.id);
    let location = HeaderValue::from_str(&location).map_err(|error| Error::internal(&error.to_string()))?;
    response.headers_mut().insert(LOCATION, location);
    Ok(request.with_progress(response, &view.progress()))
}

/// Read the progress of an upload
///
/// `HEAD` returns the progress in headers alone, as in tus. When all bytes have been received, `image` and `Upload-Image` name the new
/// image, so that a client that lost the last response can find it. Only the user who started the upload and administrators can read it.
#[utoipa::path(
    tag = "Images",
    params(
        (
            "Tus-Resumable" = inline(Option<crate::http::TusVersion>),
            Header,
            description = "The protocol version, `1.0.0`; any other version is rejected (`412`).",
        ),
        Caller<Writer>,
    ),
    responses(
        (
            status = 200,
            body = UploadView,
            description = "The progress of the upload.",
            headers(
                ("Upload-Offset" = i64, description = "The number of bytes received so far."),
                ("Upload-Length" = i64, description = "The size of the file in bytes."),
                ("Upload-Expires" = String, description = "The time when the upload expires."),
                ("Upload-Image" = String, description = "The image, once all bytes have been received."),
            ),
        ),
        (status = 412, description = "The server supports another version of the protocol. Codes: `unsupported_tus_version`."),
    ),
)]
#[get("/uploads/{upload}")]
async fn read_upload(request: Request, caller: Caller<Writer>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.speaks_tus()?;
    let row = request.read(move |app, conn| operations::find(conn, &caller, &id, app.now())).await?;
    let view = row.view();
    Ok(request.with_progress(private(200, &view)?, &view.progress()))
}

/// Append a piece to an upload
///
/// Received bytes are kept even if the connection breaks; `HEAD` tells where to continue. If two pieces begin at the same byte, one is
/// accepted and the other gets `409`. After the last byte, the file is examined as in `POST /images` and the image is created. If the file
/// is rejected (`415`, `422`), the piece does not count, and the upload can only be deleted.
#[utoipa::path(
    tag = "Images",
    params(
        (
            "Tus-Resumable" = inline(Option<crate::http::TusVersion>),
            Header,
            description = "The protocol version, `1.0.0`; any other version is rejected (`412`).",
        ),
        ("Upload-Offset" = Option<String>, Header, description = "The offset of the first byte of the piece. Required."),
        Caller<Writer>,
    ),
    request_body(content = PieceContent, content_type = "application/offset+octet-stream", description = "The piece."),
    responses(
        (
            status = 204,
            description = "The piece has been stored.",
            headers(
                ("Upload-Offset" = i64, description = "The number of bytes received so far."),
                ("Upload-Expires" = String, description = "The time when the upload expires."),
                ("Upload-Image" = String, description = "The image, once all bytes have been received."),
            ),
        ),
    ),
)]
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

/// Delete an upload
///
/// The received pieces are deleted. An image that was created from the upload is kept.
#[utoipa::path(
    tag = "Images",
    params(
        (
            "Tus-Resumable" = inline(Option<crate::http::TusVersion>),
            Header,
            description = "The protocol version, `1.0.0`; any other version is rejected (`412`).",
        ),
        Caller<Writer>,
    ),
    responses((status = 204, description = "The upload no longer exists.")),
)]
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
