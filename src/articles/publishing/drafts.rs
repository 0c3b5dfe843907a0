//! What clients may send to publish an article, and to submit it for review.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::db::Timestamp;
use crate::input::{Draft, Paragraph};

/// What publishing may be told.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicationDraft {
    /// When readers get it; at once where absent. A time that has passed publishes at once, too, and dates the article to it.
    pub(crate) at: Option<Timestamp>,
    /// When readers stop getting it; never where absent. Later than `at`, and than now.
    pub(crate) until: Option<Timestamp>,
    /// The number of the save that is published, whatever is saved later; the last one where absent.
    #[schema(minimum = 1, maximum = 2_147_483_647, example = 5)]
    pub(crate) revision: Option<i32>,
    /// What was wrong in the copy that was public until then; shown to readers.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) correction: Option<String>,
}

impl Draft for PublicationDraft {}

/// What a submission for review may say.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewDraft {
    /// What the reviewer should know; for the desk alone.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) note: Option<String>,
}

impl Draft for ReviewDraft {}
