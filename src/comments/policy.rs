//! The site's rules for comments.

use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::site::{self, CommentPolicy};

/// Returns the current rules.
pub(super) fn policy(conn: &mut Conn) -> Result<CommentPolicy> {
    Ok(site::settings(conn)?.comment_policy)
}

/// Checks whether the site's rules still allow comments on an article published at a time.
pub(super) fn is_open(policy: &CommentPolicy, published_at: Timestamp, now: Timestamp) -> bool {
    policy.closing().time(published_at).is_none_or(|end| now < end)
}

/// Returns the maximum length of a comment, in characters.
pub(super) fn longest(policy: &CommentPolicy) -> usize {
    usize::try_from(policy.max_length).unwrap_or(usize::MAX)
}
