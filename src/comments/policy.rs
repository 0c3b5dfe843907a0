//! What the site says of comments: who may write one, and whether it shows at once.

use crate::db::{Conn, Timestamp, text_enum};
use crate::error::Result;

text_enum! {
    /// What happens to a new comment.
    pub(crate) enum CommentMode {
        /// Every one waits until somebody approves it.
        Pre = "pre",
        /// It shows at once where a comment with the same e-mail address was approved before, and waits otherwise.
        Trusted = "trusted",
        /// It shows at once.
        Post = "post",
        /// There are no new ones.
        Closed = "closed",
    }
}

/// The site's rules for comments.
#[derive(Clone, Debug)]
pub(crate) struct CommentPolicy {
    /// What happens to a new one.
    pub(crate) mode: CommentMode,
    /// Whether guests must leave an e-mail address.
    pub(crate) email_required: bool,
    /// How many days after its publication an article takes comments; for ever where absent.
    pub(crate) close_after_days: Option<i32>,
    /// How many characters a comment may have.
    pub(crate) max_length: usize,
}

impl CommentPolicy {
    /// Whether an article that was published at this time, and is open itself, takes comments now.
    pub(crate) fn is_open(&self, published_at: Timestamp, now: Timestamp) -> bool {
        let ends = |days: i32| published_at.plus_seconds(i64::from(days) * 24 * 60 * 60);
        self.mode != CommentMode::Closed && self.close_after_days.is_none_or(|days| now < ends(days))
    }
}

/// The rules as they are now.
#[expect(clippy::unnecessary_wraps, reason = "reading settings can fail")]
pub(crate) fn policy(_conn: &mut Conn) -> Result<CommentPolicy> {
    Ok(CommentPolicy { mode: CommentMode::Pre, email_required: true, close_after_days: None, max_length: 5000 })
}
