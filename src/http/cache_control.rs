//! `Cache-Control`: how long browsers and shared caches may keep each kind of response (RFC 9111).

use crate::config::SharedCache;
use crate::db::Timestamp;

/// Public responses, which every cache must revalidate.
pub(super) const REVALIDATED: &str = "public, max-age=0, must-revalidate";
/// Responses for one caller.
pub(super) const PRIVATE: &str = "private, no-store";
/// Files whose URL always returns the same bytes.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Files whose URL may soon return other bytes.
pub(super) const ONE_MINUTE: &str = "public, max-age=60";

/// Returns the `Cache-Control` of a public response: how long shared caches may keep the response. Browsers always revalidate it.
/// If the response will change at the time `until`, shared caches must always revalidate it, too.
pub(super) fn of_public(shared: SharedCache, until: Option<Timestamp>) -> String {
    let SharedCache { fresh, stale } = shared;
    match (fresh, stale) {
        (0, _) => REVALIDATED.to_owned(),
        _ if until.is_some() => REVALIDATED.to_owned(),
        (fresh, 0) => format!("public, max-age=0, s-maxage={fresh}"),
        (fresh, stale) => format!("public, max-age=0, s-maxage={fresh}, stale-while-revalidate={stale}"),
    }
}
