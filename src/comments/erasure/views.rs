//! What is asked for, and what is answered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::comments::bans::BanView;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::comments::queue::CommentedArticle;
use crate::comments::reactions::ReportView;
use crate::db::Timestamp;
use crate::input::{Draft, Email};
use crate::newsletter::{SubscriberView, SuppressionReason};

/// Whose comments are to be erased.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentErasureDraft)]
pub(super) struct ErasureDraft {
    /// The e-mail address that the comments were written with.
    pub(super) email: Email,
}

impl Draft for ErasureDraft {}

/// What was erased.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentErasure)]
pub(super) struct Erasure {
    /// How many comments.
    #[schema(example = 12, minimum = 0)]
    pub(super) erased: usize,
    /// Whether there was a subscriber of the newsletter.
    #[schema(example = true)]
    pub(super) subscriber: bool,
    /// Whether the address is banned; the ban goes on by a keyed hash.
    #[schema(example = false)]
    pub(super) ban: bool,
}

/// All that a person wrote, and what is kept of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentExport)]
pub(super) struct Export {
    /// The comments, the oldest first.
    pub(super) comments: Vec<ExportedComment>,
    /// The subscriber of the newsletter with this address.
    pub(super) subscriber: Option<SubscriberView>,
    /// Why the newsletter is not sent to this address, where that is so; this stays after an erasure, by a keyed hash.
    pub(super) suppressed: Option<SuppressionReason>,
    /// The ban of this address; it stays after an erasure, by a keyed hash.
    pub(super) ban: Option<BanView>,
    /// Whether its owner wants no mails of replies; this stays after an erasure, by a keyed hash.
    #[schema(example = false)]
    pub(super) refuses_notices: bool,
}

/// A comment with everything that tells of its author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ExportedComment {
    /// Its id.
    id: CommentId,
    /// The article that it stands under.
    article: CommentedArticle,
    /// The comment that it answers.
    parent_id: Option<CommentId>,
    /// The name that it is signed with.
    #[schema(example = "Mara Lindqvist")]
    author_name: String,
    /// The e-mail address that its author gave.
    #[schema(example = "mara@example.org")]
    author_email: Option<String>,
    /// The website that its author gave.
    #[schema(example = "https://example.org/mara")]
    author_url: Option<String>,
    /// What it says, in inline Markdown.
    #[schema(example = "At *last*.")]
    markdown: String,
    /// What was made of it.
    status: CommentStatus,
    /// The IP address that it came from.
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    /// The program that it came from.
    #[schema(example = "Mozilla/5.0")]
    user_agent: Option<String>,
    /// Whether its author is told by mail of replies.
    #[schema(example = false)]
    notify_replies: bool,
    /// Why its status is what it is, as staff said.
    #[schema(example = "Names a private person.")]
    reason: Option<String>,
    /// What readers reported of it.
    reports: Vec<ReportView>,
    /// When it was written.
    created_at: Timestamp,
    /// When it was last edited.
    edited_at: Option<Timestamp>,
}

impl ExportedComment {
    /// All of a comment.
    pub(super) fn new(comment: Comment, article: CommentedArticle, reports: Vec<ReportView>) -> Self {
        Self {
            id: comment.id,
            article,
            parent_id: comment.parent_id,
            author_name: comment.author_name,
            author_email: comment.author_email,
            author_url: comment.author_url,
            markdown: comment.markdown,
            status: comment.status,
            ip: comment.address,
            user_agent: comment.user_agent,
            notify_replies: comment.notify_replies,
            reason: comment.decision_reason,
            reports,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
        }
    }
}
