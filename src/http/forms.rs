//! Bodies other than JSON: CSV files, and the forms that mail programs post.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::{Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::body::{MAX_JSON_BODY, collect, described, parsed};
use super::head::{BodyKind, essence};
use super::request::{Request, app_of};
use super::upload::pointer;
use crate::error::{Code, Error, Fault, Result};
use crate::input::Input;

/// The accepted kind of a CSV body.
const SHEET: BodyKind = BodyKind { types: &["text/csv"], largest: MAX_JSON_BODY, too_large };

/// The accepted kinds of a one-click body: JSON from the site's page, or either form of RFC 8058 from a mail program.
const ONE_CLICK: BodyKind = BodyKind { types: &["application/json", MULTIPART, URL_ENCODED], largest: MAX_JSON_BODY, too_large };
const MULTIPART: &str = "multipart/form-data";
const URL_ENCODED: &str = "application/x-www-form-urlencoded";
/// The maximum size of one field of a one-click form, in bytes.
const MAX_FIELD_BYTES: usize = 1024;
/// The maximum number of fields of a one-click form.
const MAX_FIELDS: usize = 20;

/// A CSV body (RFC 4180), not yet parsed.
pub(crate) struct Sheet(pub(crate) Bytes);

impl FromRequest for Sheet {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = app_of(request).and_then(|app| SHEET.admit(request).map(|()| app));
        let payload = payload.take();
        Box::pin(async move { Ok(Self(collect(&checked?, payload, MAX_JSON_BODY).await?)) })
    }
}

/// JSON, or the form that mail programs post for a one-click unsubscription (RFC 8058).
pub(crate) enum OneClick {
    /// A JSON body.
    Json(Input),
    /// The fields of the form.
    Form(Vec<(String, String)>),
}

impl FromRequest for OneClick {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = app_of(request).and_then(|app| ONE_CLICK.admit(request).map(|()| app));
        let kind = essence(request);
        let headers = request.headers().clone();
        let of = described(request);
        let payload = payload.take();
        Box::pin(async move {
            let app = checked?;
            let bytes = collect(&app, payload, MAX_JSON_BODY).await?;
            match kind.as_str() {
                MULTIPART => Ok(Self::Form(parts(&headers, bytes).await?)),
                URL_ENCODED => Ok(Self::Form(pairs(&bytes)?)),
                _ => Ok(Self::Json(parsed(&app, bytes, of).await?)),
            }
        })
    }
}

/// Parses the fields of a URL-encoded form.
fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let fields: Vec<_> = url::form_urlencoded::parse(bytes).into_owned().take(MAX_FIELDS + 1).collect();
    if fields.len() > MAX_FIELDS { Err(too_many_fields()) } else { Ok(fields) }
}

/// Parses the fields of a multipart form (RFC 7578).
async fn parts(headers: &HeaderMap, bytes: Bytes) -> Result<Vec<(String, String)>> {
    let broken = |error: MultipartError| Error::new(Code::MalformedBody, "The form is malformed.").caused_by(&error.to_string());
    let mut parts = Multipart::new(headers, stream::iter([Ok::<_, PayloadError>(bytes)]));
    let mut fields = Vec::new();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.bytes(MAX_FIELD_BYTES).await.map_err(|_| too_large())?.map_err(broken)?;
        if fields.len() == MAX_FIELDS {
            return Err(too_many_fields());
        }
        fields.push((name, String::from_utf8_lossy(&value).into_owned()));
    }
    Ok(fields)
}

impl OneClick {
    /// Returns the token of an email: a member of the JSON body, or the query parameter if the body is a form.
    pub(crate) fn token(self, request: &Request, of_json: impl FnOnce(Input) -> Result<String>) -> Result<String> {
        let mut query = request.query();
        match self {
            Self::Json(input) => {
                query.finish()?;
                of_json(input)
            }
            Self::Form(fields) => {
                let token = query.text("token");
                query.finish()?;
                if !fields.iter().any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click") {
                    let detail = "The form must contain List-Unsubscribe=One-Click (RFC 8058).";
                    return Err(Error::invalid(vec![Fault::at("/List-Unsubscribe", "required", detail)]));
                }
                let unknown = fields.iter().filter(|(name, _)| name != "List-Unsubscribe");
                let unknown: Vec<Fault> = unknown.map(|(name, _)| unknown_field(name)).collect();
                if !unknown.is_empty() {
                    return Err(Error::invalid(unknown));
                }
                Ok(token.unwrap_or_default())
            }
        }
    }
}

fn unknown_field(name: &str) -> Fault {
    let detail = format!("{name:?} is not known here. The only field of the form is List-Unsubscribe=One-Click.");
    Fault::at(pointer(name), "unknown_member", detail)
}

fn too_many_fields() -> Error {
    Error::new(Code::MalformedBody, format!("This form may have at most {MAX_FIELDS} fields."))
}

fn too_large() -> Error {
    Error::new(Code::TooLarge, "The request body must be at most 1 MiB.").with("max", MAX_JSON_BODY)
}
