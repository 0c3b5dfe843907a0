//! `dry_run=true`: a write that responds as usual and changes nothing.

use crate::error::{Error, Fault, Result};

/// The name of the parameter.
const NAME: &str = "dry_run";

/// Returns whether an operation supports dry runs, by the template of its path.
///
/// An attempt to guess a password or a token must leave traces, so operations that check one are never rolled back.
pub(crate) fn supports_dry_run(template: &str) -> bool {
    let segments: Vec<&str> = template.split('/').collect();
    match segments.as_slice() {
        ["", "api", "v1", "auth", "me" | "logout"] | ["", "api", "v1", "auth", "sessions", _] => true,
        // A received piece of an upload must be kept.
        ["", "api", "v1", "auth" | "uploads", ..] => false,
        ["", "api", "v1", ..] => true,
        _ => false,
    }
}

/// Returns whether a request for an operation that supports dry runs asks for one.
pub(super) fn is_dry_run(query: &str) -> Result<bool> {
    let values = query.split('&').filter(|piece| is_ours(piece)).map(|piece| piece.split_once('=').map_or("", |(_, value)| value));
    let values: Vec<&str> = values.collect();
    let wrong = |code, detail| Err(Error::bad_query(vec![Fault::parameter(NAME, code, detail)]));
    match values.as_slice() {
        [] | ["false"] => Ok(false),
        ["true"] => Ok(true),
        [_] => wrong("invalid", "This must be true or false."),
        _ => wrong("stands_twice", "A parameter may occur only once."),
    }
}

/// Marks a request whose parameter was handled by [`is_dry_run`].
pub(super) struct Seen;

/// Returns the query without the parameter if it was handled; otherwise the parameter stays and is refused like any unknown
/// parameter.
pub(super) fn without(seen: bool, query: &str) -> String {
    if seen && query.contains(NAME) {
        query.split('&').filter(|piece| !is_ours(piece)).collect::<Vec<_>>().join("&")
    } else {
        query.to_owned()
    }
}

fn is_ours(piece: &str) -> bool {
    piece.split('=').next() == Some(NAME)
}
