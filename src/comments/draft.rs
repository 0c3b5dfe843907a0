//! The request bodies for comments: a new comment, a change, a decision on many comments.

use serde::Deserialize;
use utoipa::ToSchema;

use super::comment::{CommentId, CommentStatus};
use super::texts::{CommentMarkdown, DecisionReason, Signature};
use crate::input::{Draft, Email, HttpUrl};

/// A new comment, as clients send it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentDraft {
    /// The author's name. Guests must send it; staff must not, because they comment under their own name.
    pub(crate) author_name: Option<Signature>,
    /// The guest's email address. It is required unless the site's settings say otherwise, and is never published.
    pub(crate) author_email: Option<Email>,
    /// The guest's website.
    pub(crate) author_url: Option<HttpUrl>,
    /// The text of the comment.
    pub(crate) body: CommentMarkdown,
    /// The id of the comment, on the same article, that this comment replies to.
    #[schema(min_length = 1, max_length = 200, example = json!(null))]
    pub(crate) parent_id: Option<String>,
    /// Whether to email the author about published replies, at most once an hour. Needs an email address.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) notify_replies: bool,
    /// A trap for bots: hide this field from people and leave it empty.
    #[schema(max_length = 2000, example = "")]
    pub(crate) website: Option<String>,
    /// The `form` token from `POST /comments/forms`, fetched when the reader began to write.
    #[schema(max_length = 200, example = json!(null))]
    pub(crate) form: Option<String>,
}

impl Draft for CommentDraft {}

/// The changed text of a comment: Markdown, or an object as in responses.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum CommentText {
    /// The text as inline Markdown.
    Text(CommentMarkdown),
    /// The text in an object, as in responses.
    Source(CommentSource),
}

/// The Markdown source of a comment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentSource {
    /// The text as inline Markdown.
    pub(crate) markdown: CommentMarkdown,
}

impl CommentText {
    /// Returns the Markdown.
    pub(super) fn markdown(self) -> String {
        match self {
            Self::Text(markdown) | Self::Source(CommentSource { markdown }) => markdown.0,
        }
    }
}

/// A change of a comment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentRevisionDraft {
    /// The text of the comment.
    pub(crate) body: CommentText,
    /// The moderation status. Only moderators can change it.
    pub(crate) status: CommentStatus,
    /// Whether the comment is pinned above all others of its article. An article has at most one pinned comment:
    /// pinning another one unpins it. Only top-level comments can be pinned, and only by moderators.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) pinned: bool,
    /// The reason for the status, for staff and the audit log. A change of the status without a reason deletes the
    /// old reason.
    pub(crate) reason: Option<DecisionReason>,
}

impl Draft for CommentRevisionDraft {
    const DERIVED: &'static [&'static str] = &["/replies", "/votes"];
    const READ_ONLY: &'static [&'static str] = &[
        "/id",
        "/body/html",
        "/body/text",
        "/parent_id",
        "/depth",
        "/author",
        "/created_at",
        "/edited_at",
        "/article",
        "/author_email",
        "/ip",
        "/user_agent",
        "/reported",
        "/erased",
        "/spam_score",
        "/spam_signs",
        "/version",
    ];
}

/// A decision on many comments.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModerationDraft {
    /// The ids of the comments.
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) ids: Vec<CommentId>,
    /// The new status of the comments.
    pub(crate) status: CommentStatus,
    /// The reason for the decision, for staff and the audit log.
    pub(crate) reason: Option<DecisionReason>,
}

impl Draft for ModerationDraft {}
