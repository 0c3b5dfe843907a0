//! The response cache: it keeps the bytes of public responses until something that they show changes.
//!
//! Invariants: only responses that are public and name their cache tags are cached. After a purge has returned, no cached response
//! with a purged tag is served, and no such response is cached if its making began before the purge. A response that changes with
//! time alone has an expiry and is not served after it.

mod address;
mod coding;
mod entry;
mod flights;
mod index;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderName};
use prometheus_client::metrics::counter::Counter;
use quick_cache::sync::Cache as Store;
use quick_cache::{DefaultHashBuilder, Lifecycle};

use crate::clock::Clock;
use crate::db::Timestamp;
use address::{CacheKey, CacheKeyRef};
pub(super) use address::{CacheUrl, canonical_query};
pub(super) use coding::Coding;
pub(super) use entry::Entry;
use entry::{ByBytes, ResponseMetadata};
pub(super) use flights::FlightRole;
use flights::Flights;
use index::Index;
pub(super) use index::tag as cache_tag;

/// The headers that are cached with a response.
const KEPT: [&str; 10] = [
    "cache-control",
    "cache-tag",
    "content-security-policy",
    "content-type",
    "etag",
    "last-modified",
    "link",
    "referrer-policy",
    "vary",
    "x-content-type-options",
];

/// The expiry of a response that changes with time alone; carried as a response extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct GoodUntil(pub(super) Timestamp);

/// The hashes of a public response's cache tags; carried as a response extension. The header `Cache-Tag` may name kinds instead of
/// single resources.
#[derive(Clone, Debug)]
pub(super) struct MadeOf(pub(super) Box<[u64]>);

/// A response that has been made.
pub(super) enum MadeResponse {
    /// A public response, for every caller.
    Public(Arc<Entry>),
    /// A private response, only for its caller.
    Other(ServiceResponse<BoxBody>),
}

/// Cached responses, limited by their total size in bytes.
pub(crate) struct Cache {
    kept: Option<CacheState>,
    flights: Flights,
    clock: Clock,
}

struct CacheState {
    answers: Store<CacheKey, Arc<Entry>, ByBytes, DefaultHashBuilder, EvictionListener>,
    index: Mutex<Index>,
    /// The number of purges so far.
    purges: AtomicU64,
}

/// Collects evicted entries, so that they are removed from the index, too.
#[derive(Clone)]
struct EvictionListener;

impl Lifecycle<CacheKey, Arc<Entry>> for EvictionListener {
    type RequestState = Vec<(CacheKey, Arc<Entry>)>;

    fn on_evict(&self, lapsed: &mut Self::RequestState, key: CacheKey, entry: Arc<Entry>) {
        lapsed.push((key, entry));
    }
}

impl Cache {
    /// Creates a cache with a maximum size in bytes; a size of 0 disables it.
    pub(crate) fn new(bytes: usize, clock: Clock) -> Self {
        let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
        let kept = (bytes > 0).then(|| CacheState {
            answers: Store::with((bytes / 8192).max(16), capacity, ByBytes, DefaultHashBuilder::default(), EvictionListener),
            index: Mutex::default(),
            purges: AtomicU64::new(0),
        });
        Self { kept, flights: Flights::default(), clock }
    }

    /// Returns the number of purges so far; `None` if the cache is disabled. A request reads it before it begins to make a
    /// response.
    pub(super) fn purge_epoch(&self) -> Option<u64> {
        self.kept.as_ref().map(|kept| kept.purges.load(Ordering::SeqCst))
    }

    /// Joins the concurrent requests for the same uncached response.
    pub(super) fn join(&self, address: &CacheUrl<'_>) -> FlightRole {
        self.flights.join(address.as_str())
    }

    /// Returns the cached response for a URL in a coding; uncompressed if compression does not make it shorter.
    pub(super) fn find(&self, address: &CacheUrl<'_>, coding: Coding) -> Option<Arc<Entry>> {
        let plain = || self.look_up(address, Coding::Identity);
        if coding == Coding::Identity {
            return plain();
        }
        self.look_up(address, coding).or_else(|| plain().filter(|entry| !entry.can_be_coded()))
    }

    fn look_up(&self, address: &CacheUrl<'_>, coding: Coding) -> Option<Arc<Entry>> {
        let entry = self.kept.as_ref()?.answers.get(&CacheKeyRef { coding, address: address.as_str() })?;
        if entry.metadata.until.is_some_and(|until| self.clock.now() >= until) { None } else { Some(entry) }
    }

    /// Compresses a cached response on a blocking thread and caches the result; uncompressed if compression does not make it shorter.
    pub(super) async fn encoded(&self, address: &CacheUrl<'_>, coding: Coding) -> Option<Arc<Entry>> {
        if let Some(ready) = self.find(address, coding) {
            return Some(ready);
        }
        let plain = self.look_up(address, Coding::Identity)?;
        let source = Arc::clone(&plain);
        let Ok(Some(encoded)) = tokio::task::spawn_blocking(move || source.encoded(coding)).await else { return Some(plain) };
        let encoded = Arc::new(encoded);
        self.put(&CacheKey { coding, address: address.as_str().into() }, &encoded);
        Some(encoded)
    }

    /// Caches a public response that began to be made after `purge_epoch` purges, and returns the entry; returns any other response
    /// unchanged.
    pub(super) fn keep(
        &self,
        address: &CacheUrl<'_>,
        purge_epoch: u64,
        answer: ServiceResponse<BoxBody>,
        given: [Counter; 2],
    ) -> MadeResponse {
        let Some(tags) = made_of(&answer) else { return MadeResponse::Other(answer) };
        let until = answer.response().extensions().get::<GoodUntil>().map(|until| until.0);
        let header = |name: &&'static str| answer.headers().get(*name).map(|value| (HeaderName::from_static(name), value.clone()));
        let headers: HeaderMap = KEPT.iter().filter_map(header).collect();
        let (request, response) = answer.into_parts();
        let (head, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            Err(body) => return MadeResponse::Other(ServiceResponse::new(request, head.set_body(body))),
        };
        let entry = Arc::new(Entry::new(ResponseMetadata { purge_epoch, until, tags, given }, headers, body));
        self.put(&CacheKey { coding: Coding::Identity, address: address.as_str().into() }, &entry);
        MadeResponse::Public(entry)
    }

    /// Caches a response, unless one of its tags was purged meanwhile.
    fn put(&self, key: &CacheKey, entry: &Arc<Entry>) {
        let Some(kept) = &self.kept else { return };
        let mut index = kept.index();
        if index.purged_since(entry.metadata.purge_epoch, &entry.metadata.tags) {
            return;
        }
        if let Some(former) = kept.answers.peek(key) {
            index.remove(key, &former.metadata.tags);
        }
        let mut lapsed = Vec::new();
        kept.answers.insert_with_lifecycle(key.clone(), Arc::clone(entry), &mut lapsed);
        // The evicted entries include a replaced entry, and an entry that is too large.
        for (key, entry) in &lapsed {
            index.remove(key, &entry.metadata.tags);
        }
        if !lapsed.iter().any(|(_, refused)| Arc::ptr_eq(refused, entry)) {
            index.add(key, &entry.metadata.tags);
        }
    }

    /// Purges tags after a write: no cached response with one of these tags is served any more.
    pub(crate) fn purge<'a>(&self, tags: impl IntoIterator<Item = &'a str>) {
        let Some(kept) = &self.kept else { return };
        let tags: Box<[u64]> = tags.into_iter().map(index::tag).collect();
        if tags.is_empty() {
            return;
        }
        let mut index = kept.index();
        let number = kept.purges.fetch_add(1, Ordering::SeqCst) + 1;
        for key in index.purge(number, tags) {
            if let Some((key, entry)) = kept.answers.remove(&key) {
                index.remove(&key, &entry.metadata.tags);
            }
        }
    }

    /// Returns the number of purges so far; `None` if the cache is disabled.
    pub(crate) fn purges(&self) -> Option<u64> {
        self.kept.as_ref().map(|kept| kept.purges.load(Ordering::SeqCst))
    }

    /// Purges all responses; used if it is unknown what was written.
    pub(crate) fn clear(&self) {
        let Some(kept) = &self.kept else { return };
        let mut index = kept.index();
        index.clear(kept.purges.fetch_add(1, Ordering::SeqCst) + 1);
        kept.answers.clear();
    }
}

impl CacheState {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the cache tags of a public response; `None` for other responses.
fn made_of(answer: &ServiceResponse<BoxBody>) -> Option<Box<[u64]>> {
    let public = answer.headers().get(CACHE_CONTROL).is_some_and(|rules| rules.as_bytes().starts_with(b"public"));
    let known = || answer.response().extensions().get::<MadeOf>().map(|known| known.0.clone());
    (public && answer.status() == StatusCode::OK).then(known).flatten()
}
