//! Ads: placements, the creatives in them, and their statistics.
//!
//! Invariants: the content of a creative is data for front ends. The server neither runs nor fetches its script, and puts the
//! content only into JSON responses. Readers see a creative only while it is shown. Nothing about the viewers of a creative is
//! stored.

mod counting;
mod creatives;
mod delivery;
mod placements;

pub(crate) use counting::{AdCounts, write_down as write_counts_down};
pub(crate) use creatives::{CreativeDraft, create as create_creative};
pub(crate) use delivery::{AdsByPlace, Audience, all_shown};
pub(crate) use placements::{PlacementDraft, create as create_placement, known_keys};

use crate::http::Mount;

/// Mounts the routes.
pub(crate) fn routes(mount: &mut impl Mount) {
    // The route `/ads/{placement}` of `delivery` comes last, because it would also match `/ads/placements` and `/ads/creatives`.
    mount.configure(placements::routes).configure(creatives::routes).configure(counting::routes).configure(delivery::routes);
}
