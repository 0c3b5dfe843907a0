//! The verdict on a comment: its spam score, compared with the site's thresholds.

use super::super::comment::CommentStatus;
use super::super::record::ModerationRecord;
use crate::site::CommentPolicy;

/// Returns the status that overrides the site's mode if a comment looks like spam; `None` if it does not.
pub(in crate::comments) fn verdict(record: &ModerationRecord, policy: &CommentPolicy) -> Option<CommentStatus> {
    let reaches = |threshold: u32| i64::from(record.spam_score) >= i64::from(threshold);
    match (reaches(policy.spam_at), reaches(policy.hold_at)) {
        (true, _) => Some(CommentStatus::Spam),
        (false, true) => Some(CommentStatus::Pending),
        _ => None,
    }
}
