//! The request headers that describe the body, and the bodies that are accepted (RFC 9110, section 8).

use actix_web::HttpRequest;

use crate::error::{Code, Error, Result};

/// A kind of body that an operation accepts.
pub(super) struct BodyKind {
    /// The media types, the usual one first.
    pub(super) types: &'static [&'static str],
    /// The maximum size, in bytes.
    pub(super) largest: usize,
    /// The error for a body that is too large.
    pub(super) too_large: fn() -> Error,
}

impl BodyKind {
    /// Refuses a body of another kind, judged by the request's headers.
    pub(super) fn admit(&self, request: &HttpRequest) -> Result<()> {
        if !self.types.contains(&essence(request).as_str()) {
            return Err(self.unsupported(format!("Send {}.", self.types.join(" or "))));
        }
        if has_foreign_charset(request) {
            return Err(self.unsupported("Send the body in UTF-8.".to_owned()));
        }
        refuse_coding(request)?;
        if content_length(request) > self.largest { Err((self.too_large)()) } else { Ok(()) }
    }

    fn unsupported(&self, detail: String) -> Error {
        Error::new(Code::UnsupportedMediaType, detail).header("Accept", &self.types.join(", "))
    }
}

/// Refuses compressed bodies: a small one could expand to a huge one, and its bytes are not those of the content.
fn refuse_coding(request: &HttpRequest) -> Result<()> {
    let mut codings = request.headers().get_all("content-encoding").filter(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if codings.next().is_none() {
        return Ok(());
    }
    Err(Error::new(Code::UnsupportedMediaType, "Send the body uncompressed, without a Content-Encoding.")
        .header("Accept-Encoding", "identity"))
}

/// Returns the type and subtype of a body in lower case, without parameters; empty if there is no `Content-Type`.
pub(super) fn essence(request: &HttpRequest) -> String {
    let header = request.headers().get("content-type");
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns the value of `Content-Length`, or 0.
pub(super) fn content_length(request: &HttpRequest) -> usize {
    let header = request.headers().get("content-length");
    header.and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Returns whether a body is text in an encoding other than UTF-8; JSON is always UTF-8 (RFC 8259, section 8.1).
fn has_foreign_charset(request: &HttpRequest) -> bool {
    let header = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parameters = header.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.any(|(_, value)| !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}
