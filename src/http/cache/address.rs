//! The key of a cached response: its normalized URL and its content coding.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use actix_web::http::Uri;
use quick_cache::Equivalent;

use super::coding::Coding;

/// A path and a query with sorted parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct CacheUrl<'a>(Cow<'a, str>);

impl<'a> CacheUrl<'a> {
    /// Returns the normalized URL of a request.
    pub(in crate::http) fn of(uri: &'a Uri) -> Self {
        let address = uri.path_and_query().map_or("/", |address| address.as_str());
        let several = uri.query().is_some_and(|query| query.is_empty() || query.contains('&'));
        Self(if several { Cow::Owned(spelled(uri.path(), uri.query().unwrap_or_default())) } else { Cow::Borrowed(address) })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn spelled(path: &str, query: &str) -> String {
    let query = canonical_query(query);
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Sorts the parameters of a query, so that equal requests share one cached response.
pub(in crate::http) fn canonical_query(query: &str) -> String {
    let mut pieces: Vec<&str> = query.split('&').filter(|piece| !piece.is_empty()).collect();
    pieces.sort_unstable();
    pieces.join("&")
}

/// The key of a cached response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CacheKey {
    pub(super) coding: Coding,
    pub(super) address: Arc<str>,
}

/// A borrowed [`CacheKey`].
#[derive(Debug)]
pub(super) struct CacheKeyRef<'a> {
    pub(super) coding: Coding,
    pub(super) address: &'a str,
}

impl Hash for CacheKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        CacheKeyRef { coding: self.coding, address: &self.address }.hash(state);
    }
}

impl Hash for CacheKeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.coding.hash(state);
        self.address.hash(state);
    }
}

impl Equivalent<CacheKey> for CacheKeyRef<'_> {
    fn equivalent(&self, key: &CacheKey) -> bool {
        self.coding == key.coding && *self.address == *key.address
    }
}
