//! Reads a JSON body: the right media type, within the bound and the deadline. What it says is parsed later.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::media_type::{essence, has_foreign_charset};
use super::request::app_of;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::input::Input;

/// How many bytes a JSON body may have.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// A JSON body, not yet parsed.
pub(crate) struct Body(pub(crate) Input);

impl FromRequest for Body {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = app_of(request).and_then(|app| {
            check_head(request)?;
            Ok((app, request.method() == Method::PATCH))
        });
        let payload = payload.take();
        Box::pin(async move {
            let (app, patch) = checked?;
            let bytes = collect(&app, payload, LARGEST).await?;
            Ok(Self(Input::new(bytes, patch, app.checker.clone())))
        })
    }
}

fn check_head(request: &HttpRequest) -> Result<()> {
    let essence = essence(request);
    let patch = request.method() == Method::PATCH;
    let fits = essence == "application/json" || (patch && essence == "application/merge-patch+json");
    if !fits {
        let detail = if patch { "Send application/merge-patch+json or application/json." } else { "Send application/json." };
        return Err(Error::new(Code::UnsupportedMediaType, detail).header("Accept", "application/json"));
    }
    if has_foreign_charset(request) {
        return Err(Error::new(Code::UnsupportedMediaType, "JSON is UTF-8.").header("Accept", "application/json"));
    }
    if announced(request) > LARGEST {
        return Err(Error::new(Code::TooLarge, "A JSON body may have 1 MiB.").with("max", LARGEST));
    }
    Ok(())
}

/// The length that the client announced.
pub(super) fn announced(request: &HttpRequest) -> usize {
    let header = request.headers().get("content-length");
    header.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()).unwrap_or(0)
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
