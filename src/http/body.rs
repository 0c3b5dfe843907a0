//! Reads a JSON body: the right media type, within the bound and the deadline. What it says is parsed later.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::front::Template;
use super::head::{Kind, announced};
use super::request::app_of;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::input::{BodyOf, Input, MAX_AT_ONCE};

/// How many bytes a JSON body may have.
pub(crate) const MAX_JSON_BODY: usize = 1024 * 1024;

/// A JSON body, whose faults are told when it is taken.
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
            let checker = app.checker.clone();
            // What is large is parsed away from the async threads.
            if bytes.len() <= MAX_AT_ONCE {
                return Ok(Self(Input::read(bytes, &of, checker)));
            }
            let read = tokio::task::spawn_blocking(move || Input::read(bytes, &of, checker)).await;
            read.map(Self).map_err(|error| Error::internal(&error.to_string()))
        })
    }
}

/// A JSON body whose members can all be left out: a request without a body sends `{}`.
pub(crate) struct OptionalBody(pub(crate) Input);

impl FromRequest for OptionalBody {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let has_body = headers.contains_key("content-type") || headers.contains_key("transfer-encoding") || announced(request) > 0;
        if has_body {
            let body = Body::from_request(request, payload);
            return Box::pin(async move { body.await.map(|body| Self(body.0)) });
        }
        let app = app_of(request);
        Box::pin(async move { Ok(Self(Input::of(Value::Object(Map::new()), app?.checker.clone()))) })
    }
}

/// What is known of a body before it is read.
pub(super) fn described(request: &HttpRequest) -> BodyOf {
    let template = request.extensions().get::<Template>().map_or("", |template| template.0);
    BodyOf { method: request.method().as_str().to_ascii_lowercase(), template, patch: request.method() == Method::PATCH }
}

/// What a body with JSON is: that of a `PATCH` may be called what it is, a merge patch (RFC 7396).
fn kind(method: &Method) -> Kind {
    let types: &[&str] =
        if method == Method::PATCH { &["application/merge-patch+json", "application/json"] } else { &["application/json"] };
    Kind {
        types,
        largest: MAX_JSON_BODY,
        too_large: || Error::new(Code::TooLarge, "A JSON body may have 1 MiB.").with("max", MAX_JSON_BODY),
    }
}

/// Collects a body within its bound and the deadline.
pub(super) async fn collect(app: &App, mut payload: Payload, largest: usize) -> Result<Bytes> {
    let read = async {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| Error::new(Code::MalformedBody, "The body broke off.").caused_by(&error.to_string()))?;
            if bytes.len() + chunk.len() > largest {
                return Err(Error::new(Code::TooLarge, format!("The body may have {largest} bytes.")).with("max", largest));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    tokio::time::timeout(app.config.server.request_deadline, read)
        .await
        .map_err(|_| Error::new(Code::RequestTimeout, "The body did not arrive in time."))?
}
