//! The queue: what the people who look after comments see of them, and what they can ask for.

use serde::Serialize;
use utoipa::ToSchema;

use super::comment::{Comment, CommentAuthor, CommentId, CommentStatus, Replies};
use super::queries::article_is;
use super::spam::SpamSign;
use crate::articles::ArticleId;
use crate::db::{Column, Field, Key, Listing, Op, Timestamp, column};
use crate::input::Kind;
use crate::schema::comments;

/// What a comment says, with its source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StaffCommentBody {
    /// As sanitised HTML; links are `nofollow ugc`.
    #[schema(example = "<p>At <em>last</em>.</p>")]
    pub(crate) html: String,
    /// As plain text.
    #[schema(example = "At last.")]
    pub(crate) text: String,
    /// As it was written, in inline Markdown.
    #[schema(example = "At *last*.")]
    pub(crate) markdown: String,
}

/// The article that a comment stands under.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentedArticle {
    /// Its id.
    pub(crate) id: ArticleId,
    /// Its address.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// Its headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
}

/// A comment, as those see it who look after comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StaffComment {
    /// Its id.
    pub(crate) id: CommentId,
    /// The comment that it answers.
    pub(crate) parent_id: Option<CommentId>,
    /// How many comments lie above it.
    #[schema(example = 0, minimum = 0)]
    pub(crate) depth: i32,
    /// Who wrote it.
    pub(crate) author: CommentAuthor,
    /// What it says.
    pub(crate) body: StaffCommentBody,
    /// When it was written.
    pub(crate) created_at: Timestamp,
    /// When it was last edited.
    pub(crate) edited_at: Option<Timestamp>,
    /// Whether it stands before all others of its article.
    #[schema(example = false)]
    pub(crate) pinned: bool,
    /// How many readers voted for it.
    #[schema(example = 3, minimum = 0)]
    pub(crate) votes: i32,
    /// Whether its text and its author's name were erased.
    #[schema(example = false)]
    pub(crate) erased: bool,
    /// How many approved replies there are; `data` is empty here.
    pub(crate) replies: Replies,
    /// What was made of it.
    pub(crate) status: CommentStatus,
    /// Why, where somebody said so.
    #[schema(example = "Names a private person.")]
    pub(crate) reason: Option<String>,
    /// What speaks for spam, in points from 0 to 100.
    #[schema(example = 10, minimum = 0, maximum = 100)]
    pub(crate) spam_score: i32,
    /// What the points are for.
    #[schema(example = json!(["no_form"]))]
    pub(crate) spam_signs: Vec<SpamSign>,
    /// The article that it stands under.
    pub(crate) article: CommentedArticle,
    /// The e-mail address that its author gave; null for authors, who may not see it.
    #[schema(example = "mara@example.org")]
    pub(crate) author_email: Option<String>,
    /// The IP address that it came from; null for authors, who may not see it.
    #[schema(example = "203.0.113.7")]
    pub(crate) ip: Option<String>,
    /// The program that it came from; null for authors, who may not see it.
    #[schema(example = "Mozilla/5.0")]
    pub(crate) user_agent: Option<String>,
    /// How many readers reported it.
    #[schema(example = 0, minimum = 0)]
    pub(crate) reported: i32,
    /// Counts the changes; `"v7"` as an `ETag`.
    #[schema(example = 1, minimum = 1)]
    pub(crate) version: i32,
}

/// What tells who a guest is: for moderators, editors and administrators alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces {
    author_email: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl Traces {
    /// Those that a comment left.
    pub(super) fn of(comment: &Comment) -> Self {
        Self { author_email: comment.author_email.clone(), ip: comment.address.clone(), user_agent: comment.user_agent.clone() }
    }
}

impl Comment {
    /// What those see of it who look after comments, with as many traces as they may see.
    pub(super) fn staff_view(&self, article: CommentedArticle, replies: Replies, traces: Traces) -> StaffComment {
        let Traces { author_email, ip, user_agent } = traces;
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
            reason: self.decision_reason.clone(),
            spam_score: self.spam_score,
            spam_signs: self.spam_signs.0.clone(),
            article,
            author_email,
            ip,
            user_agent,
            reported: self.reported,
            version: self.version,
        }
    }
}

/// The first of the fields is for all; the rest is for those who may see traces.
const OPEN_FIELDS: usize = 6;

static FIELDS: [Field<comments::table, Comment>; 8] = [
    Field {
        name: "status",
        kind: Kind::Word(CommentStatus::WORDS),
        ops: Op::CHOICE,
        column: column!(text comments::status),
        key: None,
        about: "What was made of it.",
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
        about: "The name it is signed with, without regard to case and accents.",
    },
    Field {
        name: "created_at",
        kind: Kind::Time,
        ops: Op::ORDER,
        column: column!(time comments::created_at),
        key: Some(|row| Key::Int(row.created_at.millis())),
        about: "The time of writing.",
    },
    Field {
        name: "reported",
        kind: Kind::Int,
        ops: Op::ORDER,
        column: column!(int comments::reported),
        key: Some(|row| Key::Int(i64::from(row.reported))),
        about: "How many readers reported it.",
    },
    Field {
        name: "spam_score",
        kind: Kind::Int,
        ops: Op::ORDER,
        column: column!(int comments::spam_score),
        key: None,
        about: "What speaks for spam, in points from 0 to 100.",
    },
    Field {
        name: "author_email",
        kind: Kind::Email,
        ops: Op::OPTIONAL_EMAIL,
        column: column!(optional text comments::author_email),
        key: None,
        about: "The e-mail address of its author, without regard to case. Unknown to authors.",
    },
    Field {
        name: "ip",
        kind: Kind::Text,
        ops: Op::OPTIONAL_TEXT,
        column: column!(optional text comments::address),
        key: None,
        about: "The IP address that it came from. Unknown to authors.",
    },
];

/// What the queue can be asked by those who may see everything.
pub(super) static QUEUE: Listing<comments::table, Comment> = Listing {
    fields: &FIELDS,
    default_sort: "-created_at",
    includes: &[],
    members: &[
        "id",
        "parent_id",
        "depth",
        "author",
        "body",
        "created_at",
        "edited_at",
        "pinned",
        "votes",
        "erased",
        "replies",
        "status",
        "reason",
        "spam_score",
        "spam_signs",
        "article",
        "author_email",
        "ip",
        "user_agent",
        "reported",
        "version",
    ],
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};

/// What authors can ask of the comments on their own articles: nothing that would tell who a guest is.
pub(super) static OWN_QUEUE: Listing<comments::table, Comment> = Listing {
    fields: FIELDS.split_at(OPEN_FIELDS).0,
    default_sort: "-created_at",
    includes: &[],
    members: &[
        "id",
        "parent_id",
        "depth",
        "author",
        "body",
        "created_at",
        "edited_at",
        "pinned",
        "votes",
        "erased",
        "replies",
        "status",
        "reason",
        "spam_score",
        "spam_signs",
        "article",
        "reported",
        "version",
    ],
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};
