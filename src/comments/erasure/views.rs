//! The request and response bodies of export and erasure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::comments::bans::BanView;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::comments::queue::CommentedArticle;
use crate::comments::reactions::ReportView;
use crate::comments::record::ModerationRecord;
use crate::db::Timestamp;
use crate::input::{Draft, Email};
use crate::newsletter::{SubscriberView, SuppressionReason};
use crate::users::InvitationView;

/// The request to erase a person's data.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CommentErasureDraft)]
pub(super) struct ErasureDraft {
    /// The email address that the comments were written with.
    pub(super) email: Email,
}

impl Draft for ErasureDraft {}

/// The result of an erasure.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentErasure)]
pub(super) struct Erasure {
    /// The number of erased comments.
    #[schema(example = 12, minimum = 0)]
    pub(super) erased: usize,
    /// Whether a newsletter subscriber was deleted.
    #[schema(example = true)]
    pub(super) subscriber: bool,
    /// Whether the email address is banned. The ban stays in force as a keyed hash.
    #[schema(example = false)]
    pub(super) ban: bool,
    /// Whether an invitation to the email address was withdrawn.
    #[schema(example = false)]
    pub(super) invitation: bool,
}

/// The data stored about a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommentExport)]
pub(super) struct Export {
    /// The comments, oldest first.
    pub(super) comments: Vec<ExportedComment>,
    /// The newsletter subscriber with this email address.
    pub(super) subscriber: Option<SubscriberView>,
    /// The reason why the newsletter is not sent to this email address, if it is suppressed. It survives an erasure
    /// as a keyed hash.
    pub(super) suppressed: Option<SuppressionReason>,
    /// The ban of this email address, if there is one. It survives an erasure as a keyed hash.
    pub(super) ban: Option<BanView>,
    /// The open invitation to become a user with this email address.
    pub(super) invitation: Option<InvitationView>,
    /// Whether the owner of the email address refuses emails about replies. This survives an erasure as a keyed hash.
    #[schema(example = false)]
    pub(super) refuses_notices: bool,
}

/// A comment with all data stored about its author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ExportedComment {
    /// The id of the comment.
    id: CommentId,
    /// The article of the comment.
    article: CommentedArticle,
    /// The id of the comment that this comment replies to.
    parent_id: Option<CommentId>,
    /// The author's name.
    #[schema(example = "Mara Lindqvist")]
    author_name: String,
    /// The email address that the author gave.
    #[schema(example = "mara@example.org")]
    author_email: Option<String>,
    /// The website that the author gave.
    #[schema(example = "https://example.org/mara")]
    author_url: Option<String>,
    /// The text as inline Markdown.
    #[schema(example = "At *last*.")]
    markdown: String,
    /// The moderation status.
    status: CommentStatus,
    /// The IP address that sent the comment.
    #[schema(example = "203.0.113.7")]
    ip: Option<String>,
    /// The user agent that sent the comment.
    #[schema(example = "Mozilla/5.0")]
    user_agent: Option<String>,
    /// Whether the author gets emails about replies.
    #[schema(example = false)]
    notify_replies: bool,
    /// The moderator's reason for the status.
    #[schema(example = "Names a private person.")]
    reason: Option<String>,
    /// The readers' reports of the comment.
    reports: Vec<ReportView>,
    /// The time when the comment was written.
    created_at: Timestamp,
    /// The time of the last edit.
    edited_at: Option<Timestamp>,
}

impl ExportedComment {
    /// Creates the export of a comment.
    pub(super) fn new(comment: Comment, record: ModerationRecord, article: CommentedArticle, reports: Vec<ReportView>) -> Self {
        Self {
            id: comment.id,
            article,
            parent_id: comment.parent_id,
            author_name: comment.author_name,
            author_email: comment.author_email,
            author_url: comment.author_url,
            markdown: comment.markdown,
            status: comment.status,
            ip: record.address,
            user_agent: record.user_agent,
            notify_replies: comment.notify_replies,
            reason: record.decision_reason,
            reports,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
        }
    }
}
