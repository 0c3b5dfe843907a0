//! Another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

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

/// Cuts a part out of pixels and scales it, by Lanczos' filter; `alpha` says that they tell how opaque they are. `size` and `wanted`
/// are width and height.
///
/// # Errors
/// Where the bytes are fewer than the size says, or the part lies outside.
pub fn scale(bytes: &[u8], size: (u32, u32), alpha: bool, part: Part, wanted: (u32, u32)) -> Result<Vec<u8>, String> {
    // By their kind, so that the code for all other kinds of pixels is not in the program.
    if alpha { scaled::<U8x4>(bytes, size, part, wanted) } else { scaled::<U8x3>(bytes, size, part, wanted) }
}

fn scaled<P: PixelTrait>(bytes: &[u8], size: (u32, u32), part: Part, wanted: (u32, u32)) -> Result<Vec<u8>, String> {
    let source = TypedImageRef::<P>::from_buffer(size.0, size.1, bytes).map_err(|error| error.to_string())?;
    let side = |length: u32| usize::try_from(length).map_err(|error| error.to_string());
    let mut canvas = vec![0; side(wanted.0)? * side(wanted.1)? * P::size()];
    let mut image = TypedImage::<P>::from_buffer(wanted.0, wanted.1, &mut canvas).map_err(|error| error.to_string())?;
    let filter = ResizeAlg::Convolution(FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(filter).crop(part.x, part.y, part.width, part.height);
    Resizer::new().resize_typed(&source, &mut image, &options).map_err(|error| error.to_string())?;
    drop(image);
    Ok(canvas)
}
