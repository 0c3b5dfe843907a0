//! The response to a former slug.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::IdOrSlug;

/// The current slug of a resource that was requested by a former one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Moved {
    /// The current slug.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) canonical_slug: String,
}

impl Moved {
    /// Returns the response if the requested name is a slug other than the current one.
    pub(crate) fn from(asked: &str, present: &str) -> Option<Self> {
        let has_moved = matches!(IdOrSlug::<()>::parse(asked), IdOrSlug::Slug(slug) if slug != present);
        has_moved.then(|| Self { canonical_slug: present.to_owned() })
    }
}
