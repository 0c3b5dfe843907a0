//! Votes: their row and their view.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::comments::comment::CommentId;
use crate::db::Timestamp;
use crate::schema::comment_votes;

/// A vote, as stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = comment_votes)]
pub(super) struct Vote {
    pub(super) comment_id: CommentId,
    pub(super) visitor: String,
    pub(super) place: String,
    pub(super) created_at: Timestamp,
}

/// The votes for a comment.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentVotes)]
pub(super) struct Votes {
    /// The number of readers' votes for the comment.
    #[schema(example = 3, minimum = 0)]
    pub(super) votes: i32,
}
