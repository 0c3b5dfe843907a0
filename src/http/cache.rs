//! The response cache: public answers as bytes, until anything is written.
//!
//! Invariants: only what says of itself that it is public is kept; an answer whose making began before a write is never
//! served after it, since each answer carries the epoch in which it was begun and every write begins a new one; an answer
//! that time alone will change says until when it holds, and is not given again after that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Store;

use super::answer::matches_tag;
use crate::clock::Clock;
use crate::db::Timestamp;

/// What an entry weighs besides its bytes.
const OVERHEAD: usize = 512;
/// What an answer brings along.
const KEPT: [&str; 6] = ["cache-control", "cache-tag", "content-type", "etag", "last-modified", "link"];

/// Until when an answer holds that nothing but time will change; travels with the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct GoodUntil(pub(super) Timestamp);

/// An answer that can be given again.
struct Entry {
    epoch: u64,
    until: Option<Timestamp>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<String, Arc<Entry>> for ByBytes {
    fn weight(&self, key: &String, entry: &Arc<Entry>) -> u64 {
        u64::try_from(key.len() + entry.body.len() + OVERHEAD).unwrap_or(u64::MAX)
    }
}

/// Ready answers, bounded by their bytes.
pub(crate) struct Cache {
    store: Option<Store<String, Arc<Entry>, ByBytes>>,
    epoch: AtomicU64,
    clock: Clock,
}

impl Cache {
    /// A cache of so many bytes; none of 0.
    pub(crate) fn new(bytes: usize, clock: Clock) -> Self {
        let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
        let store = (bytes > 0).then(|| Store::with_weighter((bytes / 8192).max(16), capacity, ByBytes));
        Self { store, epoch: AtomicU64::new(0), clock }
    }

    /// The epoch that an answer begins in.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Something was written: no answer that was begun before is served from now on.
    pub(crate) fn turn(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// The answer to an address, as it was made in this epoch.
    pub(super) fn answer(&self, address: &str, headers: &HeaderMap) -> Option<HttpResponse> {
        let entry = self.store.as_ref()?.get(address).filter(|entry| entry.epoch == self.epoch())?;
        if entry.until.is_some_and(|until| self.clock.now() >= until) {
            return None;
        }
        let sent = headers.get("if-none-match").and_then(|value| value.to_str().ok());
        let tag = entry.headers.iter().find(|(name, _)| name == ETAG).and_then(|(_, value)| value.to_str().ok());
        let matched = sent.zip(tag).is_some_and(|(sent, tag)| matches_tag(sent, tag));
        let mut response = HttpResponse::build(if matched { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for (name, value) in entry.headers.iter().filter(|(name, _)| !(matched && name == CONTENT_TYPE)) {
            response.insert_header((name.clone(), value.clone()));
        }
        Some(if matched { response.finish() } else { response.body(entry.body.clone()) })
    }

    /// Keeps an answer that is public, begun in `epoch`.
    pub(super) fn keep(&self, address: &str, epoch: u64, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let Some(store) = self.store.as_ref().filter(|_| is_public(&response)) else { return response };
        let until = response.response().extensions().get::<GoodUntil>().map(|until| until.0);
        let (request, response) = response.into_parts();
        let (head, body) = response.into_parts();
        match body.try_into_bytes() {
            Ok(bytes) => {
                let headers = KEPT
                    .iter()
                    .filter_map(|name| head.headers().get(*name).map(|value| (HeaderName::from_static(name), value.clone())))
                    .collect();
                store.insert(address.to_owned(), Arc::new(Entry { epoch, until, headers, body: bytes.clone() }));
                ServiceResponse::new(request, head.set_body(BoxBody::new(bytes)))
            }
            Err(body) => ServiceResponse::new(request, head.set_body(body)),
        }
    }
}

fn is_public(response: &ServiceResponse<BoxBody>) -> bool {
    let says = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).is_some_and(|text| text.starts_with("public"));
    response.status() == StatusCode::OK && says && response.headers().contains_key("cache-tag")
}
