//! Images and their files.
//!
//! Invariants: the file of every row exists. Stored and served files have been decoded completely and hold nothing but pixels, colours and
//! frames. Readers can see an image only if public content shows it.

mod checking;
mod container;
mod examine;
mod files;
mod handlers;
mod image;
mod listing;
mod operations;
mod queries;
mod renditions;
#[cfg(test)]
mod samples;
mod storage;
#[cfg(test)]
mod tests;
mod upload;
mod uploads;
mod usages;

pub(crate) use checking::check;
pub(crate) use handlers::{media_routes, routes};
pub(crate) use image::{Image, ImageDraft, ImageId, ImageView};
pub(crate) use operations::sweep;
pub(crate) use queries::{find_reference, views};
pub(crate) use renditions::{RenditionBench, RenditionJob, Renditions, SocialImage};
pub(crate) use storage::Storage;
pub(crate) use upload::create;
pub(crate) use uploads::forget_expired as forget_expired_uploads;
