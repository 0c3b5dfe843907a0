//! From a file to pixels of eight bits: a JPEG at a fraction of its size where that is enough.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use mozjpeg::{ColorSpace, Decompress};

use super::super::anatomy::Mime;

/// Why nothing can be made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

impl Unreadable {
    /// For the log.
    pub(super) fn because(why: impl std::fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// Pixels in rows, from the top and the left: red, green, blue, and how opaque they are.
#[derive(Clone, Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
    pub(super) bytes: Vec<u8>,
}

impl Pixels {
    /// The pixels of a picture of whatever kind.
    pub(super) fn of(picture: DynamicImage) -> Self {
        let (width, height, alpha) = (picture.width(), picture.height(), picture.color().has_alpha());
        let bytes = if alpha { picture.into_rgba8().into_raw() } else { picture.into_rgb8().into_raw() };
        Self { width, height, alpha, bytes }
    }

    /// As what `image` works with.
    pub(super) fn into_picture(self) -> Option<DynamicImage> {
        let Self { width, height, alpha, bytes } = self;
        if alpha {
            image::RgbaImage::from_raw(width, height, bytes).map(DynamicImage::from)
        } else {
            image::RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
        }
    }
}

/// A decoded file.
pub(super) struct Decoded {
    pub(super) pixels: Pixels,
    /// The colour profile, where there is one.
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes the first frame; a JPEG at `eighths` of its size.
pub(super) fn decode(mime: Mime, file: &[u8], eighths: u8) -> Result<Decoded, Unreadable> {
    match mime {
        Mime::Jpeg => jpeg(file, eighths),
        Mime::Png => whole(PngDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?),
        Mime::WebP => whole(WebPDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?),
        Mime::Gif => whole(GifDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?),
    }
}

fn whole(mut decoder: impl ImageDecoder) -> Result<Decoded, Unreadable> {
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(Unreadable::because)?;
    Ok(Decoded { pixels: Pixels::of(picture), profile })
}

fn jpeg(file: &[u8], eighths: u8) -> Result<Decoded, Unreadable> {
    let mut other = JpegDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?;
    let profile = other.icc_profile().ok().flatten();
    match scaled_jpeg(file, eighths) {
        Some(pixels) => Ok(Decoded { pixels, profile }),
        // Colours of print, and what only one of the two decoders reads.
        None => whole(other),
    }
}

fn scaled_jpeg(file: &[u8], eighths: u8) -> Option<Pixels> {
    let mut decoder = Decompress::new_mem(file).ok()?;
    if !matches!(decoder.color_space(), ColorSpace::JCS_YCbCr | ColorSpace::JCS_GRAYSCALE | ColorSpace::JCS_RGB) {
        return None;
    }
    decoder.scale(eighths.clamp(1, 8));
    let mut started = decoder.rgb().ok()?;
    let (width, height) = (u32::try_from(started.width()).ok()?, u32::try_from(started.height()).ok()?);
    let bytes = started.read_scanlines::<u8>().ok()?;
    started.finish().ok()?;
    Some(Pixels { width, height, alpha: false, bytes })
}

/// Turns the colours of a profile into sRGB, which is what all renditions are in; without one, or with one that can't be
/// read, they are taken for sRGB.
pub(super) fn into_srgb(pixels: &mut Pixels, profile: Option<&[u8]>) {
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else { return };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let layout = if pixels.alpha { Layout::Rgba } else { Layout::Rgb };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else { return };
    let mut converted = vec![0; pixels.bytes.len()];
    if transform.transform(&pixels.bytes, &mut converted).is_ok() {
        pixels.bytes = converted;
    }
}
