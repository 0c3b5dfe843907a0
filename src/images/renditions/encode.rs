//! From pixels to the bytes of a format.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use ravif::Img;
use rgb::FromSlice;

use super::decode::{Pixels, Unreadable};
use super::ladder::Format;

/// Of JPEG and WebP, from 0 to 100.
const QUALITY: u8 = 80;
/// Of AVIF, which needs less for the same look.
const AVIF_QUALITY: f32 = 60.0;
/// How little trouble AVIF is given, 1 to 10: a second or two for a picture of a page's width.
const AVIF_SPEED: u8 = 8;

/// Encodes pixels.
pub(super) fn encode(pixels: Pixels, format: Format) -> Result<Vec<u8>, Unreadable> {
    match format {
        Format::Jpeg => jpeg(&on_white(pixels)),
        Format::Png => png(&pixels),
        Format::WebP => webp(&pixels),
        Format::Avif => avif(&pixels),
    }
}

fn jpeg(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    let side = |length: u32| u16::try_from(length).map_err(Unreadable::because);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // With tables of its own it would write each colour by itself, which not every decoder of JPEGs puts together rightly.
    encoder.set_optimized_huffman_tables(false);
    encoder.encode(&pixels.bytes, side(pixels.width)?, side(pixels.height)?, ColorType::Rgb).map_err(Unreadable::because)?;
    Ok(bytes)
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    let kind = if pixels.alpha { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&pixels.bytes, pixels.width, pixels.height, kind).map_err(Unreadable::because)?;
    Ok(bytes)
}

/// A still WebP.
pub(super) fn webp(pixels: &Pixels) -> Result<Vec<u8>, Unreadable> {
    let Pixels { width, height, alpha, bytes } = pixels;
    let frame = if *alpha { webp::Encoder::from_rgba(bytes, *width, *height) } else { webp::Encoder::from_rgb(bytes, *width, *height) };
    let coded = frame.encode_simple(false, QUALITY.into()).map_err(|error| Unreadable(format!("{error:?}")))?;
    Ok(coded.to_vec())
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

/// What shows through shows white.
fn on_white(pixels: Pixels) -> Pixels {
    if !pixels.alpha {
        return pixels;
    }
    let (opaque, _) = pixels.bytes.as_chunks::<4>();
    let blend = |value: u8, alpha: u8| {
        let sum = u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
        u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
    };
    let bytes = opaque.iter().flat_map(|[red, green, blue, alpha]| [red, green, blue].map(|value| blend(*value, *alpha)));
    Pixels { alpha: false, bytes: bytes.collect(), ..pixels }
}
