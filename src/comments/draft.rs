//! What comments are made of: a new one, a changed one, a decision on many.

use serde::Deserialize;
use utoipa::ToSchema;

use super::comment::{CommentId, CommentStatus};
use super::texts::{CommentMarkdown, DecisionReason, Signature};
use crate::input::{Draft, Email, HttpUrl};

/// What a comment may be made of.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentDraft {
    /// Who writes; guests must say, staff comment under their own name and may not.
    pub(crate) author_name: Option<Signature>,
    /// A guest's e-mail address, required unless the site says otherwise; never published.
    pub(crate) author_email: Option<Email>,
    /// A guest's website.
    pub(crate) author_url: Option<HttpUrl>,
    /// What they say.
    pub(crate) body: CommentMarkdown,
    /// The comment of the same article that this answers.
    #[schema(min_length = 1, max_length = 200, example = json!(null))]
    pub(crate) parent_id: Option<String>,
    /// Whether its author is told by mail of replies that readers see, once an hour at most; it needs an e-mail address.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) notify_replies: bool,
    /// Leave it empty, and hide it from people: what fills it in is a machine.
    #[schema(max_length = 2000, example = "")]
    pub(crate) website: Option<String>,
    /// What `POST /comments/forms` answered when they began to write.
    #[schema(max_length = 200, example = json!(null))]
    pub(crate) form: Option<String>,
}

impl Draft for CommentDraft {}

/// What a comment says, as it is edited.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum CommentText {
    /// Inline Markdown.
    Text(CommentMarkdown),
    /// The same, where the answer had it.
    Source(CommentSource),
}

/// A comment's source.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentSource {
    /// Inline Markdown.
    pub(crate) markdown: CommentMarkdown,
}

impl CommentText {
    /// The Markdown.
    pub(super) fn markdown(self) -> String {
        match self {
            Self::Text(markdown) | Self::Source(CommentSource { markdown }) => markdown.0,
        }
    }
}

/// What can be changed of a comment.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentRevisionDraft {
    /// What it says.
    pub(crate) body: CommentText,
    /// What is made of it; only those who look after comments can change it.
    pub(crate) status: CommentStatus,
    /// Whether it stands before all others of its article, of which one can be pinned: another is let go. Only one that answers
    /// no other can be pinned, by those who look after comments.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) pinned: bool,
    /// Why its status is what it is, for staff and the audit log; a change of the status without a reason takes the old one away.
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
    /// Which comments.
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) ids: Vec<CommentId>,
    /// What is made of them.
    pub(crate) status: CommentStatus,
    /// Why, for staff and the audit log.
    pub(crate) reason: Option<DecisionReason>,
}

impl Draft for ModerationDraft {}
