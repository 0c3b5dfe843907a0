//! Selects the creatives to show: a function of a connection, placements and an audience.

use std::collections::BTreeMap;

use super::queries;
use super::view::{AdPlace, AdPlaceView, AdView};
use crate::ads::creatives::{self, Creative};
use crate::ads::placements::Placement;
use crate::app::App;
use crate::db::{Conn, Id, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::images;
use crate::taxonomy::{self, Section};

/// The maximum number of placements on a whole page.
const MAX_PER_PAGE: i64 = 50;

/// The properties of a page by which creatives are targeted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audience {
    /// The section of the page. Without one, creatives for particular sections are not shown.
    pub(crate) section: Option<Id<Section>>,
    /// The language of the page. Without one, creatives for particular languages are not shown.
    pub(crate) locale: Option<String>,
}

impl Audience {
    /// Builds the audience from a query; the section is an id or slug.
    pub(super) fn from_query(conn: &mut Conn, section: Option<&str>, locale: Option<String>) -> Result<Self> {
        let Some(name) = section else { return Ok(Self { section: None, locale }) };
        let found = taxonomy::find_section(conn, &name.to_lowercase())?.and_then(|id| id.parse().ok());
        let unknown = || {
            let detail = format!("There is no section with the id or slug {name:?}.");
            Error::bad_query(vec![Fault::parameter("section", "unknown_reference", detail)])
        };
        Ok(Self { section: Some(found.ok_or_else(unknown)?), locale })
    }
}

/// Returns the creatives that a placement shows now, and the time of the next change, if any; `None` if the placement does not
/// exist.
pub(super) fn shown(app: &App, conn: &mut Conn, key: &str, audience: &Audience) -> Result<Option<(AdPlaceView, Option<Timestamp>)>> {
    let Some(place) = queries::placement(conn, key)? else { return Ok(None) };
    let (places, until) = shown_in(app, conn, vec![place], audience)?;
    Ok(places.into_iter().next().map(|place| (place, until)))
}

/// The creatives to show, by placement key.
pub(crate) type AdsByPlace = BTreeMap<String, Vec<AdView>>;

/// Returns the creatives that a whole page shows now, by placement key, and the time of the next change, if any.
pub(crate) fn all_shown(app: &App, conn: &mut Conn, audience: &Audience) -> Result<(AdsByPlace, Option<Timestamp>)> {
    let places = queries::placements(conn, MAX_PER_PAGE)?;
    let (places, until) = shown_in(app, conn, places, audience)?;
    Ok((places.into_iter().map(|place| (place.placement.key, place.creatives)).collect(), until))
}

fn shown_in(app: &App, conn: &mut Conn, places: Vec<Placement>, audience: &Audience) -> Result<(Vec<AdPlaceView>, Option<Timestamp>)> {
    if places.is_empty() {
        return Ok((Vec::new(), None));
    }
    let now = app.now();
    let all = creatives::of_placements(conn, &places.iter().map(|place| place.id).collect::<Vec<_>>())?;
    let turns = all.iter().flat_map(|creative| [creative.starts_at, creative.ends_at]).flatten();
    let until = turns.filter(|turn| *turn > now).min();
    let of_each = creatives::section_ids(conn, &all.iter().map(|creative| creative.id).collect::<Vec<_>>())?;
    let line = audience.section.map(|section| queries::line(conn, section)).transpose()?.unwrap_or_default();
    let fits = |creative: &Creative| {
        let wanted = of_each.get(&creative.id);
        is_on(creative, now)
            && speaks(creative, audience.locale.as_deref())
            && wanted.is_none_or(|own| own.iter().any(|id| line.contains(id)))
    };
    let fitting: Vec<Creative> = all.into_iter().filter(fits).collect();
    let pictures: Vec<_> = fitting.iter().filter_map(|creative| creative.image_id).collect();
    let pictures = images::views(conn, &app.config.links, &pictures)?;
    let shown = places.into_iter().map(|place| {
        let own = fitting.iter().filter(|creative| creative.placement_id == place.id);
        let creatives = own.map(|creative| AdView {
            id: creative.id,
            kind: creative.kind,
            label: creative.label.clone().unwrap_or_else(|| place.label.clone()),
            src: creative.src.clone(),
            container_id: creative.container_id.clone(),
            attributes: creative.attributes.0.clone(),
            link: creative.link.clone(),
            image: creative.image_id.and_then(|id| pictures.get(&id).cloned()),
            html: creative.html.clone(),
            weight: creative.weight,
            impressions_url: beacon(app, creative, "impressions"),
            clicks_url: beacon(app, creative, "clicks"),
        });
        AdPlaceView { creatives: creatives.collect(), placement: AdPlace { key: place.key.clone(), label: place.label.clone() } }
    });
    Ok((shown.collect(), until))
}

/// Checks whether a creative has started and not ended.
fn is_on(creative: &Creative, now: Timestamp) -> bool {
    creative.starts_at.is_none_or(|starts_at| starts_at <= now) && creative.ends_at.is_none_or(|ends_at| now < ends_at)
}

/// Checks whether a creative matches the language.
fn speaks(creative: &Creative, locale: Option<&str>) -> bool {
    let within = |own: &String| {
        locale.and_then(|locale| locale.strip_prefix(own.as_str())).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    creative.locales.0.is_empty() || creative.locales.0.iter().any(within)
}

fn beacon(app: &App, creative: &Creative, what: &str) -> String {
    format!("{}/api/v1/ads/creatives/{}/{what}", app.config.links.api_url, creative.id)
}
