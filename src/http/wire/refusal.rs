//! Problem documents for clients whose bytes never became a request.

use std::fmt::Write as _;

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;

use crate::app::App;
use crate::error::{Code, Error};
use crate::http::middleware::request_id;

/// Returns the full response that replaces a bare error response of the framework; `None` if `answer` is not such a response.
pub(super) fn in_place_of(app: &App, answer: &[u8]) -> Option<Vec<u8>> {
    let status = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    let status = StatusCode::from_bytes(status.get(..3)?).ok()?;
    let error = match status.as_u16() {
        400 => Error::new(Code::MalformedRequest, "The request line, a header or the framing of the body violates RFC 9112."),
        431 => Error::new(Code::HeadersTooLarge, "The request line and the headers must be at most 128 KiB together."),
        500.. => Error::internal("the framework responded by itself"),
        _ => return None,
    };
    Some(serialize_error(app, &error))
}

/// Returns the response for a client whose request head does not arrive in time.
pub(super) fn too_slow(app: &App) -> Vec<u8> {
    serialize_error(app, &Error::new(Code::RequestTimeout, "The head of the request did not arrive in time."))
}

/// Serializes an error as a full response that ends its connection.
fn serialize_error(app: &App, error: &Error) -> Vec<u8> {
    let id = request_id(&HeaderMap::new());
    let (response, body) = error.response("/", &id).into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let status = response.status();
    let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or_default());
    for (name, value) in response.headers() {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let (length, date) = (body.len(), app.now().http_date());
    let _ = write!(
        head,
        "content-length: {length}\r\nconnection: close\r\ndate: {date}\r\nx-request-id: {id}\r\nx-content-type-options: nosniff\r\n\
         referrer-policy: no-referrer\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n"
    );
    app.metrics.answered("other", "unknown", status.as_u16(), std::time::Duration::ZERO);
    let (status, code) = (status.as_u16(), error.code().as_str());
    tracing::info!(request_id = id, status, code, "responded to a request that reached no handler");
    [head.as_bytes(), &body].concat()
}
