//! Ads: the places for them, what is shown there to whom and when, and how often it was seen.
//!
//! Invariants: what a creative says is data for front ends: no script of it is run, fetched or put into an answer that is
//! anything but JSON; readers learn of a creative only where it is shown now; nothing of who saw it is kept.

mod counting;
mod creatives;
mod placements;
mod showing;

pub(crate) use counting::{AdCounts, write_down as write_counts_down};
pub(crate) use creatives::{CreativeDraft, create as create_creative};
pub(crate) use placements::{PlacementDraft, create as create_placement, known_keys};
pub(crate) use showing::{AdsByPlace, Audience, all_shown};

use crate::http::Mount;

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    // Before `/ads/{placement}`, which would take their names for placements.
    mount.configure(placements::routes).configure(creatives::routes).configure(counting::routes).configure(showing::routes);
}
