//! What readers see of a placement and of the creatives in it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ads::creatives::{AdKind, Attributes, CreativeId};
use crate::images::ImageView;

/// A placement, and what is shown in it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdPlaceView {
    /// Where it is.
    pub(crate) placement: AdPlace,
    /// What fits, the heaviest first; choose one by their weights.
    pub(crate) creatives: Vec<AdView>,
}

/// A placement, as readers see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdPlace {
    /// The word that it is named by.
    #[schema(example = "in-article")]
    pub(crate) key: String,
    /// What readers are to be told that it is.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
}

/// A creative, as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AdView {
    /// Its id.
    pub(crate) id: CreativeId,
    /// What it is: a `script` to be loaded, an `image` that leads somewhere, or `html` for a frame with `sandbox`.
    pub(crate) kind: AdKind,
    /// What readers are to be told that it is.
    #[schema(example = "Advertisement")]
    pub(crate) label: String,
    /// The script's address.
    #[schema(format = "uri", example = "https://ads.example/tag.js")]
    pub(crate) src: Option<String>,
    /// The name of the element that the script fills.
    #[schema(example = "ad-slot-1")]
    pub(crate) container_id: Option<String>,
    /// What the script's element is to say besides.
    pub(crate) attributes: Attributes,
    /// Where the picture leads to.
    #[schema(format = "uri", example = "https://shop.example/boots")]
    pub(crate) link: Option<String>,
    /// The picture.
    pub(crate) image: Option<ImageView>,
    /// The HTML. It is not made safe: show it in a frame with `sandbox`, never in your own page.
    #[schema(example = "<b>Boots, half price</b>")]
    pub(crate) html: Option<String>,
    /// How often it is to be chosen, compared with the others.
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub(crate) weight: i32,
    /// Where to `POST` when somebody sees it.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/ads/creatives/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/impressions")]
    pub(crate) impressions_url: String,
    /// Where to `POST` when somebody clicks on it.
    #[schema(format = "uri", example = "https://api.example.com/api/v1/ads/creatives/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/clicks")]
    pub(crate) clicks_url: String,
}
