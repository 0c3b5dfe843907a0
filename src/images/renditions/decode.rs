//! Decodes files to 8-bit pixels; a JPEG at a fraction of its size if that is enough.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{ColorType, DynamicImage, ImageDecoder};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use mozjpeg::{ColorSpace, Decompress, Marker};

use super::super::container::Mime;
use super::buffer::Buffer;

/// The number of pixels that are converted at once.
const PIECE: usize = 4096;

/// The reason why a file cannot be decoded or encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// An error of a codec, for the log.
    Broken(String),
    /// There is currently not enough memory for the pixels.
    NoMemory,
}

impl Unreadable {
    /// Wraps the error of a codec.
    pub(super) fn because(why: impl std::fmt::Display) -> Self {
        Self::Broken(why.to_string())
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(why) => f.write_str(why),
            Self::NoMemory => f.write_str("there is not enough memory for the pixels of the image"),
        }
    }
}

/// Rows of RGB or RGBA pixels, from top to bottom and left to right.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alpha: bool,
    pub(super) bytes: Buffer,
}

impl Pixels {
    /// The pixels of an image in any colour type.
    pub(super) fn of(picture: DynamicImage) -> Self {
        let (width, height, alpha) = (picture.width(), picture.height(), picture.color().has_alpha());
        let bytes = if alpha { picture.into_rgba8().into_raw() } else { picture.into_rgb8().into_raw() };
        Self { width, height, alpha, bytes: bytes.into() }
    }

    /// Converts pixels from a colour type that files can have.
    fn of_kind(kind: ColorType, (width, height): (u32, u32), mut bytes: Buffer) -> Result<Self, Unreadable> {
        if matches!(kind, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16) {
            let left = masthead_pixels::narrow(&mut bytes);
            bytes.truncate(left);
        }
        let pixels = u64::from(width) * u64::from(height);
        let (alpha, bytes) = match kind {
            ColorType::Rgb8 | ColorType::Rgb16 => (false, bytes),
            ColorType::Rgba8 | ColorType::Rgba16 => (true, bytes),
            ColorType::L8 | ColorType::L16 => (false, colored::<1, 3>(&bytes, pixels * 3)?),
            ColorType::La8 | ColorType::La16 => (true, colored::<2, 4>(&bytes, pixels * 4)?),
            other => return Err(Unreadable::because(format!("the colour type {other:?} is not supported"))),
        };
        Ok(Self { width, height, alpha, bytes })
    }

    /// Drops the alpha channel if all pixels are opaque, which saves work.
    pub(super) fn without_needless_alpha(mut self) -> Self {
        if self.alpha
            && let Some(left) = masthead_pixels::drop_alpha(&mut self.bytes)
        {
            self.bytes.truncate(left);
            self.alpha = false;
        }
        self
    }

    /// Converts the pixels to an image of the `image` crate.
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
    /// The ICC colour profile, if there is one.
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
        Mime::Avif => Err(Unreadable::because("this program was built without AVIF support")),
    }
}

fn whole(mut decoder: impl ImageDecoder) -> Result<Decoded, Unreadable> {
    let profile = decoder.icc_profile().ok().flatten();
    let (kind, size) = (decoder.color_type(), decoder.dimensions());
    let mut bytes = Buffer::zeroed(decoder.total_bytes())?;
    decoder.read_image(&mut bytes).map_err(Unreadable::because)?;
    Ok(Decoded { pixels: Pixels::of_kind(kind, size, bytes)?, profile })
}

fn colored<const N: usize, const M: usize>(greys: &[u8], length: u64) -> Result<Buffer, Unreadable> {
    let mut colors = Buffer::zeroed(length)?;
    masthead_pixels::color_greys::<N, M>(greys, &mut colors).map_err(Unreadable::Broken)?;
    Ok(colors)
}

fn jpeg(file: &[u8], eighths: u8) -> Result<Decoded, Unreadable> {
    // The scaling decoder panics on some files that the other decoder can read.
    match catch_unwind(AssertUnwindSafe(|| scaled_jpeg(file, eighths))) {
        Ok(Ok(decoded)) => Ok(decoded),
        Ok(Err(Unreadable::NoMemory)) => Err(Unreadable::NoMemory),
        _ => whole(JpegDecoder::new(Cursor::new(file)).map_err(Unreadable::because)?),
    }
}

fn scaled_jpeg(file: &[u8], eighths: u8) -> Result<Decoded, Unreadable> {
    let mut decoder = Decompress::builder().with_markers(&[Marker::APP(2)]).from_mem(file).map_err(Unreadable::because)?;
    let profile = profile_of(&decoder);
    decoder.scale(eighths.clamp(1, 8));
    let inks = match decoder.color_space() {
        ColorSpace::JCS_YCbCr | ColorSpace::JCS_GRAYSCALE | ColorSpace::JCS_RGB => false,
        ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => true,
        other => return Err(Unreadable::because(format!("the colour space {other:?} is not supported"))),
    };
    let started = if inks { decoder.to_colorspace(ColorSpace::JCS_CMYK) } else { decoder.rgb() };
    let mut started = started.map_err(Unreadable::because)?;
    let side = |length: usize| u32::try_from(length).map_err(Unreadable::because);
    let (width, height) = (side(started.width())?, side(started.height())?);
    let mut bytes = Buffer::zeroed(u64::try_from(started.min_flat_buffer_size()).map_err(Unreadable::because)?)?;
    started.read_scanlines_into(&mut bytes).map_err(Unreadable::because)?;
    started.finish().map_err(Unreadable::because)?;
    let profile = if inks {
        let left = cmyk_to_srgb(&mut bytes, profile.as_deref());
        bytes.truncate(left);
        // The profile has been applied to the inks already.
        None
    } else {
        profile
    };
    Ok(Decoded { pixels: Pixels { width, height, alpha: false, bytes }, profile })
}

/// The colour profile, joined from its segments (ICC.1, annex B.4).
fn profile_of<R>(decoder: &Decompress<R>) -> Option<Vec<u8>> {
    let pieces = decoder.markers().filter_map(|marker| marker.data.strip_prefix(b"ICC_PROFILE\0"));
    let mut pieces: Vec<(u8, &[u8])> = pieces.filter_map(|piece| Some((*piece.first()?, piece.get(2..)?))).collect();
    pieces.sort_by_key(|(number, _)| *number);
    let whole: Vec<u8> = pieces.into_iter().flat_map(|(_, piece)| piece).copied().collect();
    Some(whole).filter(|whole| !whole.is_empty())
}

/// Converts CMYK to sRGB in place, with the profile or, if there is no readable one, as pure inks. JPEG files store inverted values, a
/// convention of Adobe programs. Returns the new length in bytes.
fn cmyk_to_srgb(bytes: &mut [u8], profile: Option<&[u8]>) -> usize {
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok());
    let profile = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = profile.and_then(|profile| profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options).ok());
    replace(bytes, (4, 3), |left, light| {
        let inks: Vec<u8> = left.iter().map(|left| u8::MAX - left).collect();
        if transform.as_ref().is_none_or(|transform| transform.transform(&inks, light).is_err()) {
            for (inks, light) in inks.as_chunks().0.iter().zip(light.as_chunks_mut().0) {
                *light = pure_inks(*inks);
            }
        }
    })
}

/// Replaces pixels in place, a batch at a time. `before` and `after` are the bytes per pixel; `after` must not be larger. Returns the new
/// length in bytes.
fn replace(bytes: &mut [u8], (before, after): (usize, usize), by: impl Fn(&[u8], &mut [u8])) -> usize {
    let pixels = bytes.len() / before;
    let mut others = vec![0; PIECE.min(pixels) * after];
    for begin in (0..pixels).step_by(PIECE) {
        let end = (begin + PIECE).min(pixels);
        let others = &mut others[..(end - begin) * after];
        by(&bytes[begin * before..end * before], others);
        // Never overwrites pixels that have not been read yet.
        bytes[begin * after..end * after].copy_from_slice(others);
    }
    pixels * after
}

fn pure_inks([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let left = |ink: u8| u16::from(u8::MAX - ink);
    [cyan, magenta, yellow].map(|ink| u8::try_from((left(ink) * left(black) + 127) / 255).unwrap_or(u8::MAX))
}

/// Converts pixels from a colour profile to sRGB, which all renditions use. Without a usable profile, the pixels are assumed to be sRGB.
pub(super) fn into_srgb(pixels: &mut Pixels, profile: Option<&[u8]>) {
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else { return };
    let (layout, length) = if pixels.alpha { (Layout::Rgba, 4) } else { (Layout::Rgb, 3) };
    let (from, values) = match profile.color_space {
        DataColorSpace::Rgb => (layout, length),
        DataColorSpace::Gray if pixels.bytes.chunks_exact(length).all(|pixel| pixel[0] == pixel[1] && pixel[0] == pixel[2]) => {
            if pixels.alpha { (Layout::GrayAlpha, 2) } else { (Layout::Gray, 1) }
        }
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, layout, TransformOptions::default()) else { return };
    replace(&mut pixels.bytes, (length, length), |before, after| {
        // A grey pixel has one value, so only one of its three equal colours is passed on.
        let told = if values == length {
            Cow::Borrowed(before)
        } else {
            before.chunks_exact(length).flat_map(|pixel| &pixel[length - values..]).copied().collect()
        };
        if transform.transform(&told, after).is_err() {
            after.copy_from_slice(before);
        }
    });
}
