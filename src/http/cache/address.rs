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
        let is_plain = |query: &str| !query.is_empty() && !query.contains(['&', ',', '%']);
        Self(if uri.query().is_some_and(|query| !is_plain(query)) {
            Cow::Owned(spelled(uri.path(), uri.query().unwrap_or_default()))
        } else {
            Cow::Borrowed(address)
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn spelled(path: &str, query: &str) -> String {
    let query = canonical_query(query);
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Sorts the parameters of a query, and the names in `fields` and `include`, so that equal requests share one cached response.
pub(in crate::http) fn canonical_query(query: &str) -> String {
    let mut pieces: Vec<Cow<'_, str>> = query.split('&').filter(|piece| !piece.is_empty()).map(canonical_piece).collect();
    pieces.sort_unstable();
    pieces.join("&")
}

/// Sorts the names in `fields` and `include`: the response does not depend on their order.
fn canonical_piece(piece: &str) -> Cow<'_, str> {
    let Some((parameter @ ("fields" | "include"), names)) = piece.split_once('=') else { return Cow::Borrowed(piece) };
    let names = names.replace("%2C", ",").replace("%2c", ",");
    let mut names: Vec<&str> = names.split(',').collect();
    names.sort_unstable();
    Cow::Owned(format!("{parameter}={}", names.join(",")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_requests_have_one_key() {
        let url = |text: &str| CacheUrl::of(&text.parse().unwrap()).as_str().to_owned();
        let key = "/articles?fields=authors.name,slug,title&limit=5";
        for other in [
            "/articles?limit=5&fields=authors.name,slug,title",
            "/articles?fields=title,slug,authors.name&limit=5",
            "/articles?fields=title%2Cslug%2cauthors.name&limit=5&",
        ] {
            assert_eq!(url(other), key, "{other}");
        }
        assert_eq!(url("/articles?include=seo,body"), "/articles?include=body,seo");
        // The order of other values can matter.
        assert_eq!(url("/articles?sort=title,slug"), "/articles?sort=title,slug");
        assert_eq!(url("/articles?"), "/articles");
    }
}
