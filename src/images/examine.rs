//! Looks at an uploaded file: whether it is a whole picture within bounds, and what it looks like from afar.

use std::fs::File;
use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageResult, Limits};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::anatomy::{Anatomy, Broken, Mime, Notes, is_heic};
use super::renditions::{Queue, glance_at_avif, glance_at_jpeg, in_srgb, reaches_last_row, reserve};
use crate::app::App;
use crate::config::ImageBounds;
use crate::error::{Code, Error, Fault, Result};
use crate::secrets::hex;

/// How many pixels all frames of an animation may have together.
const MOST_MOVING_PIXELS: u64 = 250_000_000;
/// How many frames an animation may have.
const MOST_FRAMES: u32 = 1000;
/// The longest side of a picture.
const LONGEST_SIDE: u32 = 65_535;
/// What a decoder of PNG may take besides the picture, a deflated colour profile above all.
const LARGEST_ASIDE: u64 = 16 * MIB;
const MIB: u64 = 1024 * 1024;

/// The types that are taken, for people.
const TAKEN: &str = if cfg!(feature = "avif") { "JPEG, PNG, WebP, GIF, AVIF" } else { "JPEG, PNG, WebP, GIF" };

/// What to do about HEIC.
const FOR_PHONES: &str = "The file is HEIC, which browsers do not show. On an iPhone, choose Settings, Camera, Formats, Most Compatible, \
so that it takes JPEG from now on; for a picture that exists, export it as JPEG and send that.";

/// The longest side of what a placeholder is made of.
const PLACEHOLDER_SIDE: u32 = 100;

/// How many files are looked at together, in this process.
static LOOKS: Semaphore = Semaphore::const_new(2);

/// What is known of a picture once it has been looked at.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) mime: Mime,
    /// Pixels from left to right, as the picture is seen.
    pub(super) width: u32,
    /// Pixels from top to bottom, as the picture is seen.
    pub(super) height: u32,
    /// How many pictures follow each other; 1 where nothing moves.
    pub(super) frames: u32,
    /// Whether something behind it shows through.
    pub(super) has_alpha: bool,
    /// The thumbhash in base64.
    pub(super) thumbhash: String,
    /// The mean colour, `#rrggbb`.
    pub(super) color: String,
    /// What the file says of its picture.
    pub(super) notes: Notes,
    /// The SHA-256 of the clean file, in hexadecimal.
    pub(super) sha256: String,
    /// The clean file.
    pub(super) file: Bytes,
}

/// Why a picture is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is none of the types that are taken.
    Unknown,
    /// It is what telephones make unless they are told otherwise.
    Heic,
    /// It breaks off or contradicts itself.
    Broken(String),
    /// It is too large to look at.
    TooMany(String),
}

impl From<Broken> for Refusal {
    fn from(Broken(why): Broken) -> Self {
        Self::Broken(why.to_owned())
    }
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(limit) => Self::TooMany(format!("It takes too much memory: {limit}.")),
            _ => Self::Broken("Its pixels can't be decoded.".to_owned()),
        }
    }
}

impl Refusal {
    /// The answer that a client gets.
    pub(super) fn into_error(self, bounds: ImageBounds) -> Error {
        match self {
            Self::Heic => Error::new(Code::UnsupportedMediaType, FOR_PHONES).header("Accept", "multipart/form-data"),
            Self::Unknown => Error::new(Code::UnsupportedMediaType, format!("By its bytes, the file is none of these: {TAKEN}."))
                .header("Accept", "multipart/form-data"),
            Self::Broken(why) => Error::invalid(vec![Fault::at("/file", "broken_picture", why)]),
            Self::TooMany(why) => Error::invalid(vec![
                Fault::at("/file", "too_many_pixels", why)
                    .bound("max_pixels", bounds.pixels())
                    .bound("max_memory", bounds.memory())
                    .bound("max_frames", MOST_FRAMES)
                    .bound("max_moving_pixels", MOST_MOVING_PIXELS),
            ]),
        }
    }
}

/// Looks at a file when it is its turn.
pub(super) async fn examine_file(app: &App, file: File) -> Result<Examined> {
    let busy = |_| Error::unavailable("too many pictures wait to be looked at");
    let turn = tokio::time::timeout(app.config.server.request_deadline, LOOKS.acquire()).await.map_err(busy)?;
    let turn = turn.map_err(|error| Error::internal(&error.to_string()))?;
    let (runtime, bounds) = (Handle::current(), app.config.store.media.bounds);
    let look = move || {
        // It ends with the work and not with the request, which may be given up before.
        let _turn = turn;
        let mut bytes = Vec::new();
        let mut file = file;
        file.read_to_end(&mut bytes)?;
        Ok(examine(bytes, bounds, |memory| reserve(&runtime, memory)))
    };
    let looked: std::thread::Result<std::io::Result<_>> = app.renditions.darkroom.develop(Queue::Uploads, look).await?;
    // A decoder that panics has met what is no picture.
    let looked = looked.unwrap_or_else(|_| Ok(Err(Refusal::Broken("Its pixels can't be decoded.".to_owned()))))?;
    looked.map_err(|refusal| refusal.into_error(bounds))
}

/// Looks at a file; `reserve` waits until there is so much memory, and holds it as long as what it returns lives.
pub(super) fn examine<R>(bytes: Vec<u8>, bounds: ImageBounds, reserve: impl Fn(u64) -> R) -> std::result::Result<Examined, Refusal> {
    let unknown = || if is_heic(&bytes) { Refusal::Heic } else { Refusal::Unknown };
    let mime = Mime::of(&bytes).ok_or_else(unknown)?;
    let reserved = reserve(Anatomy::memory_for(&bytes));
    let anatomy = Anatomy::of(mime, &bytes)?;
    drop((bytes, reserved));
    check_size(&anatomy, bounds)?;
    let reserved = reserve(anatomy.memory);
    if anatomy.breaks_off.is_some_and(|row| !reaches_last_row(&anatomy.file, row)) {
        return Err(Refusal::Broken("It breaks off before its end.".to_owned()));
    }
    let small = decode(&anatomy, bounds)?;
    drop(reserved);
    let (width, height) = anatomy.seen_size();
    let small = seen(small, &anatomy).into_rgba8();
    let side = |length: u32| usize::try_from(length).unwrap_or_default();
    let thumbhash = BASE64.encode(thumbhash::rgba_to_thumb_hash(side(small.width()), side(small.height()), small.as_raw()));
    let color = mean_color(&small);
    let has_alpha = small.pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let (frames, sha256) = (anatomy.frames, hex(&Sha256::digest(&anatomy.file)));
    Ok(Examined { mime, width, height, frames, has_alpha, thumbhash, color, notes: anatomy.notes(), sha256, file: anatomy.file.into() })
}

/// Decided by what the file says of itself, before a pixel is decoded.
fn check_size(anatomy: &Anatomy, bounds: ImageBounds) -> std::result::Result<(), Refusal> {
    let (width, height, frames) = (anatomy.width, anatomy.height, anatomy.frames);
    if width > LONGEST_SIDE || height > LONGEST_SIDE {
        return Err(Refusal::TooMany(format!("It has {width} × {height} pixels; a side may have {LONGEST_SIDE}.")));
    }
    let most = bounds.pixels();
    if u64::from(width) * u64::from(height) > most || anatomy.pixels / u64::from(frames) > most {
        return Err(Refusal::TooMany(format!("It has {width} × {height} pixels; a picture may have {most}.")));
    }
    if frames > MOST_FRAMES || (frames > 1 && anatomy.pixels > MOST_MOVING_PIXELS) {
        let pixels = anatomy.pixels;
        return Err(Refusal::TooMany(format!("Its {frames} frames have {pixels} pixels together.")));
    }
    if anatomy.memory > bounds.memory() {
        let (takes, most) = (anatomy.memory.div_ceil(MIB), bounds.memory() / MIB);
        let why = format!(
            "Decoding it takes {takes} MiB, and one picture may take {most} MiB; save it smaller, or with 8 bits and not progressive."
        );
        return Err(Refusal::TooMany(why));
    }
    Ok(())
}

/// Decodes every frame of what will be stored; the first comes back, small.
fn decode(anatomy: &Anatomy, bounds: ImageBounds) -> ImageResult<DynamicImage> {
    let file = || Cursor::new(anatomy.file.as_slice());
    let (moves, piece) = (anatomy.frames > 1, bounds.largest_piece());
    match anatomy.mime {
        Mime::Jpeg => {
            let checked = JpegDecoder::new(file()).and_then(|decoder| still(decoder, anatomy, piece));
            let glance = glance_at_jpeg(&anatomy.file, anatomy.width.max(anatomy.height), PLACEHOLDER_SIDE).map(small);
            match checked {
                Ok(checked) => Ok(glance.unwrap_or(checked)),
                // This decoder wants all pixels; the one that renditions are made by shows those that there are.
                Err(error) => glance.filter(|_| anatomy.breaks_off.is_some()).ok_or(error),
            }
        }
        Mime::Png => {
            let decoder = || PngDecoder::with_limits(file(), limits(LARGEST_ASIDE));
            let mut first = decoder()?;
            // The decoder passes over a profile that is larger than it may be; browsers might not.
            if anatomy.deflated_profile && first.icc_profile()?.is_none() {
                return Err(broken_profile());
            }
            let small = still(first, anatomy, piece)?;
            if moves {
                let mut decoder = decoder()?;
                decoder.set_limits(limits(piece))?;
                check_frames(decoder.apng()?)?;
            }
            Ok(small)
        }
        Mime::WebP if moves => {
            let small = still(WebPDecoder::new(file())?, anatomy, piece)?;
            check_frames(WebPDecoder::new(file())?)?;
            Ok(small)
        }
        Mime::WebP => still(WebPDecoder::new(file())?, anatomy, piece),
        Mime::Avif => glance_at_avif(&anatomy.file).map(small).ok_or_else(undecodable),
        Mime::Gif => {
            let small = still(GifDecoder::new(file())?, anatomy, piece)?;
            if moves {
                let mut decoder = GifDecoder::new(file())?;
                decoder.set_limits(limits(piece))?;
                check_frames(decoder)?;
            }
            Ok(small)
        }
    }
}

fn undecodable() -> ImageError {
    ImageError::Decoding(image::error::DecodingError::from_format_hint(ImageFormat::Avif.into()))
}

fn broken_profile() -> ImageError {
    let kind = image::error::UnsupportedErrorKind::GenericFeature("colour profile".to_owned());
    ImageError::Unsupported(image::error::UnsupportedError::from_format_and_kind(ImageFormat::Png.into(), kind))
}

fn limits(memory: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(memory);
    limits
}

fn still(mut decoder: impl ImageDecoder, anatomy: &Anatomy, piece: u64) -> ImageResult<DynamicImage> {
    decoder.set_limits(limits(piece))?;
    if decoder.dimensions() != (anatomy.width, anatomy.height) || decoder.total_bytes() > piece {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(image::error::LimitErrorKind::DimensionError)));
    }
    let profile = if anatomy.mime == Mime::Jpeg { None } else { decoder.icc_profile().ok().flatten() };
    let picture = small(DynamicImage::from_decoder(decoder)?);
    Ok(match profile {
        Some(profile) => in_srgb(picture.clone(), &profile).unwrap_or(picture),
        None => picture,
    })
}

fn small(picture: DynamicImage) -> DynamicImage {
    let fits = picture.width() <= PLACEHOLDER_SIDE && picture.height() <= PLACEHOLDER_SIDE;
    if fits { picture } else { picture.thumbnail(PLACEHOLDER_SIDE, PLACEHOLDER_SIDE) }
}

/// Decodes frame after frame, holding one at a time.
fn check_frames<'a>(decoder: impl AnimationDecoder<'a>) -> ImageResult<()> {
    for frame in decoder.into_frames() {
        match frame {
            Ok(_) => {}
            // Moving pictures of 16 bits are shown by browsers, but not by this decoder.
            Err(ImageError::Unsupported(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The picture as it is seen.
fn seen(mut picture: DynamicImage, anatomy: &Anatomy) -> DynamicImage {
    picture.apply_orientation(anatomy.orientation);
    picture
}

/// The mean of all colours, each by how opaque it is; white where nothing is.
fn mean_color(picture: &image::RgbaImage) -> String {
    let mut sums = [0_u64; 3];
    let mut weight = 0;
    for image::Rgba([red, green, blue, alpha]) in picture.pixels() {
        let alpha = u64::from(*alpha);
        weight += alpha;
        for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(*value) * alpha;
        }
    }
    let [red, green, blue] = sums.map(|sum| (sum + weight / 2).checked_div(weight).unwrap_or(255));
    format!("#{red:02x}{green:02x}{blue:02x}")
}
