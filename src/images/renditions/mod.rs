//! Renditions: copies of an image in fixed widths and four formats, whole or cropped around the focal point.
//!
//! Invariants: only fixed widths and crops are made, so that nobody can fill the media store. No rendition is larger than its original. A
//! file name stands for the same bytes forever. Every rendition can be made again, so that its loss costs only time.

mod animate;
#[cfg(feature = "avif")]
mod avif;
mod bench;
mod buffer;
mod decode;
mod encode;
mod handlers;
mod job;
mod ladder;
mod making;
mod picture;
mod preview;
mod render;
#[cfg(test)]
mod tests;
mod workers;

pub(crate) use bench::RenditionBench;
pub(super) use handlers::routes;
pub(crate) use job::RenditionJob;
pub(super) use ladder::Original;
pub(crate) use making::Renditions;
pub(super) use making::{forget, without_original};
pub(crate) use picture::SocialImage;
pub(super) use picture::{Addresses, Crops, Source, SrcSet};
pub(super) use preview::{in_srgb, preview_avif, preview_jpeg, reaches_last_row};
pub(super) use workers::{Queue, reserve};
