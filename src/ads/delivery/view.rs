//! The readers' view of placements and creatives.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ads::creatives::{AdKind, Attributes, CreativeId};
use crate::images::ImageView;

/// A placement with the creatives to show now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdPlaceView {
    /// The placement.
    pub(crate) placement: AdPlace,
    /// The matching creatives, highest weight first. Choose one by weight.
    pub(crate) creatives: Vec<AdView>,
}

/// A placement, as readers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdPlace {
    /// The key of the placement.
    #[schema(example = "in-article")]
    pub(crate) key: String,
    /// The label that tells readers that this is an ad.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
}

/// A creative, as readers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdView {
    /// The id of the creative.
    pub(crate) id: CreativeId,
    /// The kind of the creative: a `script` to load, an `image` with a link, or `html` for a frame with `sandbox`.
    pub(crate) kind: AdKind,
    /// The label that tells readers that this is an ad.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
    /// The URL of the script.
    #[schema(format = "iri", example = "https://ads.example/tag.js")]
    pub(crate) src: Option<String>,
    /// The id of the element that the script fills.
    #[schema(example = "ad-slot-1")]
    pub(crate) container_id: Option<String>,
    /// Further attributes of the script element.
    pub(crate) attributes: Attributes,
    /// The URL that the image links to.
    #[schema(format = "iri", example = "https://shop.example/boots")]
    pub(crate) link: Option<String>,
    /// The image.
    pub(crate) image: Option<ImageView>,
    /// The HTML. It is not sanitised: show it in a frame with `sandbox`, never in your own page.
    #[schema(example = "<b>Boots, half price</b>")]
    pub(crate) html: Option<String>,
    /// The relative frequency with which to choose this creative among the others.
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub(crate) weight: i32,
    /// The URL to `POST` to when a reader sees the creative.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/ads/creatives/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/impressions")]
    pub(crate) impressions_url: String,
    /// The URL to `POST` to when a reader clicks on the creative.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/ads/creatives/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/clicks")]
    pub(crate) clicks_url: String,
}
