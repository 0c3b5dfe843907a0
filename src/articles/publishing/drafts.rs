//! The drafts that clients send to publish an article and to submit it for review.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::db::Timestamp;
use crate::input::{Draft, Paragraph};

/// A publication of an article, as clients send it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicationDraft {
    /// The time when the revision becomes public; at once if absent. A time in the past also publishes at once, and becomes the article's
    /// `published_at`.
    pub(crate) at: Option<Timestamp>,
    /// The time when the publication ends; it must be later than `at` and in the future. If absent, the publication does not end.
    pub(crate) until: Option<Timestamp>,
    /// The number of the revision to publish; the latest if absent. Later saves do not change it.
    #[schema(minimum = 1, maximum = 2_147_483_647, example = 5)]
    pub(crate) revision: Option<i32>,
    /// A description of an error in the version that was public before; readers see it.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) correction: Option<String>,
}

impl Draft for PublicationDraft {}

/// A submission for review, as clients send it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewDraft {
    /// A note for the reviewer; readers never see it.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) note: Option<String>,
}

impl Draft for ReviewDraft {}
