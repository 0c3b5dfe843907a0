//! The moderation queue: the moderators' view of comments, and its filters.

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use super::comment::{Comment, CommentAuthor, CommentId, CommentStatus, Replies};
use super::queries::{article_is, scores, sent_from};
use super::record::ModerationRecord;
use super::spam::SpamSignal;
use crate::articles::ArticleId;
use crate::db::{Column, Field, Key, Listing, Op, Timestamp, column};
use crate::input::{Kind, Selectable};
use crate::schema::comments;

/// The text of a comment, with its source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StaffCommentBody {
    /// The text as sanitised HTML; links are `nofollow ugc`.
    #[schema(example = "<p>At <em>last</em>.</p>")]
    pub(crate) html: String,
    /// The text as plain text.
    #[schema(example = "At last.")]
    pub(crate) text: String,
    /// The text as its author wrote it, in inline Markdown.
    #[schema(example = "At *last*.")]
    pub(crate) markdown: String,
}

/// The article of a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentedArticle {
    /// The id of the article.
    pub(crate) id: ArticleId,
    /// The slug of the article.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// The headline of the article.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
}

/// A comment, as moderators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StaffComment {
    /// The id of the comment.
    pub(crate) id: CommentId,
    /// The id of the comment that this comment replies to.
    pub(crate) parent_id: Option<CommentId>,
    /// The number of comments above this one in the thread.
    #[schema(example = 0, minimum = 0)]
    pub(crate) depth: i32,
    /// The author of the comment.
    pub(crate) author: CommentAuthor,
    /// The text of the comment.
    pub(crate) body: StaffCommentBody,
    /// The time when the comment was written.
    pub(crate) created_at: Timestamp,
    /// The time of the last edit.
    pub(crate) edited_at: Option<Timestamp>,
    /// Whether the comment is pinned above all others of its article.
    #[schema(example = false)]
    pub(crate) pinned: bool,
    /// The number of readers' votes for the comment.
    #[schema(example = 3, minimum = 0)]
    pub(crate) votes: i32,
    /// Whether the text and the author's name were erased.
    #[schema(example = false)]
    pub(crate) erased: bool,
    /// The number of approved replies; `data` is always empty here.
    pub(crate) replies: Replies,
    /// The moderation status.
    pub(crate) status: CommentStatus,
    /// The moderator's reason for the status, if there is one.
    #[schema(example = "Names a private person.")]
    pub(crate) reason: Option<String>,
    /// The spam score, in points from 0 to 100.
    #[schema(example = 10, minimum = 0, maximum = 100)]
    pub(crate) spam_score: i32,
    /// The signs of spam that make up the score.
    #[schema(example = json!(["no_form"]))]
    pub(crate) spam_signs: Vec<SpamSignal>,
    /// The article of the comment.
    pub(crate) article: CommentedArticle,
    /// The email address that the author gave; `null` for users with the role `author`, who may not see it.
    #[schema(example = "mara@example.org")]
    pub(crate) author_email: Option<String>,
    /// The IP address that sent the comment; `null` for users with the role `author`, who may not see it.
    #[schema(example = "203.0.113.7")]
    pub(crate) ip: Option<String>,
    /// The user agent that sent the comment; `null` for users with the role `author`, who may not see it.
    #[schema(example = "Mozilla/5.0")]
    pub(crate) user_agent: Option<String>,
    /// The number of open reports by readers.
    #[schema(example = 0, minimum = 0)]
    pub(crate) reported: i32,
    /// The version of the comment, which counts its changes; version 7 has the `ETag` `"v7"`.
    #[schema(example = 1, minimum = 1)]
    pub(crate) version: i32,
}

impl Comment {
    /// Returns the view for moderators who may see the data that identifies the author of the comment.
    pub(super) fn staff_view(&self, record: ModerationRecord, article: CommentedArticle, replies: Replies) -> StaffComment {
        StaffComment {
            id: self.id,
            parent_id: self.parent_id,
            depth: self.depth,
            author: self.author(),
            body: StaffCommentBody { html: self.html.clone(), text: self.text.clone(), markdown: self.markdown.clone() },
            created_at: self.created_at,
            edited_at: self.edited_at,
            pinned: self.pinned,
            votes: self.score,
            erased: self.erased,
            replies,
            status: self.status,
            reason: record.decision_reason,
            spam_score: record.spam_score,
            spam_signs: record.spam_signs.0,
            article,
            author_email: self.author_email.clone(),
            ip: record.address,
            user_agent: record.user_agent,
            reported: self.reported,
            version: self.version,
        }
    }
}

impl StaffComment {
    /// Removes the data that can identify a guest. Only moderators, editors and administrators may see it.
    pub(super) fn without_identity(self) -> Self {
        Self { author_email: None, ip: None, user_agent: None, ..self }
    }
}

/// The number of leading fields that every moderator can filter by. The others identify guests.
const OPEN_FIELDS: usize = 6;

static FIELDS: [Field<comments::table, Comment>; 8] = [
    Field {
        name: "status",
        kind: Kind::Word(CommentStatus::WORDS),
        ops: Op::CHOICE,
        column: column!(text comments::status),
        key: None,
        about: "The moderation status.",
    },
    Field {
        name: "article",
        kind: Kind::Reference,
        ops: Op::CHOICE,
        column: Column { compare: article_is, order: None },
        key: None,
        about: "The article, by id or slug.",
    },
    Field {
        name: "author_name",
        kind: Kind::Folded,
        ops: Op::TEXT,
        column: column!(text comments::author_name_key),
        key: None,
        about: "The author's name, regardless of case and accents.",
    },
    Field {
        name: "created_at",
        kind: Kind::Time,
        ops: Op::ORDER,
        column: column!(time comments::created_at),
        key: Some(|row| Key::Int(row.created_at.millis())),
        about: "The time when the comment was written.",
    },
    Field {
        name: "reported",
        kind: Kind::Int,
        ops: Op::ORDER,
        column: column!(int comments::reported),
        key: Some(|row| Key::Int(i64::from(row.reported))),
        about: "The number of open reports by readers.",
    },
    Field {
        name: "spam_score",
        kind: Kind::Int,
        ops: Op::ORDER,
        column: Column { compare: scores, order: None },
        key: None,
        about: "The spam score, in points from 0 to 100.",
    },
    Field {
        name: "author_email",
        kind: Kind::Email,
        ops: Op::OPTIONAL_EMAIL,
        column: column!(optional text comments::author_email),
        key: None,
        about: "The author's email address, regardless of case. The role `author` cannot use this filter.",
    },
    Field {
        name: "ip",
        kind: Kind::Text,
        ops: Op::OPTIONAL_TEXT,
        column: Column { compare: sent_from, order: None },
        key: None,
        about: "The IP address that sent the comment. The role `author` cannot use this filter.",
    },
];

/// The queue for users who may see the identifying data of guests.
pub(super) static QUEUE: Listing<comments::table, Comment> = Listing {
    fields: &FIELDS,
    default_sort: "-created_at",
    members: Selectable::of::<StaffComment>,
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};

/// Returns the members that authors can select: none of them identifies guests.
fn open_members() -> &'static Selectable {
    static MEMBERS: LazyLock<Selectable> =
        LazyLock::new(|| Selectable::of::<StaffComment>().without(&["author_email", "ip", "user_agent"]));
    &MEMBERS
}

/// The queue for authors: the comments on their own articles, without fields that identify guests.
pub(super) static OWN_QUEUE: Listing<comments::table, Comment> = Listing {
    fields: FIELDS.split_at(OPEN_FIELDS).0,
    default_sort: "-created_at",
    members: open_members,
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};
