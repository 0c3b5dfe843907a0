//! A comment: its row, and what readers see of it.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::spam::SpamSign;
use crate::articles::ArticleId;
use crate::db::{Column, Field, Id, Json, Key, Listing, Op, Predicate, Timestamp, column, text_enum};
use crate::input::Kind;
use crate::schema::comments;
use crate::users::User;

/// The id of a comment.
pub(crate) type CommentId = Id<Comment>;

text_enum! {
    /// What the people who look after comments have made of one.
    pub(crate) enum CommentStatus {
        /// It waits.
        Pending = "pending",
        /// Readers may see it.
        Approved = "approved",
        /// It does not belong here.
        Rejected = "rejected",
        /// It is advertising.
        Spam = "spam",
    }
}

text_enum! {
    /// What a comment's author is told of its status.
    pub(crate) enum OwnStatus {
        /// It does not show, yet.
        Pending = "pending",
        /// It shows.
        Approved = "approved",
    }
}

/// A comment as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comments)]
#[expect(clippy::struct_excessive_bools, reason = "a row, whose columns are independent of each other")]
pub(crate) struct Comment {
    pub(crate) id: CommentId,
    pub(crate) article_id: ArticleId,
    pub(crate) parent_id: Option<CommentId>,
    pub(crate) depth: i32,
    pub(crate) author_name: String,
    pub(crate) author_name_key: String,
    pub(crate) author_email: Option<String>,
    pub(crate) author_url: Option<String>,
    pub(crate) is_staff: bool,
    pub(crate) user_id: Option<Id<User>>,
    pub(crate) markdown: String,
    pub(crate) html: String,
    pub(crate) text: String,
    pub(crate) status: CommentStatus,
    pub(crate) shown: bool,
    pub(crate) reply_count: i32,
    pub(crate) score: i32,
    pub(crate) reported: i32,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) edit_token_hash: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) edited_at: Option<Timestamp>,
    pub(crate) pinned: bool,
    pub(crate) decision_reason: Option<String>,
    pub(crate) spam_score: i32,
    pub(crate) spam_signs: Json<Vec<SpamSign>>,
    pub(crate) text_hash: Option<String>,
    pub(crate) notify_replies: bool,
    pub(crate) erased: bool,
}

/// Who wrote a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentAuthor {
    /// The name they gave.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
    /// The website they gave.
    #[schema(format = "uri", example = "https://example.org/mara")]
    pub(crate) url: Option<String>,
    /// Whether they belong to the house.
    #[schema(example = false)]
    pub(crate) is_staff: bool,
}

/// What a comment says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentBody {
    /// As sanitised HTML; links are `nofollow ugc`.
    #[schema(example = "<p>At <em>last</em>.</p>")]
    pub(crate) html: String,
    /// As plain text.
    #[schema(example = "At last.")]
    pub(crate) text: String,
}

/// The first replies to a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Replies {
    /// How many direct replies there are.
    #[schema(example = 0, minimum = 0)]
    pub(crate) count: i32,
    /// The first of them, oldest first: up to three, three levels deep.
    #[schema(no_recursion, max_items = 3, example = json!([]))]
    pub(crate) data: Vec<CommentView>,
    /// The cursor that the comment's `/replies` go on with; null where all of them are here.
    pub(crate) next: Option<String>,
}

/// A comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentView {
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
    pub(crate) body: CommentBody,
    /// When it was written.
    pub(crate) created_at: Timestamp,
    /// When it was last edited.
    pub(crate) edited_at: Option<Timestamp>,
    /// Whether the house put it before all others of its article.
    #[schema(example = false)]
    pub(crate) pinned: bool,
    /// How many readers voted for it.
    #[schema(example = 3, minimum = 0)]
    pub(crate) votes: i32,
    /// Whether its text and its author's name were erased; both are empty then.
    #[schema(example = false)]
    pub(crate) erased: bool,
    /// The replies to it.
    pub(crate) replies: Replies,
}

impl Comment {
    /// Who wrote it.
    pub(super) fn author(&self) -> CommentAuthor {
        CommentAuthor { name: self.author_name.clone(), url: self.author_url.clone(), is_staff: self.is_staff }
    }

    /// What readers see of it.
    pub(super) fn view(&self, replies: Replies) -> CommentView {
        CommentView {
            id: self.id,
            parent_id: self.parent_id,
            depth: self.depth,
            author: self.author(),
            body: CommentBody { html: self.html.clone(), text: self.text.clone() },
            created_at: self.created_at,
            edited_at: self.edited_at,
            pinned: self.pinned,
            votes: self.score,
            erased: self.erased,
            replies,
        }
    }

    /// What its author is told; what was taken for spam looks as if it waited.
    pub(super) fn own_status(&self) -> OwnStatus {
        if self.status == CommentStatus::Approved { OwnStatus::Approved } else { OwnStatus::Pending }
    }
}

/// What the lists of an article's comments, and of a comment's replies, can be asked.
pub(super) static LISTING: Listing<comments::table, Comment> = Listing {
    fields: &[
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: &[],
            column: column!(time comments::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time of writing.",
        },
        Field {
            name: "top",
            kind: Kind::Int,
            ops: &[],
            column: Column { compare: compare_rank, order: Some(order_rank) },
            key: Some(|row| Key::Int(-i64::from(row.score))),
            about: "The readers' votes, the best first.",
        },
    ],
    default_sort: "created_at",
    includes: &[],
    members: &["id", "parent_id", "depth", "author", "body", "created_at", "edited_at", "pinned", "votes", "erased", "replies"],
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};

/// The rank is the score below zero, so that ascending is the best first.
fn compare_rank(op: Op, keys: &[Key]) -> Predicate<comments::table> {
    let score = i32::try_from(-keys.first().map_or(0, Key::int)).unwrap_or(i32::MAX);
    match op {
        Op::Lt => Box::new(comments::score.gt(score)),
        Op::Lte => Box::new(comments::score.ge(score)),
        Op::Gt => Box::new(comments::score.lt(score)),
        Op::Gte => Box::new(comments::score.le(score)),
        _ => Box::new(comments::score.eq(score)),
    }
}

fn order_rank(descending: bool) -> crate::db::columns::Ordering<comments::table> {
    if descending { Box::new(comments::score.asc()) } else { Box::new(comments::score.desc()) }
}
