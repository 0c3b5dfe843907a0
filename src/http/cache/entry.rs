//! A cached response: its bytes, its headers, and its cache tags.

use std::sync::Arc;

use actix_http::body::{BoxBody, None};
use actix_http::{Response, StatusCode};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use quick_cache::Weighter;

use super::address::CacheKey;
use super::coding::Coding;
use crate::db::Timestamp;
use crate::http::entity_tag;

/// The estimated size of an entry without its URL, body, header values and tags, in bytes: mainly two tables of headers.
const OVERHEAD: usize = 2048;
/// Headers that describe the body; they are left out of a `304`.
const BODY_HEADERS: [&str; 5] = ["cache-tag", "content-encoding", "content-type", "last-modified", "link"];
/// The estimated size of one tag of an entry in the index, in bytes.
const TAG_OVERHEAD: usize = 96;

/// A cached response.
pub(in crate::http) struct Entry {
    pub(super) metadata: ResponseMetadata,
    headers: HeaderMap,
    /// The headers of a `304` (RFC 9110, section 15.4.5); the client already has the others.
    not_modified_headers: HeaderMap,
    body: Bytes,
}

/// The cache tags of a response, and its expiry.
#[derive(Clone)]
pub(super) struct ResponseMetadata {
    /// The number of purges before the creation of the response began.
    pub(super) purge_epoch: u64,
    pub(super) until: Option<Timestamp>,
    pub(super) tags: Box<[u64]>,
    /// The counters of `200` and of `304` responses.
    pub(super) given: [Counter; 2],
}

impl Entry {
    /// Creates an entry from headers and a body.
    pub(super) fn new(metadata: ResponseMetadata, headers: HeaderMap, body: Bytes) -> Self {
        let mut not_modified_headers = headers.clone();
        for name in BODY_HEADERS {
            not_modified_headers.remove(name);
        }
        Self { metadata, headers, not_modified_headers, body }
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the response for a client that sends these entity tags in `If-None-Match`.
    pub(in crate::http) fn answer(&self, has: Option<&str>) -> Response<BoxBody> {
        let matched = has.zip(self.header(&ETAG)).is_some_and(|(has, tag)| entity_tag::matches(has, tag));
        let (status, headers, body) = if matched {
            (StatusCode::NOT_MODIFIED, &self.not_modified_headers, BoxBody::new(None::new()))
        } else {
            (StatusCode::OK, &self.headers, BoxBody::new(self.body.clone()))
        };
        let mut response = Response::with_body(status, body);
        // Cloning the whole table is several times as fast as inserting one header after the other.
        response.headers_mut().clone_from(headers);
        response
    }

    /// Counts a response that was served from the cache.
    pub(in crate::http) fn count(&self, status: StatusCode) {
        self.metadata.given[usize::from(status == StatusCode::NOT_MODIFIED)].inc();
    }

    /// Returns whether compression is worthwhile.
    pub(super) fn can_be_coded(&self) -> bool {
        self.header(&CONTENT_TYPE).is_some_and(|kind| Coding::is_worth_it(kind, self.body.len()))
    }

    /// Compresses the response; the result has its own entity tag. Returns `None` if compression does not make the response
    /// shorter.
    pub(super) fn encoded(&self, coding: Coding) -> Option<Self> {
        let (name, body) = (coding.name()?, coding.code(&self.body)?);
        let tag = self.header(&ETAG)?;
        let tag = HeaderValue::from_str(&entity_tag::in_coding(tag, name)?).ok()?;
        let mut headers = self.headers.clone();
        headers.insert(ETAG, tag);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        Some(Self::new(self.metadata.clone(), headers, body))
    }
}

/// Weighs entries by their size in bytes.
#[derive(Clone)]
pub(super) struct ByBytes;

impl Weighter<CacheKey, Arc<Entry>> for ByBytes {
    fn weight(&self, key: &CacheKey, entry: &Arc<Entry>) -> u64 {
        let names: usize = entry.headers.iter().map(|(_, value)| value.len()).sum();
        let weight = key.address.len() + entry.body.len() + names + entry.metadata.tags.len() * TAG_OVERHEAD + OVERHEAD;
        u64::try_from(weight).unwrap_or(u64::MAX)
    }
}
