//! Scales pictures.
//!
//! What scales is generic, and so is compiled with whoever calls it and as that is: the program, which is compiled to be small, and
//! takes two and a half times as long then. So its caller is here, in a crate of its own, which is compiled to be fast.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// A part of a picture, in pixels that need not be whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// Cuts a part out of pixels and scales it, by Lanczos' filter: rows of red, green, blue and, with `alpha`, how opaque they are, a byte
/// each. `size` and `wanted` are width and height.
///
/// # Errors
/// A sentence, where the bytes are not as many as the size says or the part lies outside.
pub fn scale(bytes: &[u8], size: (u32, u32), alpha: bool, part: Part, wanted: (u32, u32)) -> Result<Vec<u8>, String> {
    let kind = if alpha { PixelType::U8x4 } else { PixelType::U8x3 };
    let source = ImageRef::new(size.0, size.1, bytes, kind).map_err(|error| error.to_string())?;
    let mut canvas = Image::new(wanted.0, wanted.1, kind);
    let filter = ResizeAlg::Convolution(FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(filter).crop(part.x, part.y, part.width, part.height);
    Resizer::new().resize(&source, &mut canvas, &options).map_err(|error| error.to_string())?;
    Ok(canvas.into_vec())
}
