//! The published copy: its row, written whole by publishing.

use diesel::prelude::*;

use super::super::content::content::{ArticleId, Correction, PublicContent};
use crate::db::{Json, Timestamp};
use crate::schema::publications;

/// What readers get, but for what is live and the text.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publications, treat_none_as_null = true)]
pub(crate) struct Publication {
    pub(crate) id: ArticleId,
    #[diesel(embed)]
    pub(crate) content: PublicContent,
    pub(crate) title_key: String,
    /// Empty where the text has no words.
    pub(crate) excerpt: String,
    pub(crate) word_count: i32,
    /// 0 where it was published before that was measured.
    pub(crate) reading_minutes: i32,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// Only counting writes it, so that no publishing brings an old count back.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}
