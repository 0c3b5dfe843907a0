//! Resumable uploads by tus 1.0.0 (<https://tus.io/protocols/resumable-upload>): headers and raw bytes.

use std::fs::File;
use std::future::{Ready, ready};
use std::time::{Duration, UNIX_EPOCH};

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, HttpDate};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use utoipa::ToSchema;

use super::head::{BodyKind, content_length, essence};
use super::request::Request;
use super::upload::{MAX_FILE_SIZE, name_fault, plain_name, pointer, too_large};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{Code, Error, Fault, Result};

/// The supported version of the protocol.
const VERSION: &str = "1.0.0";
/// The supported extensions of the protocol.
const EXTENSIONS: &str = "creation,creation-with-upload,termination,expiration";
/// The path of the uploads.
const PLACE: &str = "/api/v1/uploads";
/// The media type of a piece.
pub(super) const PIECE: &str = "application/offset+octet-stream";
/// The metadata that many clients send with every file and that the server ignores. The server determines the media type
/// from the bytes.
const PASSED_OVER: [&str; 3] = ["filetype", "type", "relativePath"];

/// The maximum number of metadata pairs.
const MAX_PAIRS: usize = 50;

/// The supported versions of the protocol.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub(crate) enum TusVersion {
    /// Version 1.0.0.
    #[serde(rename = "1.0.0")]
    One,
}

/// The schema of a piece's bytes in the OpenAPI document.
pub(crate) struct PieceContent;

impl utoipa::PartialSchema for PieceContent {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::String))
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary)))
            .max_length(Some(MAX_FILE_SIZE))
            .description(Some("The bytes of the piece."))
            .into()
    }
}
impl utoipa::ToSchema for PieceContent {}

/// A piece that has not been read yet, so that the server can refuse a caller before it reads the bytes.
pub(crate) struct Piece {
    payload: Option<Payload>,
    content_length: usize,
}

/// A received piece.
pub(crate) struct Received {
    /// The received bytes, in a file that has no name on the disk and is deleted when it is closed.
    pub(crate) file: File,
    /// The number of received bytes; smaller than announced if the connection broke.
    pub(crate) bytes: i64,
}

/// The progress of an upload, for the response headers.
pub(crate) struct Progress {
    pub(crate) length: i64,
    pub(crate) offset: i64,
    pub(crate) expires_at: Timestamp,
    /// The path of the image that was created.
    pub(crate) image: Option<String>,
}

impl FromRequest for Piece {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (essence, content_length) = (essence(request), content_length(request));
        // An upload can be created without any of its bytes.
        let empty = *request.method() == Method::POST && essence.is_empty() && content_length == 0;
        let kind = BodyKind { types: &[PIECE], largest: MAX_FILE_SIZE, too_large };
        let admitted = if empty { Ok(()) } else { kind.admit(request) };
        ready(admitted.map(|()| Self { payload: (!empty).then(|| payload.take()), content_length }))
    }
}

impl Piece {
    /// Reads the piece until it ends, the connection breaks or the deadline passes; all received bytes are kept.
    pub(crate) async fn receive(self, app: &App, most: i64) -> Result<Received> {
        let most = usize::try_from(most).unwrap_or_default();
        let beyond =
            || Error::new(Code::TooLarge, format!("The piece is longer than the rest of the upload ({most} bytes).")).with("max", most);
        if self.content_length > most {
            return Err(beyond());
        }
        let mut file = tokio::fs::File::from_std(app.storage.temporary_file()?);
        let (mut bytes, mut payload) = (0, self.payload.unwrap_or(Payload::None));
        let mut late = std::pin::pin!(tokio::time::sleep(app.config.server.request_deadline));
        loop {
            let chunk = tokio::select! {
                chunk = payload.next() => chunk,
                () = &mut late => break,
            };
            let Some(Ok(chunk)) = chunk else { break };
            bytes += chunk.len();
            if bytes > most {
                return Err(beyond());
            }
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        file.rewind().await?;
        Ok(Received { file: file.into_std().await, bytes: i64::try_from(bytes).unwrap_or(i64::MAX) })
    }
}

impl Request {
    /// Refuses other versions of the protocol; the header may be missing.
    pub(crate) fn speaks_tus(&self) -> Result<()> {
        match self.header("tus-resumable") {
            None | Some(VERSION) => Ok(()),
            Some(_) => {
                Err(Error::new(Code::UnsupportedTusVersion, format!("This server supports tus {VERSION}.")).header("Tus-Version", VERSION))
            }
        }
    }

    /// Returns the length of the whole file, in bytes.
    pub(crate) fn upload_length(&self) -> Result<i64> {
        let length = self.whole_number("upload-length")?;
        if usize::try_from(length).is_ok_and(|length| length > MAX_FILE_SIZE) {
            return Err(too_large());
        }
        if length > 0 { Ok(length) } else { Err(Error::new(Code::MalformedHeader, "An upload must have at least one byte.")) }
    }

    /// Returns the offset of a piece, in bytes.
    pub(crate) fn upload_offset(&self) -> Result<i64> {
        self.whole_number("upload-offset")
    }

    fn whole_number(&self, name: &str) -> Result<i64> {
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = self.header(name).filter(digits).and_then(|text| text.parse().ok());
        number.ok_or_else(|| Error::new(Code::MalformedHeader, format!("The header {name} must be a whole number of bytes.")))
    }

    /// Returns the metadata of the image, in the form of the fields of a multipart form.
    pub(crate) fn upload_metadata(&self) -> (Map<String, Value>, Vec<Fault>) {
        let (mut texts, mut faults) = (Map::new(), Vec::new());
        texts.insert("file".into(), "".into());
        let mut seen = Vec::new();
        for pair in self.header("upload-metadata").unwrap_or_default().split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
            if PASSED_OVER.contains(&name) {
                continue;
            }
            if seen.len() + faults.len() >= MAX_PAIRS {
                faults.push(
                    Fault::at("", "too_many", format!("Upload-Metadata may have at most {MAX_PAIRS} pairs.")).bound("max", MAX_PAIRS),
                );
                break;
            }
            if seen.contains(&name) {
                faults.push(Fault::at(pointer(name), "stands_twice", format!("{name:?} occurs twice.")));
                continue;
            }
            seen.push(name);
            match BASE64.decode(value.trim()).ok().map(String::from_utf8) {
                Some(Ok(text)) if ["filename", "name"].contains(&name) => {
                    let given = plain_name(&text);
                    faults.extend(name_fault(name, &given));
                    texts.insert("file".into(), given.into());
                }
                Some(Ok(text)) => {
                    texts.insert(name.to_owned(), text.into());
                }
                Some(Err(_)) => faults.push(Fault::at(pointer(name), "invalid_utf8", "This is not UTF-8.")),
                None => faults.push(Fault::at(pointer(name), "invalid_base64", "This is not base64.")),
            }
        }
        (texts, faults)
    }

    /// Adds the progress of an upload to the response headers.
    pub(crate) fn with_progress(&self, mut response: HttpResponse, progress: &Progress) -> HttpResponse {
        let ends = Duration::from_millis(u64::try_from(progress.expires_at.millis()).unwrap_or_default());
        let api = &self.app.config.links.api_url;
        let mut say = |name: &'static str, text: String| {
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        };
        say("upload-length", progress.length.to_string());
        say("upload-offset", progress.offset.to_string());
        say("upload-expires", HttpDate::from(UNIX_EPOCH + ends).to_string());
        if let Some(image) = &progress.image {
            say("upload-image", format!("{api}/api/v1{image}"));
        }
        response
    }
}

/// Adds the protocol's version to every response of the uploads and, for `OPTIONS`, the supported extensions.
pub(super) fn add_headers(template: &str, asks: bool, headers: &mut HeaderMap) {
    if !template.starts_with(PLACE) {
        return;
    }
    headers.insert(HeaderName::from_static("tus-resumable"), HeaderValue::from_static(VERSION));
    if asks {
        headers.insert(HeaderName::from_static("tus-version"), HeaderValue::from_static(VERSION));
        headers.insert(HeaderName::from_static("tus-extension"), HeaderValue::from_static(EXTENSIONS));
        headers.insert(HeaderName::from_static("tus-max-size"), HeaderValue::from(MAX_FILE_SIZE));
    }
}
