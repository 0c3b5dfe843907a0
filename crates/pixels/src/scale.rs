//! Scaling and cropping.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// A rectangle of an image, in pixels; the numbers may be fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// The distance from the left edge of the image.
    pub x: f64,
    /// The distance from the top edge of the image.
    pub y: f64,
    /// The width of the rectangle.
    pub width: f64,
    /// The height of the rectangle.
    pub height: f64,
}

/// Crops an image and scales the result with the Lanczos filter. The pixels are RGBA if `alpha` is true, otherwise RGB; `size` and
/// `wanted` are width and height. Colours are weighted by their opacity (premultiplied alpha). `bytes` is premultiplied in place,
/// so that memory does not hold a large image twice.
///
/// # Errors
/// Fails if there are fewer bytes than the size requires, or if the rectangle is not inside the image.
pub fn scale(bytes: &mut [u8], size: (u32, u32), alpha: bool, part: Part, wanted: (u32, u32)) -> Result<Vec<u8>, String> {
    // The pixel types are named statically, so that the code for all other types stays out of the program.
    if !alpha {
        return scaled::<U8x3>(bytes, size, part, wanted);
    }
    let weights = MulDiv::new();
    let mut source = TypedImage::<U8x4>::from_buffer(size.0, size.1, bytes).map_err(|error| error.to_string())?;
    weights.multiply_alpha_inplace_typed(&mut source).map_err(|error| error.to_string())?;
    drop(source);
    let mut canvas = scaled::<U8x4>(bytes, size, part, wanted)?;
    let mut image = TypedImage::<U8x4>::from_buffer(wanted.0, wanted.1, &mut canvas).map_err(|error| error.to_string())?;
    weights.divide_alpha_inplace_typed(&mut image).map_err(|error| error.to_string())?;
    drop(image);
    Ok(canvas)
}

fn scaled<P: PixelTrait>(bytes: &[u8], size: (u32, u32), part: Part, wanted: (u32, u32)) -> Result<Vec<u8>, String> {
    let source = TypedImageRef::<P>::from_buffer(size.0, size.1, bytes).map_err(|error| error.to_string())?;
    let pixels = usize::try_from(u64::from(wanted.0) * u64::from(wanted.1)).ok();
    let length = pixels.and_then(|pixels| pixels.checked_mul(P::size())).ok_or("the scaled image would be larger than memory")?;
    let mut canvas = Vec::new();
    canvas.try_reserve_exact(length).map_err(|error| error.to_string())?;
    canvas.resize(length, 0);
    let mut image = TypedImage::<P>::from_buffer(wanted.0, wanted.1, &mut canvas).map_err(|error| error.to_string())?;
    let filter = ResizeAlg::Convolution(FilterType::Lanczos3);
    let options = ResizeOptions::new().resize_alg(filter).crop(part.x, part.y, part.width, part.height).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut image, &options).map_err(|error| error.to_string())?;
    drop(image);
    Ok(canvas)
}

#[cfg(test)]
mod tests {
    use super::{Part, scale};

    const WHOLE: Part = Part { x: 0.0, y: 0.0, width: 4.0, height: 2.0 };

    #[test]
    fn what_is_not_seen_has_no_colour() {
        let (clear_red, blue) = ([255, 0, 0, 0], [0, 0, 255, 255]);
        let mut half = [clear_red, blue, clear_red, blue, clear_red, blue, clear_red, blue].concat();
        let one = scale(&mut half, (4, 2), true, WHOLE, (1, 1)).unwrap();
        assert_eq!(one[..3], [0, 0, 255]);
        assert!(one[3].abs_diff(128) <= 1, "{}", one[3]);
        let mut glass = [200, 100, 40, 128].repeat(8);
        let one = scale(&mut glass, (4, 2), true, WHOLE, (2, 1)).unwrap();
        assert!(one.iter().zip([200, 100, 40, 128].repeat(2)).all(|(is, was)| is.abs_diff(was) <= 1), "{one:?}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(scale(&mut [0; 23], (4, 2), false, WHOLE, (1, 1)).is_err());
        assert!(scale(&mut [0; 24], (4, 2), false, Part { x: 2.0, ..WHOLE }, (1, 1)).is_err());
        assert!(scale(&mut [0; 24], (4, 2), false, WHOLE, (u32::MAX, u32::MAX)).is_err());
    }
}
