//! Ads: placements, the creatives in them, and their statistics.
//!
//! Invariants: the content of a creative is data for front ends: the server runs and fetches no script and puts it
//! only into JSON responses. Readers see a creative only while it is shown. Nothing about its viewers is stored.

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
    // Before `/ads/{placement}`, which would match `/ads/placements` and `/ads/creatives`.
    mount.configure(placements::routes).configure(creatives::routes).configure(counting::routes).configure(delivery::routes);
}
