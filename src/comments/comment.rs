//! A comment: its row and its public view.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::articles::ArticleId;
use crate::db::{Column, Field, Id, Key, Listing, Op, Predicate, Timestamp, column, text_enum};
use crate::input::{Kind, Selectable};
use crate::schema::comments;
use crate::users::User;

/// The id of a comment.
pub(crate) type CommentId = Id<Comment>;

text_enum! {
    /// The moderation status of a comment.
    pub(crate) enum CommentStatus {
        /// The comment waits for approval.
        Pending = "pending",
        /// The comment is approved; readers may see it.
        Approved = "approved",
        /// The comment was rejected.
        Rejected = "rejected",
        /// The comment is spam.
        Spam = "spam",
    }
}

text_enum! {
    /// The status of a comment, as its author sees it.
    pub(crate) enum OwnStatus {
        /// The comment is not public, or not yet.
        Pending = "pending",
        /// The comment is public.
        Approved = "approved",
    }
}

/// A comment, as stored.
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
    pub(crate) edit_token_hash: Option<String>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) edited_at: Option<Timestamp>,
    pub(crate) pinned: bool,
    pub(crate) notify_replies: bool,
    pub(crate) erased: bool,
}

/// The author of a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentAuthor {
    /// The name that the author gave.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
    /// The website that the author gave.
    #[schema(format = "iri", example = "https://example.org/mara")]
    pub(crate) url: Option<String>,
    /// Whether the author belongs to the staff.
    #[schema(example = false)]
    pub(crate) is_staff: bool,
}

/// The text of a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentBody {
    /// The text as sanitised HTML; links are `nofollow ugc`.
    #[schema(example = "<p>At <em>last</em>.</p>")]
    pub(crate) html: String,
    /// The text as plain text.
    #[schema(example = "At last.")]
    pub(crate) text: String,
}

/// The first replies to a comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Replies {
    /// The number of approved direct replies.
    #[schema(example = 0, minimum = 0)]
    pub(crate) count: i32,
    /// The first replies, oldest first: at most three, nested at most three levels deep.
    #[schema(no_recursion, max_items = 3, example = json!([]))]
    pub(crate) data: Vec<CommentView>,
    /// The cursor to fetch more from the comment's `/replies`; `null` if all replies are here.
    pub(crate) next: Option<String>,
}

/// A comment, as readers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentView {
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
    pub(crate) body: CommentBody,
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
    /// Whether the text and the author's name were erased. Both are empty then.
    #[schema(example = false)]
    pub(crate) erased: bool,
    /// The replies to the comment.
    pub(crate) replies: Replies,
}

impl Comment {
    /// Returns the comment's author.
    pub(super) fn author(&self) -> CommentAuthor {
        CommentAuthor { name: self.author_name.clone(), url: self.author_url.clone(), is_staff: self.is_staff }
    }

    /// Returns the comment as readers see it.
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

    /// Returns the status for the comment's author, who sees spam and rejected comments as pending.
    pub(super) fn own_status(&self) -> OwnStatus {
        if self.status == CommentStatus::Approved { OwnStatus::Approved } else { OwnStatus::Pending }
    }
}

/// The sort fields of the lists of an article's comments and of a comment's replies.
pub(super) static LISTING: Listing<comments::table, Comment> = Listing {
    fields: &[
        Field {
            name: "created_at",
            kind: Kind::Time,
            ops: &[],
            column: column!(time comments::created_at),
            key: Some(|row| Key::Int(row.created_at.millis())),
            about: "The time when the comment was written.",
        },
        Field {
            name: "top",
            kind: Kind::Int,
            ops: &[],
            column: Column { compare: compare_rank, order: Some(order_rank) },
            key: Some(|row| Key::Int(-i64::from(row.score))),
            about: "The number of votes, highest first.",
        },
    ],
    default_sort: "created_at",
    members: Selectable::of::<CommentView>,
    id: column!(id comments::id),
    id_of: |row| row.id.to_string(),
};

/// The sort key is the negated score, so that ascending order starts with the highest score.
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
