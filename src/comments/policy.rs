//! What the site says of comments: who may write one, and until when.

use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::site::{self, CommentPolicy};

/// The rules as they are now.
pub(super) fn policy(conn: &mut Conn) -> Result<CommentPolicy> {
    Ok(site::settings(conn)?.comment_policy)
}

/// Whether an article that was published at this time takes comments now, as far as the site lets it.
pub(super) fn is_open(policy: &CommentPolicy, published_at: Timestamp, now: Timestamp) -> bool {
    policy.closing().time(published_at).is_none_or(|end| now < end)
}

/// How many characters a comment may have.
pub(super) fn longest(policy: &CommentPolicy) -> usize {
    usize::try_from(policy.max_length).unwrap_or(usize::MAX)
}
