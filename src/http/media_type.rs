//! Media types of requests (RFC 9110, section 8.3).

use actix_web::HttpRequest;

/// The type and subtype of a body, in lower case, without parameters; empty where there is none.
pub(super) fn essence(request: &HttpRequest) -> String {
    let header = request.headers().get("content-type");
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a body is text in an encoding other than UTF-8, which JSON is always in (RFC 8259, section 8.1).
pub(super) fn has_foreign_charset(request: &HttpRequest) -> bool {
    let header = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parameters = header.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.any(|(_, value)| !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}
