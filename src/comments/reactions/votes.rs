//! Votes: their row, and what is told of them.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::comments::comment::CommentId;
use crate::db::Timestamp;
use crate::schema::comment_votes;

/// A vote as it is stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = comment_votes)]
pub(super) struct Vote {
    pub(super) comment_id: CommentId,
    pub(super) visitor: String,
    pub(super) place: String,
    pub(super) created_at: Timestamp,
}

/// What a comment's votes come to.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CommentVotes)]
pub(super) struct Votes {
    /// How many readers voted for it.
    #[schema(example = 3, minimum = 0)]
    pub(super) votes: i32,
}
