//! The moderation record of a comment: the data that only moderation needs, in a table that readers' queries never read.

use diesel::prelude::*;

use super::comment::{Comment, CommentId};
use super::posting::Poster;
use super::spam::SpamSignal;
use crate::db::{Json, Timestamp};
use crate::schema::comment_moderation;

/// The moderation record of a comment, as stored. Each comment has one.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = comment_moderation)]
pub(super) struct ModerationRecord {
    pub(super) comment_id: CommentId,
    pub(super) address: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) decision_reason: Option<String>,
    pub(super) spam_score: i32,
    pub(super) spam_signs: Json<Vec<SpamSignal>>,
    pub(super) text_hash: Option<String>,
    /// A copy of the time of the comment, for the indexes of this table.
    pub(super) created_at: Timestamp,
}

impl ModerationRecord {
    /// Creates the record of a new comment.
    pub(super) fn new(comment: &Comment, poster: &Poster) -> Self {
        Self {
            comment_id: comment.id,
            address: Some(poster.address.clone()),
            user_agent: poster.user_agent.clone(),
            decision_reason: None,
            spam_score: 0,
            spam_signs: Json(Vec::new()),
            text_hash: None,
            created_at: comment.created_at,
        }
    }
}
