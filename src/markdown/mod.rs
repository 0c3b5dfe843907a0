//! An article's body: Markdown is its one stored form; blocks, sanitised HTML and all else are derived from it here.
//!
//! - [`render`] derives everything from Markdown; [`compose`] turns blocks back into Markdown, such that blocks which [`render`] made give the
//!   same blocks again.
//! - Nothing that a writer typed reaches HTML but through [`sanitise`]; what the house adds (anchors, images, ads, embeds) is written after it.
//! - [`hydrate`] puts the images, which are live, into the HTML, which is frozen.
//! - [`Renderings`] keeps what was rendered a moment ago, so that no transaction waits for it.
//! - [`inline`] and [`brief`] are the narrower Markdown of comments and of authors' lives.

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
