//! The answer to a former slug.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Slugged;

/// The present slug of what was asked for by a former one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Moved {
    /// The present slug.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) canonical_slug: String,
}

impl Moved {
    /// The answer, if the text that was asked for is a slug other than the present one.
    pub(crate) fn from(asked: &str, present: &str) -> Option<Self> {
        let has_moved = matches!(Slugged::<()>::parse(asked), Slugged::Slug(slug) if slug != present);
        has_moved.then(|| Self { canonical_slug: present.to_owned() })
    }
}
