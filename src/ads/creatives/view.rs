//! What editors see of a creative.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::creative::{AdKind, Creative, CreativeId};
use super::queries;
use super::rules::Attributes;
use crate::ads::placements::{self, PlacementCard};
use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use crate::http::Edited;
use crate::images::{self, ImageView};
use crate::taxonomy::{self, SectionCard};

/// A creative, as editors see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdCreativeView)]
pub(crate) struct CreativeView {
    /// Its id.
    pub(super) id: CreativeId,
    /// Where it is shown.
    pub(super) placement: PlacementCard,
    /// What it is.
    pub(super) kind: AdKind,
    /// What it is called among those who work here.
    #[schema(example = "Boots, spring")]
    pub(super) name: Option<String>,
    /// What readers are told that it is; the placement's label where null.
    #[schema(example = "Sponsored by Quay Boots")]
    pub(super) label: Option<String>,
    /// Whether it is shown at all.
    pub(super) active: bool,
    /// The script's address.
    #[schema(format = "uri", example = "https://ads.example/tag.js")]
    pub(super) src: Option<String>,
    /// The name of the element that the script fills.
    #[schema(example = "ad-slot-1")]
    pub(super) container_id: Option<String>,
    /// What the script's element is to say besides.
    pub(super) attributes: Attributes,
    /// Where the picture leads to.
    #[schema(format = "uri", example = "https://shop.example/boots")]
    pub(super) link: Option<String>,
    /// The picture.
    pub(super) image: Option<ImageView>,
    /// The HTML, as it was sent.
    #[schema(example = "<b>Boots, half price</b>")]
    pub(super) html: Option<String>,
    /// How often it is to be chosen, compared with the others of its placement.
    #[schema(example = 1)]
    pub(super) weight: i32,
    /// When it begins to be shown.
    pub(super) starts_at: Option<Timestamp>,
    /// When it is no longer shown.
    pub(super) ends_at: Option<Timestamp>,
    /// The sections that it is shown in; everywhere where there is none.
    pub(super) sections: Vec<SectionCard>,
    /// The languages that it is shown in; in all where there is none.
    #[schema(example = json!(["en"]))]
    pub(super) locales: Vec<String>,
}

/// What editors see of one creative.
pub(super) fn one(app: &App, conn: &mut Conn, creative: Creative) -> Result<Edited<CreativeView>> {
    all(app, conn, vec![creative])?.pop().ok_or_else(Error::not_found)
}

/// What editors see of creatives, by a fixed number of queries.
pub(super) fn all(app: &App, conn: &mut Conn, creatives: Vec<Creative>) -> Result<Vec<Edited<CreativeView>>> {
    let links = &app.config.links;
    let ids: Vec<_> = creatives.iter().map(|creative| creative.id).collect();
    let mut of_each = queries::section_ids(conn, &ids)?;
    let sections: Vec<_> = of_each.values().flatten().copied().collect();
    let sections = taxonomy::section_cards(conn, links, &sections)?;
    let images: Vec<_> = creatives.iter().filter_map(|creative| creative.image_id).collect();
    let images: HashMap<_, _> = images::views(conn, links, &images)?;
    let places: Vec<_> = creatives.iter().map(|creative| creative.placement_id).collect();
    let places = placements::by_ids(conn, &places)?;
    let mut views = Vec::new();
    for creative in creatives {
        let place = places.get(&creative.placement_id).ok_or_else(Error::not_found)?;
        let own = of_each.remove(&creative.id).unwrap_or_default();
        let (version, created_at, updated_at) = (creative.version, creative.created_at, creative.updated_at);
        let view = CreativeView {
            id: creative.id,
            placement: place.card(),
            kind: creative.kind,
            name: creative.name,
            label: creative.label,
            active: creative.active,
            src: creative.src,
            container_id: creative.container_id,
            attributes: creative.attributes.0,
            link: creative.link,
            image: creative.image_id.and_then(|id| images.get(&id).cloned()),
            html: creative.html,
            weight: creative.weight,
            starts_at: creative.starts_at,
            ends_at: creative.ends_at,
            sections: own.iter().filter_map(|id| sections.get(id).cloned()).collect(),
            locales: creative.locales.0,
        };
        views.push(Edited { view, version, created_at, updated_at });
    }
    Ok(views)
}
