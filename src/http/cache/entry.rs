//! A ready answer: its bytes, its headers, and what it was made of.

use std::sync::Arc;

use actix_http::body::{BoxBody, None};
use actix_http::{Response, StatusCode};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use quick_cache::Weighter;

use super::address::Key;
use super::coding::Coding;
use crate::db::Timestamp;
use crate::http::answer::matches_tag;

/// What an entry weighs besides its bytes and names: two tables of headers, above all.
const OVERHEAD: usize = 2048;
/// What says something of the bytes, which a client has that is told that they are the same.
const TOLD_ONCE: [&str; 5] = ["cache-tag", "content-encoding", "content-type", "last-modified", "link"];
/// What a tag of it weighs in the index.
const TAG_OVERHEAD: usize = 96;

/// An answer that can be given again.
pub(in crate::http) struct Entry {
    pub(super) standing: Standing,
    headers: HeaderMap,
    /// Those that a client is told again that has the answer (RFC 9110, section 15.4.5); the others it has as well.
    told_again: HeaderMap,
    body: Bytes,
}

/// What an answer is made of, and until when it holds.
#[derive(Clone)]
pub(super) struct Standing {
    /// How many purges there had been when its making began.
    pub(super) begun: u64,
    pub(super) until: Option<Timestamp>,
    pub(super) tags: Box<[u64]>,
    /// Count how often it is given whole, and how often its client has it already.
    pub(super) given: [Counter; 2],
}

impl Entry {
    /// An answer of these headers and bytes.
    pub(super) fn new(standing: Standing, headers: HeaderMap, body: Bytes) -> Self {
        let mut told_again = headers.clone();
        for name in TOLD_ONCE {
            told_again.remove(name);
        }
        Self { standing, headers, told_again, body }
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The answer for a client that says which ones it has (`If-None-Match`).
    pub(in crate::http) fn answer(&self, has: Option<&str>) -> Response<BoxBody> {
        let matched = has.zip(self.header(&ETAG)).is_some_and(|(has, tag)| matches_tag(has, tag));
        let (status, headers, body) = if matched {
            (StatusCode::NOT_MODIFIED, &self.told_again, BoxBody::new(None::new()))
        } else {
            (StatusCode::OK, &self.headers, BoxBody::new(self.body.clone()))
        };
        let mut response = Response::with_body(status, body);
        // A copy of the whole is several times as quick as one header after the other.
        response.headers_mut().clone_from(headers);
        response
    }

    /// Counts an answer that was given without being made.
    pub(in crate::http) fn count(&self, status: StatusCode) {
        self.standing.given[usize::from(status == StatusCode::NOT_MODIFIED)].inc();
    }

    /// Whether it gets shorter by being coded.
    pub(super) fn can_be_coded(&self) -> bool {
        self.header(&CONTENT_TYPE).is_some_and(|kind| Coding::is_worth_it(kind, self.body.len()))
    }

    /// The same answer in another coding, with an entity tag of its own; none where that would not be shorter.
    pub(super) fn coded(&self, coding: Coding) -> Option<Self> {
        let (name, body) = (coding.name()?, coding.code(&self.body)?);
        let tag = self.header(&ETAG)?;
        let tag = HeaderValue::from_str(&format!("{}-{name}\"", tag.strip_suffix('"')?)).ok()?;
        let mut headers = self.headers.clone();
        headers.insert(ETAG, tag);
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        Some(Self::new(self.standing.clone(), headers, body))
    }
}

/// Weighs entries by the bytes that they hold.
#[derive(Clone)]
pub(super) struct ByBytes;

impl Weighter<Key, Arc<Entry>> for ByBytes {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        let names: usize = entry.headers.iter().map(|(_, value)| value.len()).sum();
        let weight = key.address.len() + entry.body.len() + names + entry.standing.tags.len() * TAG_OVERHEAD + OVERHEAD;
        u64::try_from(weight).unwrap_or(u64::MAX)
    }
}
