//! The editors' view of creatives.

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
    /// The id of the creative.
    pub(super) id: CreativeId,
    /// The placement that shows the creative.
    pub(super) placement: PlacementCard,
    /// The kind of the creative.
    pub(super) kind: AdKind,
    /// The name for the staff.
    #[schema(example = "Boots, spring")]
    pub(super) name: Option<String>,
    /// The label that tells readers that this is an ad; `null` for the placement's label.
    #[schema(example = "Sponsored by Quay Boots")]
    pub(super) label: Option<String>,
    /// Whether the creative can be shown.
    pub(super) active: bool,
    /// The URL of the script.
    #[schema(format = "iri", example = "https://ads.example/tag.js")]
    pub(super) src: Option<String>,
    /// The id of the element that the script fills.
    #[schema(example = "ad-slot-1")]
    pub(super) container_id: Option<String>,
    /// Further attributes of the script element.
    pub(super) attributes: Attributes,
    /// The URL that the image links to.
    #[schema(format = "iri", example = "https://shop.example/boots")]
    pub(super) link: Option<String>,
    /// The image.
    pub(super) image: Option<ImageView>,
    /// The HTML, stored unchanged.
    #[schema(example = "<b>Boots, half price</b>")]
    pub(super) html: Option<String>,
    /// The relative frequency with which front ends choose this creative among those of its placement.
    #[schema(example = 1)]
    pub(super) weight: i32,
    /// The time when the creative starts to be shown; `null` if it starts at once.
    pub(super) starts_at: Option<Timestamp>,
    /// The time when the creative stops being shown; `null` if it never does.
    pub(super) ends_at: Option<Timestamp>,
    /// The sections that show the creative. If empty, every page shows it.
    pub(super) sections: Vec<SectionCard>,
    /// The languages of pages that show the creative. If empty, pages of every language show it.
    #[schema(example = json!(["en"]))]
    pub(super) locales: Vec<String>,
}

/// Returns the view of one creative.
pub(super) fn one(app: &App, conn: &mut Conn, creative: Creative) -> Result<Edited<CreativeView>> {
    all(app, conn, vec![creative])?.pop().ok_or_else(Error::not_found)
}

/// Returns the views of some creatives with a fixed number of queries.
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
