//! The row of the published version, which publishing writes as a whole.

use diesel::prelude::*;

use super::super::content::content::{ArticleId, Correction, PublicContent};
use crate::db::{Json, Timestamp};
use crate::schema::publications;

/// The published version of an article, without its text and the current data of other resources.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publications, treat_none_as_null = true)]
pub(crate) struct Publication {
    pub(crate) id: ArticleId,
    #[diesel(embed)]
    pub(crate) content: PublicContent,
    pub(crate) title_key: String,
    /// The excerpt; empty if the text has no words.
    pub(crate) excerpt: String,
    pub(crate) word_count: i32,
    /// The reading time; 0 for articles that were published before reading times were stored.
    pub(crate) reading_minutes: i32,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// The number of comments. Only counting comments changes it, so that publishing cannot restore an old number.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}
