//! Encodes pixels in the formats of renditions.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use masthead_pixels::Planes;
use ravif::Img;
use rgb::FromSlice;
use webpx::{Unstoppable, YuvPlanesRef};

use super::decode::{Pixels, Unreadable};
use super::ladder::Format;

/// The quality of JPEG and WebP, from 0 to 100.
const QUALITY: u8 = 80;
/// The quality of AVIF, which looks the same at lower values.
const AVIF_QUALITY: f32 = 60.0;
/// The speed of the AVIF encoder, 1 to 10; at this value, an image as wide as a page takes a second or two.
const AVIF_SPEED: u8 = 8;

/// The memory for encoding one pixel, in bytes, including the pixel itself. The values are rounded up; the one for AVIF is an
/// estimate.
pub(super) const fn encoding_takes(format: Format, alpha: bool) -> u64 {
    match format {
        Format::Jpeg | Format::Png => 8,
        Format::WebP if alpha => 15,
        Format::WebP => 10,
        Format::Avif => 40,
    }
}

/// Encodes pixels.
pub(super) fn encode(pixels: Pixels, format: Format) -> Result<Vec<u8>, Unreadable> {
    match format {
        Format::Jpeg => jpeg(&on_white(pixels)),
        Format::Png => png(&pixels),
        Format::WebP => webp(pixels),
        Format::Avif => avif(&pixels),
    }
}

fn jpeg(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    masthead_pixels::jpeg(&pixels.bytes, (pixels.width, pixels.height), QUALITY).map_err(Unreadable::Broken)
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    let kind = if pixels.alpha { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&pixels.bytes, pixels.width, pixels.height, kind).map_err(Unreadable::because)?;
    Ok(bytes)
}

/// Encodes a still WebP. Takes ownership of the pixels, so that opaque ones are not held twice, as pixels and as planes.
pub(super) fn webp(pixels: Pixels) -> Result<Vec<u8>, Unreadable> {
    let Pixels { width, height, alpha, bytes } = pixels;
    if alpha {
        return still(webpx::Encoder::new_rgba(&bytes, width, height));
    }
    let planes = Planes::of(&bytes, (width, height)).map_err(Unreadable::Broken)?;
    drop(bytes);
    let Planes { y, u, v, width: y_stride, .. } = &planes;
    let uv_stride = y_stride.div_ceil(2);
    let planes =
        YuvPlanesRef { y, y_stride: *y_stride, u, u_stride: uv_stride, v, v_stride: uv_stride, a: None, a_stride: 0, width, height };
    still(webpx::Encoder::new_yuv(planes))
}

fn still(encoder: webpx::Encoder<'_>) -> Result<Vec<u8>, Unreadable> {
    encoder.quality(QUALITY.into()).encode(Unstoppable).map_err(Unreadable::because)
}

fn avif(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    let settings = ravif::Encoder::new().with_quality(AVIF_QUALITY).with_speed(AVIF_SPEED).with_num_threads(Some(1));
    let side = |length: u32| usize::try_from(length).map_err(Unreadable::because);
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    let encoded = if pixels.alpha {
        settings.encode_rgba(Img::new(pixels.bytes.as_rgba(), width, height))
    } else {
        settings.encode_rgb(Img::new(pixels.bytes.as_rgb(), width, height))
    };
    Ok(encoded.map_err(Unreadable::because)?.avif_file)
}

/// Composites transparent pixels onto white.
fn on_white(mut pixels: Pixels) -> Pixels {
    if pixels.alpha {
        let left = masthead_pixels::lay_on_white(&mut pixels.bytes);
        pixels.bytes.truncate(left);
        pixels.alpha = false;
    }
    pixels
}
