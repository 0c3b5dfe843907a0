//! The body of an article. Markdown is its source; blocks, sanitised HTML and everything else are derived from it here.
//!
//! - [`render`] derives everything from Markdown. [`compose`] converts blocks to Markdown, and blocks that [`render`] made survive the
//!   round trip unchanged.
//! - Text from a writer reaches HTML only through [`sanitise`]. Generated markup (anchors, images, ads, embeds) is added after sanitising.
//! - [`hydrate`] inserts the current state of images into the stored HTML.
//! - [`Renderings`] caches recent results, so that no transaction waits for rendering.
//! - `guest::inline` and [`brief`] render the restricted Markdown of comments and author biographies.

mod block;
mod check;
mod compose;
mod embed;
mod escape;
mod figures;
mod footnotes;
mod guest;
mod html_text;
mod hydrate;
mod hydrated;
mod input;
mod measure;
mod providers;
mod raw_html;
mod raw_tags;
mod render;
mod renderings;
mod sanitise;
mod source;
mod split;
mod tags;
mod text;
mod units;
mod warnings;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use block::{Block, TocEntry};
pub(crate) use check::check;
pub(crate) use compose::compose;
pub(crate) use guest::brief;
pub(crate) use hydrate::{ImageAttributes, hydrate};
pub(crate) use hydrated::{is_hydrated, pictures};
pub(crate) use input::BlockInput;
pub(crate) use measure::reading_minutes;
pub(crate) use render::{Rendered, render};
pub(crate) use renderings::{Body as RenderedBody, Renderings};
pub(crate) use warnings::{MAX_WARNINGS, Warning};
