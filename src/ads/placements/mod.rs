//! Placements: the positions for ads, named by key in front ends and article texts.

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
