//! Reads `multipart/form-data` (RFC 7578): texts into memory, one file to the disk, with limits checked while reading.

use std::fs::File;
use std::future::{Ready, ready};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::head::BodyKind;
use crate::app::App;
use crate::error::{Code, Error, Fault, Result};

/// The maximum size of the file of a form, in bytes.
pub(crate) const MAX_FILE_SIZE: usize = 20 * 1024 * 1024;
/// The maximum size of the whole form, in bytes.
const MAX_FORM_SIZE: usize = MAX_FILE_SIZE + 1024 * 1024;
/// The maximum size of one text of a form, in bytes.
const MAX_TEXT_SIZE: usize = 64 * 1024;
/// The maximum number of parts of a form.
const MAX_PARTS: usize = 100;
/// The maximum length of a file name, in characters.
const MAX_NAME_LENGTH: usize = 200;

/// The media type and the size that a form with a file may have.
const FORM: BodyKind = BodyKind { types: &["multipart/form-data"], largest: MAX_FORM_SIZE, too_large };

/// A form that has not been read yet, so that callers without permission cost nothing.
pub(crate) struct Upload {
    headers: HeaderMap,
    payload: Payload,
}

/// The parts that a form can have.
pub(crate) struct FormParts {
    /// The name of the part with the file.
    pub(crate) file: &'static str,
    /// The names of the text parts.
    pub(crate) texts: &'static [&'static str],
}

/// A received form.
#[derive(Default)]
pub(crate) struct ReceivedForm {
    /// The texts by name; the text of the file's part is the file name.
    pub(crate) texts: Map<String, Value>,
    /// The file, which has no name on the disk and is deleted when it is closed.
    pub(crate) file: Option<File>,
    /// The validation errors of the form itself.
    pub(crate) faults: Vec<Fault>,
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(FORM.admit(request).map(|()| Self { headers: request.headers().clone(), payload: payload.take() }))
    }
}

impl Upload {
    /// Reads the form within the deadline; the file is written to a temporary file.
    pub(crate) async fn receive(self, app: &App, parts: &'static FormParts) -> Result<ReceivedForm> {
        tokio::time::timeout(app.config.server.request_deadline, self.read(app, parts))
            .await
            .map_err(|_| Error::new(Code::RequestTimeout, "The form did not arrive in time."))?
    }

    async fn read(self, app: &App, known: &'static FormParts) -> Result<ReceivedForm> {
        let mut total = 0;
        let counted = self.payload.map(move |chunk| {
            let chunk = chunk?;
            total += chunk.len();
            if total > MAX_FORM_SIZE { Err(PayloadError::Overflow) } else { Ok(chunk) }
        });
        let mut parts = Multipart::new(&self.headers, counted);
        let mut form = ReceivedForm::default();
        let mut seen = Vec::new();
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(refused)?;
            let name = part.name().unwrap_or_default().to_owned();
            if seen.len() == MAX_PARTS {
                return Err(Error::new(Code::MalformedBody, format!("A form may have at most {MAX_PARTS} parts.")));
            }
            if seen.contains(&name) {
                form.faults.push(Fault::at(pointer(&name), "stands_twice", format!("{name:?} occurs twice.")));
                skip(&mut part).await?;
            } else if name == known.file {
                let given = file_name(&part);
                form.faults.extend(name_fault(&name, &given));
                form.texts.insert(name.clone(), given.into());
                form.file = Some(save(app, &mut part).await?);
            } else if is_file(&part) && !known.texts.contains(&name.as_str()) {
                form.faults.push(Fault::at(
                    pointer(&name),
                    "unknown_member",
                    format!("The part with the file must be named {:?}.", known.file),
                ));
                skip(&mut part).await?;
            } else {
                form.keep_text(&name, &mut part).await?;
            }
            seen.push(name);
        }
        Ok(form)
    }
}

impl ReceivedForm {
    async fn keep_text(&mut self, name: &str, part: &mut Field) -> Result<()> {
        let Ok(bytes) = part.bytes(MAX_TEXT_SIZE).await else {
            self.faults.push(
                Fault::at(pointer(name), "too_long", format!("A text field of a form must be at most {MAX_TEXT_SIZE} bytes."))
                    .bound("max", MAX_TEXT_SIZE),
            );
            return Ok(());
        };
        match String::from_utf8(bytes.map_err(refused)?.into()) {
            Ok(text) => {
                self.texts.insert(name.to_owned(), text.into());
            }
            Err(_) => self.faults.push(Fault::at(pointer(name), "invalid_utf8", "This is not UTF-8.")),
        }
        Ok(())
    }
}

/// Returns whether the client declares a part as a file.
fn is_file(part: &Field) -> bool {
    part.content_disposition().is_some_and(|disposition| disposition.get_filename_ext().is_some() || disposition.get_filename().is_some())
}

async fn save(app: &App, part: &mut Field) -> Result<File> {
    let mut file = tokio::fs::File::from_std(app.storage.temporary_file()?);
    let mut bytes = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(refused)?;
        bytes += chunk.len();
        if bytes > MAX_FILE_SIZE {
            return Err(too_large());
        }
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    file.rewind().await?;
    Ok(file.into_std().await)
}

async fn skip(part: &mut Field) -> Result<()> {
    while let Some(chunk) = part.next().await {
        chunk.map_err(refused)?;
    }
    Ok(())
}

/// Returns the last segment of the file name that the client sent.
fn file_name(part: &Field) -> String {
    let given = part.content_disposition().and_then(|disposition| {
        let extended = disposition.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
        extended.or_else(|| disposition.get_filename().map(str::to_owned))
    });
    plain_name(&given.unwrap_or_default())
}

/// Returns the last segment of a path.
pub(super) fn plain_name(given: &str) -> String {
    given.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// Returns the validation error of a file name that is too long or not on one line.
pub(super) fn name_fault(part: &str, given: &str) -> Option<Fault> {
    if given.chars().count() > MAX_NAME_LENGTH {
        let detail = format!("A file name must have at most {MAX_NAME_LENGTH} characters.");
        return Some(Fault::at(pointer(part), "too_long", detail).bound("max", MAX_NAME_LENGTH));
    }
    let is_line = !given.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    (!is_line).then(|| Fault::at(pointer(part), "control_character", "A file name must be one line without control characters."))
}

pub(super) fn pointer(name: &str) -> String {
    format!("/{}", crate::input::escape(name))
}

pub(super) fn too_large() -> Error {
    Error::new(Code::TooLarge, "A file must be at most 20 MiB.").with("max", MAX_FILE_SIZE)
}

fn refused(error: MultipartError) -> Error {
    match error {
        MultipartError::Payload(PayloadError::Overflow) => too_large(),
        other => Error::new(Code::MalformedBody, "The form is incomplete or malformed.").caused_by(&other.to_string()),
    }
}
