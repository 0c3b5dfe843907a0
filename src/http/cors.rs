//! Cross-origin requests (the Fetch standard): nobody, until origins are configured.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Cors;

const EXPOSED: &str = "ETag, Link, Location, Retry-After, X-Request-Id, Idempotency-Replayed, \
    Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Expires, Upload-Image";
const ALLOWED: &str = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Edit-Token, X-Request-Id, \
    Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset";

/// Adds what a browser must see to let a page read the answer; `methods` where it asks before it calls.
pub(super) fn allow(cors: &Cors, origin: Option<&str>, headers: &mut HeaderMap, methods: Option<&str>) {
    let allowed = match cors {
        Cors::Any => Some("*"),
        Cors::Origins(origins) if origins.is_empty() => return,
        Cors::Origins(origins) => {
            headers.append(HeaderName::from_static("vary"), HeaderValue::from_static("Origin"));
            origin.filter(|origin| origins.iter().any(|one| one == origin))
        }
    };
    let Some(allowed) = allowed.and_then(|text| HeaderValue::from_str(text).ok()) else { return };
    headers.insert(HeaderName::from_static("access-control-allow-origin"), allowed);
    headers.insert(HeaderName::from_static("access-control-expose-headers"), HeaderValue::from_static(EXPOSED));
    if let Some(methods) = methods.and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(HeaderName::from_static("access-control-allow-methods"), methods);
        headers.insert(HeaderName::from_static("access-control-allow-headers"), HeaderValue::from_static(ALLOWED));
        headers.insert(HeaderName::from_static("access-control-max-age"), HeaderValue::from_static("600"));
    }
}
