//! Renditions: copies of a picture at the widths of a ladder, whole or cropped around the focal point, in four formats.
//!
//! Invariants: only what the ladder names is ever made, so that nobody can fill the store; none is larger than its
//! original; one name stands for the same bytes for ever; all that is stored can be made again, so that losing it costs
//! time and nothing else.

mod animate;
#[cfg(feature = "avif")]
mod avif;
mod buffer;
mod darkroom;
mod decode;
mod develop;
mod encode;
mod glance;
mod handlers;
mod job;
mod ladder;
mod making;
mod picture;
mod rehearse;
#[cfg(test)]
mod tests;

pub(super) use darkroom::{Queue, reserve};
pub(super) use glance::{glance_at_avif, glance_at_jpeg, in_srgb, reaches_last_row};
pub(super) use handlers::routes;
pub(crate) use job::RenditionJob;
pub(super) use ladder::Original;
pub(crate) use making::Renditions;
pub(super) use making::{forget, without_original};
pub(crate) use picture::SocialImage;
pub(super) use picture::{Addresses, Crops, Source, SrcSet};
pub(crate) use rehearse::Rehearsal;
