//! Pictures and the files that they are made of.
//!
//! Invariants: a row's file is always there; what is stored and served was decoded whole and holds no more than pixels,
//! colours and frames; readers learn of a picture only where something public shows it.

mod anatomy;
mod checking;
mod examine;
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
pub(crate) use renditions::{Rehearsal, RenditionJob, Renditions, SocialImage};
pub(crate) use storage::Storage;
pub(crate) use upload::create;
pub(crate) use uploads::forget_expired as forget_expired_uploads;
