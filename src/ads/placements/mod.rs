//! Placements: where ads stand, by the words that front ends and article bodies name them by.

mod handlers;
mod operations;
mod placement;
mod queries;

pub(super) use handlers::routes;
pub(crate) use operations::create;
pub(crate) use placement::PlacementDraft;
pub(super) use placement::{Placement, PlacementCard, PlacementId};
pub(crate) use queries::known_keys;
pub(super) use queries::{by_ids, find_reference};
