//! Responses: body, entity tag and cache headers; `304` if the client already has the representation.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LAST_MODIFIED, LINK, LOCATION, VARY};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use serde::Serialize;

use super::cache::{GoodUntil, MadeOf, cache_tag};
use super::cache_control;
use super::entity_tag;
use super::pages::{Cursors, laid_out, link_header};
use super::request::Request;
use crate::app::App;
use crate::db::{Id, PageOf, PageQuery, Timestamp};
use crate::error::{Error, Result};
use crate::events::{CacheTag, KindTag, Tagged};
use crate::input::Selection;

const JSON: &str = "application/json";
/// The capacity of a thread's serialization buffer that is kept for the next response, in bytes.
const MAX_BUFFER: usize = 512 * 1024;
/// The maximum length of `Cache-Tag`, in bytes: by default, nginx accepts 4 KiB for a whole response head, and Node.js 16 KiB.
const MAX_CACHE_TAG_LENGTH: usize = 2048;
/// The kinds that replace their resources in `Cache-Tag`, one after the other, until the header is short enough. The kind that
/// changes most often is the last.
const WHOLE_FIRST: [&str; 5] = ["image", "tag", "author", "section", "article"];

/// The cache tags of a response (one for every resource that it shows), and its expiry if it changes with time alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    /// The names, without duplicates, separated by commas.
    names: String,
    /// The hashes of the names.
    known: HashSet<u64>,
    until: Option<Timestamp>,
}

impl Tags {
    /// Adds the tag of one resource.
    pub(crate) fn add<T: Tagged>(&mut self, id: Id<T>) {
        self.name(format_args!("{}:{id}", T::KIND));
    }

    /// Adds the tag of the comments of an article.
    pub(crate) fn add_comments_of(&mut self, article: impl std::fmt::Display) {
        self.name(format_args!("{}", CacheTag::comments_of(article).as_str()));
    }

    /// Adds the tag of a whole kind.
    pub(crate) fn add_kind(&mut self, kind: KindTag) {
        self.name(format_args!("{}", kind.as_str()));
    }

    fn name(&mut self, tag: std::fmt::Arguments<'_>) {
        let before = self.names.len();
        if before > 0 {
            self.names.push(',');
        }
        let start = self.names.len();
        // Writing to a string cannot fail.
        let _ = self.names.write_fmt(tag);
        if !self.known.insert(cache_tag(self.names.get(start..).unwrap_or_default())) {
            self.names.truncate(before);
        }
    }

    /// Returns the value of `Cache-Tag`. If the names are too long for a header, a kind (`images`) replaces its resources.
    fn header(&self) -> Cow<'_, str> {
        let mut names = Cow::Borrowed(self.names.as_str());
        for kind in WHOLE_FIRST {
            if names.len() <= MAX_CACHE_TAG_LENGTH {
                break;
            }
            let is_one = |name: &&str| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with(':'));
            let whole = format!("{kind}s");
            let others = names.split(',').filter(|name| !is_one(name) && *name != whole);
            names = Cow::Owned(others.chain([whole.as_str()]).collect::<Vec<_>>().join(","));
        }
        names
    }

    /// Sets the time at which the response changes; the earliest of all given times counts.
    pub(crate) fn hold_until(&mut self, time: Timestamp) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }

    /// Returns the tags of whole kinds.
    pub(crate) fn of(kinds: &[KindTag]) -> Self {
        let mut tags = Self::default();
        for kind in kinds {
            tags.add_kind(*kind);
        }
        tags
    }
}

/// A serialized public view. Large views are serialized on the thread that read them, because memory that one thread allocates and
/// another frees is slow for both.
pub(crate) struct Serialized {
    body: Bytes,
    tags: Tags,
    cursors: Cursors,
}

impl Serialized {
    /// Serializes a view.
    pub(crate) fn of<T: Serialize>(view: &T, tags: Tags) -> Result<Self> {
        Ok(Self { body: bytes(view)?, tags, cursors: Cursors::default() })
    }

    /// Serializes the selected members of a view.
    pub(crate) fn selected<T: Serialize>(selection: &Selection, view: &T, tags: Tags) -> Result<Self> {
        Self::of(&selection.of(view)?, tags)
    }

    /// Serializes a page of views.
    pub(crate) fn page<V: Serialize>(app: &App, query: &PageQuery, page: &PageOf<V>, tags: Tags) -> Result<Self> {
        let (body, cursors) = laid_out(app, query, page)?;
        Ok(Self { body, tags, cursors })
    }
}

/// Responds with a serialized public view: the same bytes for every caller, with a strong entity tag of these bytes.
pub(crate) fn public_written(request: &Request, written: Serialized) -> HttpResponse {
    let Serialized { body, tags, cursors } = written;
    let link = link_header(request, &cursors);
    finish_public(request, Public { body, tags: &tags, link: Some(&link), content_type: JSON, changed: None })
}

/// Responds with a public view.
pub(crate) fn public<T: Serialize>(request: &Request, view: &T, tags: Tags) -> Result<HttpResponse> {
    Ok(public_written(request, Serialized::of(view, tags)?))
}

/// Responds with the selected members of a public view.
pub(crate) fn public_selected<T: Serialize>(request: &Request, selection: &Selection, view: &T, tags: Tags) -> Result<HttpResponse> {
    Ok(public_written(request, Serialized::selected(selection, view, tags)?))
}

/// Responds with a page of public views.
pub(crate) fn public_page<V: Serialize>(request: &Request, query: &PageQuery, page: &PageOf<V>, tags: Tags) -> Result<HttpResponse> {
    Ok(public_written(request, Serialized::page(&request.app, query, page, tags)?))
}

/// Responds with a public document that is not JSON of the API, such as a feed. `changed` is the time of its last change.
///
/// `Last-Modified` is sent but never compared: names and captions can change without it, so only the entity tag tells whether the
/// bytes are the same.
pub(crate) fn public_document(
    request: &Request,
    content_type: &'static str,
    body: impl Into<Bytes>,
    tags: &Tags,
    changed: Option<Timestamp>,
) -> HttpResponse {
    finish_public(request, Public { body: body.into(), tags, link: None, content_type, changed })
}

/// The parts of a public response.
struct Public<'a> {
    body: Bytes,
    tags: &'a Tags,
    link: Option<&'a str>,
    content_type: &'static str,
    changed: Option<Timestamp>,
}

fn finish_public(request: &Request, public: Public<'_>) -> HttpResponse {
    let Public { body, tags, link, content_type, changed } = public;
    let tag = entity_tag::of_bytes(&body);
    let matched = request.header("if-none-match").is_some_and(|sent| entity_tag::matches(sent, &tag));
    let mut response = HttpResponse::build(if matched { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, cache_control::of_public(request.app.config.server.shared_cache, tags.until)))
        .insert_header((VARY, "Accept-Encoding"));
    if matched {
        return response.finish();
    }
    response.insert_header(("Cache-Tag", tags.header().as_ref()));
    response.extensions_mut().insert(MadeOf(tags.known.iter().copied().collect()));
    if let Some(until) = tags.until {
        response.extensions_mut().insert(GoodUntil(until));
    }
    if let Some(link) = link.filter(|link| !link.is_empty()) {
        response.insert_header((LINK, link));
    }
    if let Some(changed) = changed {
        response.insert_header((LAST_MODIFIED, changed.http_date()));
    }
    response.insert_header((CONTENT_TYPE, content_type)).body(body)
}

/// Responds with an editor view. The entity tag is the version of the view. The response is never `304`, because embedded views
/// change without a new version.
pub(crate) fn editor<T: Serialize>(view: &T, version: i32) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, entity_tag::of_version(version)))
        .insert_header((CACHE_CONTROL, cache_control::PRIVATE))
        .insert_header((CONTENT_TYPE, JSON))
        .body(bytes(view)?))
}

/// Responds with a page of a list for staff.
pub(crate) fn editor_page<V: Serialize>(request: &Request, query: &PageQuery, page: &PageOf<V>) -> Result<HttpResponse> {
    let (body, cursors) = laid_out(&request.app, query, page)?;
    let link = link_header(request, &cursors);
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, cache_control::PRIVATE)).insert_header((CONTENT_TYPE, JSON));
    if !link.is_empty() {
        response.insert_header((LINK, link));
    }
    Ok(response.body(body))
}

/// Responds with a created resource and its URL in `Location`.
pub(crate) fn created<T: Serialize>(request: &Request, path: &str, view: &T, version: i32) -> Result<HttpResponse> {
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("{}/api/v1{path}", request.app.config.links.api_url)))
        .insert_header((ETAG, entity_tag::of_version(version)))
        .insert_header((CACHE_CONTROL, cache_control::PRIVATE))
        .insert_header((CONTENT_TYPE, JSON))
        .body(bytes(view)?))
}

/// Responds with a permanent redirect within the API.
pub(crate) fn moved<T: Serialize>(request: &Request, path: &str, view: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("{}/api/v1{path}", request.app.config.links.api_url)))
        .insert_header((CACHE_CONTROL, cache_control::REVALIDATED))
        .insert_header((CONTENT_TYPE, JSON))
        .body(bytes(view)?))
}

/// Redirects a browser to the page of the site that carries out the action; the request itself changes nothing.
pub(crate) fn lead_to_page(request: &Request, path: &str, token: Option<&str>) -> HttpResponse {
    let token = token.map(|token| format!("?token={}", url::form_urlencoded::byte_serialize(token.as_bytes()).collect::<String>()));
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{}{path}{}", request.app.config.links.site_url, token.unwrap_or_default())))
        .insert_header((CACHE_CONTROL, cache_control::PRIVATE))
        .finish()
}

/// Responds with a private view that has no version.
pub(crate) fn private<T: Serialize>(status: u16, view: &T) -> Result<HttpResponse> {
    let status = StatusCode::from_u16(status).map_err(|error| Error::internal(&error.to_string()))?;
    Ok(HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, cache_control::PRIVATE))
        .insert_header((CONTENT_TYPE, JSON))
        .body(bytes(view)?))
}

/// Responds with the selected members of a private view.
pub(crate) fn private_selected<T: Serialize>(selection: &Selection, view: &T) -> Result<HttpResponse> {
    private(200, &selection.of(view)?)
}

/// Responds with a CSV file for download, for the caller only.
pub(crate) fn csv_attachment(file_name: &str, pieces: impl Stream<Item = Result<Bytes>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\"")))
        .insert_header((CACHE_CONTROL, cache_control::PRIVATE))
        .streaming(pieces.inspect_err(|error| tracing::error!(%error, "a CSV file could not be sent completely")))
}

/// Responds with `204`.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().insert_header((CACHE_CONTROL, cache_control::PRIVATE)).finish()
}

/// Serializes into a buffer that each thread reuses: a growing buffer would be copied again and again.
pub(super) fn bytes<T: Serialize>(view: &T) -> Result<Bytes> {
    thread_local!(static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    BUFFER.with_borrow_mut(|desk| {
        // A failed serialization may have left bytes in the buffer.
        desk.clear();
        serde_json::to_writer(&mut *desk, view).map_err(|error| Error::internal(&error.to_string()))?;
        let bytes = Bytes::copy_from_slice(desk);
        desk.clear();
        desk.shrink_to(MAX_BUFFER);
        Ok(bytes)
    })
}
