//! Reads a JSON body: checks its media type, size and deadline. Its members are validated later.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::head::{BodyKind, content_length};
use super::middleware::Template;
use super::request::app_of;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::input::{BodyOf, Input, MAX_AT_ONCE};

/// The maximum size of a JSON body, in bytes.
pub(crate) const MAX_JSON_BODY: usize = 1024 * 1024;

/// A JSON body. Validation errors are reported only when the operation reads the body.
pub(crate) struct Body(pub(crate) Input);

impl FromRequest for Body {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admitted = app_of(request).and_then(|app| {
            kind(request.method()).admit(request)?;
            Ok((app, described(request)))
        });
        let payload = payload.take();
        Box::pin(async move {
            let (app, of) = admitted?;
            let bytes = collect(&app, payload, MAX_JSON_BODY).await?;
            parsed(&app, bytes, of).await.map(Self)
        })
    }
}

/// Parses a JSON body; a large one is parsed on a blocking thread.
pub(super) async fn parsed(app: &App, bytes: Bytes, of: BodyOf) -> Result<Input> {
    let checker = app.checker.clone();
    if bytes.len() <= MAX_AT_ONCE {
        return Ok(Input::read(bytes, &of, checker));
    }
    let read = tokio::task::spawn_blocking(move || Input::read(bytes, &of, checker)).await;
    read.map_err(|error| Error::internal(&error.to_string()))
}

/// A JSON body in which every member is optional: a request without a body counts as `{}`.
pub(crate) struct OptionalBody(pub(crate) Input);

impl FromRequest for OptionalBody {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let has_body = headers.contains_key("content-type") || headers.contains_key("transfer-encoding") || content_length(request) > 0;
        if has_body {
            let body = Body::from_request(request, payload);
            return Box::pin(async move { body.await.map(|body| Self(body.0)) });
        }
        let app = app_of(request);
        Box::pin(async move { Ok(Self(Input::of(Value::Object(Map::new()), app?.checker.clone()))) })
    }
}

/// Describes a body before it is read.
pub(super) fn described(request: &HttpRequest) -> BodyOf {
    let template = request.extensions().get::<Template>().map_or("", |template| template.0);
    BodyOf { method: request.method().as_str().to_ascii_lowercase(), template, patch: request.method() == Method::PATCH }
}

/// Returns the accepted media types of a JSON body; a `PATCH` may also use that of a merge patch (RFC 7396).
pub(super) fn kind(method: &Method) -> BodyKind {
    let types: &[&str] =
        if method == Method::PATCH { &["application/merge-patch+json", "application/json"] } else { &["application/json"] };
    BodyKind {
        types,
        largest: MAX_JSON_BODY,
        too_large: || Error::new(Code::TooLarge, "A JSON body must be at most 1 MiB.").with("max", MAX_JSON_BODY),
    }
}

/// Returns the error for a body of more than `largest` bytes.
pub(super) fn too_large(largest: usize) -> Error {
    Error::new(Code::TooLarge, format!("The request body must be at most {largest} bytes.")).with("max", largest)
}

/// Collects a body within its maximum size and its deadline.
pub(super) async fn collect(app: &App, mut payload: Payload, largest: usize) -> Result<Bytes> {
    let read = async {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk
                .map_err(|error| Error::new(Code::MalformedBody, "The request body ended too early.").caused_by(&error.to_string()))?;
            if bytes.len() + chunk.len() > largest {
                return Err(too_large(largest));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    tokio::time::timeout(app.config.server.request_deadline, read)
        .await
        .map_err(|_| Error::new(Code::RequestTimeout, "The request body did not arrive in time."))?
}
