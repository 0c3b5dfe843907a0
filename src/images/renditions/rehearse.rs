//! A rendition by itself, with neither store nor queue: what speed is measured on.

use tokio::runtime::Handle;

use super::super::anatomy::{Anatomy, Mime};
use super::super::image::Focal;
use super::develop::develop;
use super::ladder::{Cut, Format, Original, Rendition};
use crate::db::{Id, Timestamp};

/// Makes a rendition of a file, at any width, as the darkroom does. Not for a thread of the runtime.
///
/// # Errors
/// A sentence.
pub(crate) fn rehearse(file: &[u8], width: u32, format: &str, runtime: &Handle) -> Result<Vec<u8>, String> {
    let format = Format::parse(format).ok_or_else(|| format!("{format:?} is no format of renditions"))?;
    let mime = Mime::of(file).ok_or("the file is no picture")?;
    let anatomy = Anatomy::of(mime, file).map_err(|broken| broken.0.to_owned())?;
    let (own_width, own_height) = anatomy.seen_size();
    let original = Original {
        id: Id::new(Timestamp::from_millis(0)),
        sha256: String::new(),
        mime,
        width: own_width,
        height: own_height,
        alpha: false,
        moves: anatomy.frames > 1,
        focal: Focal::default(),
    };
    drop(anatomy);
    develop(&original, file, Rendition { cut: Cut { preset: None, width }, format }, runtime).map_err(|why| why.0)
}
