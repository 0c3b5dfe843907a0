//! Answers: bytes, entity tag, cache rules; `304` where the client has them already.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LINK, LOCATION};
use serde::Serialize;
use serde_json::Value;

use super::cache::GoodUntil;
use super::conditional::version_tag;
use super::pages::{link_header, page_value};
use super::request::Request;
use crate::db::{PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};

const PUBLIC: &str = "public, max-age=0, must-revalidate";
const PRIVATE: &str = "private, no-store";

/// The cache tags of an answer, every resource that it was made of; and until when it holds, where time alone changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    names: Vec<String>,
    until: Option<Timestamp>,
}

impl Tags {
    /// Names a resource.
    pub(crate) fn add(&mut self, kind: &str, id: impl std::fmt::Display) {
        let tag = format!("{kind}:{id}");
        if !self.names.contains(&tag) {
            self.names.push(tag);
        }
    }

    /// Says that the answer will be another from some time on, the earliest of all that are named.
    pub(crate) fn hold_until(&mut self, time: Timestamp) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }

    /// These kinds as wholes.
    pub(crate) fn of(kinds: &[&str]) -> Self {
        Self { names: kinds.iter().map(|&kind| kind.to_owned()).collect(), until: None }
    }
}

/// A public view: the same for everybody, with a strong entity tag of its bytes.
pub(crate) fn public<T: Serialize>(request: &Request, view: &T, tags: &Tags) -> Result<HttpResponse> {
    Ok(finish_public(request, bytes(view)?, tags, None))
}

/// A page of public views.
pub(crate) fn public_page<V: Serialize>(request: &Request, query: &PageQuery, page: &PageOf<V>, tags: &Tags) -> Result<HttpResponse> {
    let link = link_header(request, query, page);
    Ok(finish_public(request, bytes(&page_value(request, query, page)?)?, tags, Some(&link)))
}

fn finish_public(request: &Request, body: Vec<u8>, tags: &Tags, link: Option<&str>) -> HttpResponse {
    let tag = format!("\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(&body));
    let matched = request.header("if-none-match").is_some_and(|sent| matches_tag(sent, &tag));
    let mut response = HttpResponse::build(if matched { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, PUBLIC)).insert_header(("Cache-Tag", tags.names.join(",")));
    if let Some(until) = tags.until {
        response.extensions_mut().insert(GoodUntil(until));
    }
    if let Some(link) = link.filter(|link| !link.is_empty()) {
        response.insert_header((LINK, link));
    }
    if matched {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json")).body(body)
}

/// An editor view, whose entity tag is its version; never `304`, since what it embeds changes without it.
pub(crate) fn editor<T: Serialize>(view: &T, version: i32) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, version_tag(version)))
        .insert_header((CACHE_CONTROL, PRIVATE))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(bytes(view)?))
}

/// A page of what only staff may see.
pub(crate) fn editor_page<V: Serialize>(request: &Request, query: &PageQuery, page: &PageOf<V>) -> Result<HttpResponse> {
    let link = link_header(request, query, page);
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, PRIVATE)).insert_header((CONTENT_TYPE, "application/json"));
    if !link.is_empty() {
        response.insert_header((LINK, link));
    }
    Ok(response.body(bytes(&page_value(request, query, page)?)?))
}

/// What was created, and where it is.
pub(crate) fn created<T: Serialize>(request: &Request, path: &str, view: &T, version: i32) -> Result<HttpResponse> {
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("{}/api/v1{path}", request.app.config.links.api_url)))
        .insert_header((ETAG, version_tag(version)))
        .insert_header((CACHE_CONTROL, PRIVATE))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(bytes(view)?))
}

/// A permanent redirect within the API.
pub(crate) fn moved<T: Serialize>(request: &Request, path: &str, view: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("{}/api/v1{path}", request.app.config.links.api_url)))
        .insert_header((CACHE_CONTROL, PUBLIC))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(bytes(view)?))
}

/// An answer that belongs to its caller and has no version.
pub(crate) fn private<T: Serialize>(status: u16, view: &T) -> Result<HttpResponse> {
    let status = StatusCode::from_u16(status).map_err(|error| Error::internal(&error.to_string()))?;
    Ok(HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, PRIVATE))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(bytes(view)?))
}

/// A table of comma-separated values to be saved as a file, for its caller alone.
pub(crate) fn sheet(file_name: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")))
        .insert_header((CACHE_CONTROL, PRIVATE))
        .body(body)
}

/// Public text or JSON without versions or tags: health, documents.
pub(crate) fn plain(content_type: &str, cache_control: &str, body: impl Into<bytes::Bytes>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, content_type)).insert_header((CACHE_CONTROL, cache_control)).body(body.into())
}

/// Done, with nothing to say.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().insert_header((CACHE_CONTROL, PRIVATE)).finish()
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110 section 13.1.2).
pub(crate) fn matches_tag(sent: &str, tag: &str) -> bool {
    sent.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

fn bytes<T: Serialize>(view: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(view).map_err(|error| Error::internal(&error.to_string()))
}

/// Keeps only the members that `fields=` names.
pub(super) fn sparse(view: Value, fields: &[String]) -> Value {
    match view {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(name, _)| fields.iter().any(|field| field == name)).collect()),
        other => other,
    }
}
