//! `dry_run=true`: a write that answers as it would, and changes nothing.

use crate::error::{Error, Fault, Result};

/// The parameter's name.
const NAME: &str = "dry_run";

/// Whether an operation can be tried, by its path's template.
///
/// Whoever tries a password or a token must leave the traces of it, so that where one is checked, nothing is undone.
pub(crate) fn can_be_tried(template: &str) -> bool {
    let segments: Vec<&str> = template.split('/').collect();
    match segments.as_slice() {
        ["", "api", "v1", "auth", "me" | "logout"] | ["", "api", "v1", "auth", "sessions", _] => true,
        // A piece that comes is kept, or it isn't a piece of anything.
        ["", "api", "v1", "auth" | "uploads", ..] => false,
        ["", "api", "v1", ..] => true,
        _ => false,
    }
}

/// Whether a request for something that can be tried only tries.
pub(super) fn asked(query: &str) -> Result<bool> {
    let values = query.split('&').filter(|piece| is_ours(piece)).map(|piece| piece.split_once('=').map_or("", |(_, value)| value));
    let values: Vec<&str> = values.collect();
    let wrong = |code, detail| Err(Error::bad_query(vec![Fault::parameter(NAME, code, detail)]));
    match values.as_slice() {
        [] | ["false"] => Ok(false),
        ["true"] => Ok(true),
        [_] => wrong("invalid", "This is true or false."),
        _ => wrong("stands_twice", "A parameter may stand once."),
    }
}

/// The mark of a request whose parameter [`asked`] has seen to.
pub(super) struct Seen;

/// The query without the parameter, where it has been seen to; elsewhere it is as unknown as any other.
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
