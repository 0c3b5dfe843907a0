//! Responds with a stored, immutable file: entity tag, `304`, and single ranges (RFC 9110, sections 13 and 14).

use std::ops::Range;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, VARY};

use super::cache_control;
use super::entity_tag;
use super::request::Request;
use crate::error::{Code, Error, Result};

/// With this policy, a file that a browser shows as a document cannot run scripts.
const POLICY: &str = "default-src 'none'; sandbox";

/// The schema of a file's bytes in the OpenAPI document.
pub(crate) struct FileContent;

impl utoipa::PartialSchema for FileContent {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::Type(utoipa::openapi::Type::String))
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary)))
            .description(Some("The bytes of the file."))
            .into()
    }
}
impl utoipa::ToSchema for FileContent {}

/// The time for which a response may be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// A year: the URL always returns this file.
    ForEver,
    /// A minute: the URL may soon return another file.
    AMinute,
}

/// A stored file to respond with.
pub(crate) struct StoredFile<'a> {
    /// The file's name in the store.
    pub(crate) name: &'a str,
    /// The entity tag without its quotation marks: an identifier of the content, such as its hash.
    pub(crate) tag: &'a str,
    /// The media type.
    pub(crate) mime: &'static str,
    /// The size in bytes, if already known.
    pub(crate) size: Option<u64>,
    /// The time for which the response may be cached.
    pub(crate) keeping: Keeping,
    /// The request header by which the file was chosen, for `Vary`.
    pub(crate) vary: Option<&'static str>,
}

/// Streams a stored file, or the requested range of it.
pub(crate) async fn stored_file(request: &Request, file: &StoredFile<'_>) -> Result<HttpResponse> {
    let storage = &request.app.storage;
    let size = match file.size {
        Some(size) => size,
        None => storage.size(file.name).await?.ok_or_else(Error::not_found)?,
    };
    let tag = entity_tag::of_file(file.tag);
    if request.header("if-none-match").is_some_and(|sent| entity_tag::matches(sent, &tag)) {
        return Ok(head(StatusCode::NOT_MODIFIED, &tag, file).finish());
    }
    let wanted = request.header("range").filter(|_| request.header("if-range").is_none_or(|validator| validator == tag));
    let range = wanted.map(|text| parse(text, size)).transpose()?.flatten();
    let mut response = head(if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK }, &tag, file);
    response.insert_header((CONTENT_TYPE, file.mime)).insert_header((ACCEPT_RANGES, "bytes"));
    if let Some(range) = &range {
        response.insert_header((CONTENT_RANGE, format!("bytes {}-{}/{size}", range.start, range.end - 1)));
    }
    let range = range.unwrap_or(0..size);
    let length = range.end - range.start;
    Ok(response.body(SizedStream::new(length, storage.stream(file.name, range).await?)))
}

fn head(status: StatusCode, tag: &str, file: &StoredFile<'_>) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    let keeping = match file.keeping {
        Keeping::ForEver => cache_control::IMMUTABLE,
        Keeping::AMinute => cache_control::ONE_MINUTE,
    };
    if let Some(name) = file.vary {
        response.append_header((VARY, name));
    }
    response
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, keeping))
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    response
}

/// Parses `Range`; returns `None` if the whole file is to be sent (other units, or several ranges).
fn parse(text: &str, size: u64) -> Result<Option<Range<u64>>> {
    let Some(spec) = text.trim().strip_prefix("bytes=") else { return Ok(None) };
    if spec.contains(',') {
        return Ok(None);
    }
    let refused =
        || Error::new(Code::RangeNotSatisfiable, format!("The file has {size} bytes.")).header("Content-Range", &format!("bytes */{size}"));
    let (first, last) = spec.trim().split_once('-').ok_or_else(refused)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    let range = match (first, last) {
        ("", "") => return Err(refused()),
        ("", suffix) => size.saturating_sub(digits(suffix).ok_or_else(refused)?)..size,
        (first, "") => digits(first).ok_or_else(refused)?..size,
        (first, last) => {
            let (first, last) = (digits(first).ok_or_else(refused)?, digits(last).ok_or_else(refused)?);
            if last < first {
                return Err(refused());
            }
            first..last.saturating_add(1).min(size)
        }
    };
    if range.start < range.end { Ok(Some(range)) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let range = |text: &str| parse(text, 100).ok().flatten();
        assert_eq!(range("bytes=0-0"), Some(0..1));
        assert_eq!(range("bytes=10-"), Some(10..100));
        assert_eq!(range("bytes=-10"), Some(90..100));
        assert_eq!(range("bytes=-1000"), Some(0..100));
        assert_eq!(range("bytes=90-1000"), Some(90..100));
        assert_eq!(range("bytes=0-18446744073709551615"), Some(0..100));
    }

    #[test]
    fn what_is_no_single_byte_range_is_passed_over() {
        for text in ["items=0-1", "bytes=0-1,5-6", ""] {
            assert!(matches!(parse(text, 100), Ok(None)), "{text}");
        }
    }

    #[test]
    fn impossible_ranges_are_refused() {
        for text in ["bytes=100-", "bytes=5-2", "bytes=-0", "bytes=-", "bytes=a-b", "bytes=1", "bytes=+1-2", "bytes= "] {
            assert!(parse(text, 100).is_err(), "{text}");
        }
        assert!(parse("bytes=0-", 0).is_err());
    }
}
