//! Content codings of private responses. (Public responses are compressed once and cached: see `cache`.)
//!
//! A proxy that compresses a response must weaken its entity tag, and a weak tag does not match in `If-Match` (RFC 9110, section
//! 13.1.1). Therefore private responses are compressed here: each coding has its own strong tag (section 8.8.3.3), which `If-Match`
//! accepts.

use actix_http::Response;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY};
use bytes::Bytes;

use super::cache::Coding;
use super::entity_tag;

/// Bodies up to this size, in bytes, are compressed in place; larger ones on a blocking thread.
const MAX_AT_ONCE: usize = 16 * 1024;

/// Compresses a private response in the coding that the client prefers, if that makes it shorter.
pub(super) async fn compressed(answer: Response<BoxBody>, coding: Coding) -> Response<BoxBody> {
    if !is_private(answer.headers()) {
        return answer;
    }
    let (mut answer, body) = answer.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(body) => return answer.set_body(body),
    };
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| Coding::is_worth_it(kind, body.len())) {
        return answer.set_body(BoxBody::new(body));
    }
    answer.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    match encoded(&body, coding).await.zip(coding.name()) {
        Some((encoded, name)) => {
            say_so(answer.headers_mut(), name);
            answer.set_body(BoxBody::new(encoded))
        }
        None => answer.set_body(BoxBody::new(body)),
    }
}

fn is_private(headers: &HeaderMap) -> bool {
    let rules = headers.get(CACHE_CONTROL).map(HeaderValue::as_bytes);
    rules.is_some_and(|rules| rules.starts_with(b"private")) && !headers.contains_key(CONTENT_ENCODING)
}

async fn encoded(body: &Bytes, coding: Coding) -> Option<Bytes> {
    if coding == Coding::Identity || body.len() <= MAX_AT_ONCE {
        return coding.code(body);
    }
    let body = body.clone();
    tokio::task::spawn_blocking(move || coding.code(&body)).await.ok().flatten()
}

fn say_so(headers: &mut HeaderMap, name: &'static str) {
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok()).and_then(|tag| entity_tag::in_coding(tag, name));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        headers.insert(ETAG, tag);
    }
}
