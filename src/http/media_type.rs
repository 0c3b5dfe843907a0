//! Media types of requests (RFC 9110, section 8.3).

use actix_web::HttpRequest;

/// The type and subtype of a body, in lower case, without parameters; empty where there is none.
pub(super) fn essence(request: &HttpRequest) -> String {
    let header = request.headers().get("content-type");
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
