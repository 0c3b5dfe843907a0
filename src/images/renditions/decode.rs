//! From a file to pixels of eight bits: a JPEG at a fraction of its size where that is enough.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use mozjpeg::{ColorSpace, Decompress, Marker};

use super::super::anatomy::Mime;
use super::buffer::Buffer;

/// So many pixels of print are turned into light at once.
const PIECE: usize = 4096;

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
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
    pub(super) bytes: Buffer,
}

impl Pixels {
    /// The pixels of a picture of whatever kind.
    pub(super) fn of(picture: DynamicImage) -> Self {
        let (width, height, alpha) = (picture.width(), picture.height(), picture.color().has_alpha());
        let bytes = if alpha { picture.into_rgba8().into_raw() } else { picture.into_rgb8().into_raw() };
        Self { width, height, alpha, bytes: bytes.into() }
    }

    /// As what `image` works with.
    pub(super) fn into_picture(self) -> Option<DynamicImage> {
        let Self { width, height, alpha, bytes } = self;
        let bytes = bytes.into_vec();
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
        #[cfg(feature = "avif")]
        Mime::Avif => super::avif::decode(file),
        #[cfg(not(feature = "avif"))]
        Mime::Avif => Err(Unreadable::because("this program was built without AVIF")),
    }
}

fn whole(mut decoder: impl ImageDecoder) -> Result<Decoded, Unreadable> {
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(Unreadable::because)?;
    Ok(Decoded { pixels: Pixels::of(picture), profile })
}

fn jpeg(file: &[u8], eighths: u8) -> Result<Decoded, Unreadable> {
    // This decoder ends by a panic where the other one may still find something.
    let scaled = catch_unwind(AssertUnwindSafe(|| scaled_jpeg(file, eighths))).ok().flatten();
    scaled.map_or_else(|| whole(JpegDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?), Ok)
}

fn scaled_jpeg(file: &[u8], eighths: u8) -> Option<Decoded> {
    let mut decoder = Decompress::builder().with_markers(&[Marker::APP(2)]).from_mem(file).ok()?;
    let profile = profile_of(&decoder);
    decoder.scale(eighths.clamp(1, 8));
    let inks = match decoder.color_space() {
        ColorSpace::JCS_YCbCr | ColorSpace::JCS_GRAYSCALE | ColorSpace::JCS_RGB => false,
        ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => true,
        _ => return None,
    };
    let mut started = if inks { decoder.to_colorspace(ColorSpace::JCS_CMYK) } else { decoder.rgb() }.ok()?;
    let (width, height) = (u32::try_from(started.width()).ok()?, u32::try_from(started.height()).ok()?);
    let length = started.min_flat_buffer_size();
    let (bytes, profile) = if inks {
        let mut bytes = started.read_scanlines::<u8>().ok()?;
        light_up(&mut bytes, profile.as_deref());
        // What a profile says of inks has been obeyed then.
        (bytes.into(), None)
    } else if length < Buffer::LARGE {
        (started.read_scanlines::<u8>().ok()?.into(), profile)
    } else {
        let mut bytes = Buffer::zeroed(length)?;
        started.read_scanlines_into(&mut bytes).ok()?;
        (bytes, profile)
    };
    started.finish().ok()?;
    Some(Decoded { pixels: Pixels { width, height, alpha: false, bytes }, profile })
}

/// The colour profile, put together of the pieces that it comes in (ICC.1, annex B.4).
fn profile_of<R>(decoder: &Decompress<R>) -> Option<Vec<u8>> {
    let pieces = decoder.markers().filter_map(|marker| marker.data.strip_prefix(b"ICC_PROFILE\0"));
    let mut pieces: Vec<(u8, &[u8])> = pieces.filter_map(|piece| Some((*piece.first()?, piece.get(2..)?))).collect();
    pieces.sort_by_key(|(number, _)| *number);
    let whole: Vec<u8> = pieces.into_iter().flat_map(|(_, piece)| piece).copied().collect();
    Some(whole).filter(|whole| !whole.is_empty())
}

/// Turns the inks of print (cyan, magenta, yellow, black) into sRGB, in place: as their profile says or, without one that can be
/// read, as pure inks would look. Files tell how much of the paper is left white, as Adobe's programs began to.
fn light_up(bytes: &mut Vec<u8>, profile: Option<&[u8]>) {
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok());
    let profile = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = profile.and_then(|profile| profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options).ok());
    let pixels = bytes.len() / 4;
    let mut light = Vec::with_capacity(PIECE * 3);
    for begin in (0..pixels).step_by(PIECE) {
        let end = (begin + PIECE).min(pixels);
        let inks: Vec<u8> = bytes[begin * 4..end * 4].iter().map(|left| u8::MAX - left).collect();
        light.resize((end - begin) * 3, 0);
        let done = transform.as_ref().is_some_and(|transform| transform.transform(&inks, &mut light).is_ok());
        if !done {
            light.clear();
            light.extend(inks.as_chunks().0.iter().copied().flat_map(pure_inks));
        }
        // Light takes three bytes where inks took four, so that nothing is written over that is still to be read.
        bytes[begin * 3..end * 3].copy_from_slice(&light);
    }
    bytes.truncate(pixels * 3);
}

fn pure_inks([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let left = |ink: u8| u16::from(u8::MAX - ink);
    [cyan, magenta, yellow].map(|ink| u8::try_from((left(ink) * left(black) + 127) / 255).unwrap_or(u8::MAX))
}

/// Turns the colours of a profile into sRGB, which is what all renditions are in; without one, or with one that can't be
/// read or is not meant for such pixels, they are taken for sRGB.
pub(super) fn into_srgb(pixels: &mut Pixels, profile: Option<&[u8]>) {
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else { return };
    let layout = if pixels.alpha { Layout::Rgba } else { Layout::Rgb };
    let grey = if profile.color_space == DataColorSpace::Gray { greys(pixels) } else { None };
    let (from, bytes) = match (profile.color_space, grey.as_deref()) {
        (DataColorSpace::Rgb, _) => (layout, &*pixels.bytes),
        (DataColorSpace::Gray, Some(grey)) => (if pixels.alpha { Layout::GrayAlpha } else { Layout::Gray }, grey),
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, layout, TransformOptions::default()) else { return };
    let Some(mut converted) = Buffer::zeroed(pixels.bytes.len()) else { return };
    if transform.transform(bytes, &mut converted).is_ok() {
        pixels.bytes = converted;
    }
}

/// How bright pixels without colour are, and how opaque where that is told; none where one has a colour.
fn greys(pixels: &Pixels) -> Option<Vec<u8>> {
    let grey = |red: u8, green: u8, blue: u8| Some(red).filter(|_| red == green && red == blue);
    if pixels.alpha {
        let (pixels, _) = pixels.bytes.as_chunks::<4>();
        let both: Option<Vec<[u8; 2]>> =
            pixels.iter().map(|[red, green, blue, alpha]| Some([grey(*red, *green, *blue)?, *alpha])).collect();
        return both.map(Vec::into_flattened);
    }
    let (pixels, _) = pixels.bytes.as_chunks::<3>();
    pixels.iter().map(|[red, green, blue]| grey(*red, *green, *blue)).collect()
}
