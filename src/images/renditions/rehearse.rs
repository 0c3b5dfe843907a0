//! Renditions by themselves, with neither store nor queue: what speed is measured on.

use tokio::runtime::Handle;

use super::super::anatomy::{Anatomy, Mime};
use super::super::image::Focal;
use super::develop::develop;
use super::ladder::{Cut, Format, Original, Rendition};
use crate::db::{Id, Timestamp};

/// A file, and what its row would say of it.
pub(crate) struct Rehearsal {
    file: Vec<u8>,
    original: Original,
}

impl Rehearsal {
    /// Measures a file.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn of(file: Vec<u8>) -> Result<Self, String> {
        let mime = Mime::of(&file).ok_or("the file is no picture")?;
        let anatomy = Anatomy::of(mime, &file).map_err(|broken| broken.0.to_owned())?;
        let (width, height) = anatomy.seen_size();
        let original = Original {
            id: Id::new(Timestamp::from_millis(0)),
            sha256: String::new(),
            mime,
            width,
            height,
            alpha: false,
            moves: anatomy.frames > 1,
            focal: Focal::default(),
        };
        Ok(Self { file, original })
    }

    /// Makes a rendition, at any width, as the darkroom does. Not for a thread of the runtime.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn develop(&self, width: u32, format: &str, runtime: &Handle) -> Result<Vec<u8>, String> {
        let format = Format::parse(format).ok_or_else(|| format!("{format:?} is no format of renditions"))?;
        develop(&self.original, &self.file, Rendition { cut: Cut { preset: None, width }, format }, runtime).map_err(|why| why.to_string())
    }
}
