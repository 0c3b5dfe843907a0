//! Makes renditions without media store and queue, for benchmarks.

use tokio::runtime::Handle;

use super::super::container::{Container, Mime};
use super::super::image::Focal;
use super::ladder::{Cut, Format, Original, Rendition};
use super::render::render;
use crate::db::{Id, Timestamp};

/// A file with the properties that its row would have.
pub(crate) struct RenditionBench {
    file: Vec<u8>,
    original: Original,
}

impl RenditionBench {
    /// Reads the properties of a file.
    ///
    /// # Errors
    /// Returns a sentence that states the reason.
    pub(crate) fn of(file: Vec<u8>) -> Result<Self, String> {
        let mime = Mime::of(&file).ok_or("the file is not an image")?;
        let container = Container::of(mime, &file).map_err(|broken| broken.0.to_owned())?;
        let (width, height) = container.seen_size();
        let original = Original {
            id: Id::new(Timestamp::from_millis(0)),
            sha256: String::new(),
            mime,
            width,
            height,
            alpha: false,
            moves: container.frames > 1,
            focal: Focal::default(),
        };
        Ok(Self { file, original })
    }

    /// Makes a rendition of any width, as the image workers do. Do not call this on a thread of the async runtime.
    ///
    /// # Errors
    /// Returns a sentence that states the reason.
    pub(crate) fn render(&self, width: u32, format: &str, runtime: &Handle) -> Result<Vec<u8>, String> {
        let format = Format::parse(format).ok_or_else(|| format!("{format:?} is not a format of renditions"))?;
        render(&self.original, &self.file, Rendition { cut: Cut { preset: None, width }, format }, runtime).map_err(|why| why.to_string())
    }
}
