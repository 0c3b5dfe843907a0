//! Examines an uploaded file: checks that it is a complete image within the limits, and computes its placeholder.

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

use super::container::{Broken, Container, EmbeddedMetadata, Mime, is_heic};
use super::renditions::{Queue, in_srgb, preview_avif, preview_jpeg, reaches_last_row, reserve};
use crate::app::App;
use crate::config::ImageBounds;
use crate::error::{Code, Error, Fault, Result};
use crate::secrets::hex;

/// The maximum number of pixels in all frames of an animation.
const MAX_ANIMATED_PIXELS: u64 = 250_000_000;
/// The maximum number of frames of an animation.
const MAX_FRAMES: u32 = 1000;
/// The maximum length of a side, in pixels.
const MAX_SIDE: u32 = 65_535;
/// The memory that a PNG decoder may use besides the image, mostly for a compressed colour profile.
const MAX_EXTRA_MEMORY: u64 = 16 * MIB;
const MIB: u64 = 1024 * 1024;

/// The accepted types, for error messages.
const TAKEN: &str = if cfg!(feature = "avif") { "JPEG, PNG, WebP, GIF, AVIF" } else { "JPEG, PNG, WebP, GIF" };

/// The advice for HEIC files.
const FOR_PHONES: &str = "The file is HEIC, which browsers do not show. On an iPhone, choose Settings, Camera, Formats, Most Compatible \
to take photos as JPEG; export existing photos as JPEG.";

/// The maximum side of the small image that the placeholder is computed from.
const PLACEHOLDER_SIDE: u32 = 100;

/// The slots for examining files, which limit the number of files that this process examines concurrently.
static LOOKS: Semaphore = Semaphore::const_new(2);

/// The result of examining an image.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) mime: Mime,
    /// The displayed width in pixels.
    pub(super) width: u32,
    /// The displayed height in pixels.
    pub(super) height: u32,
    /// The number of frames; 1 for still images.
    pub(super) frames: u32,
    /// Whether the image has transparent pixels.
    pub(super) has_alpha: bool,
    /// The thumbhash in base64.
    pub(super) thumbhash: String,
    /// The average colour, as `#rrggbb`.
    pub(super) color: String,
    /// The metadata in the file.
    pub(super) notes: EmbeddedMetadata,
    /// The SHA-256 hash of the clean file, in hexadecimal.
    pub(super) sha256: String,
    /// The clean file.
    pub(super) file: Bytes,
}

/// The reason why a file is rejected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The type of the file is not supported.
    Unknown,
    /// The file is HEIC, the default format of some phones.
    Heic,
    /// The file is truncated or inconsistent.
    Broken(String),
    /// The image is too large to decode.
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
            ImageError::Limits(limit) => Self::TooMany(format!("Decoding the image takes too much memory: {limit}.")),
            _ => Self::Broken("The pixels cannot be decoded.".to_owned()),
        }
    }
}

impl Refusal {
    /// Returns the error for the client.
    pub(super) fn into_error(self, bounds: ImageBounds) -> Error {
        match self {
            Self::Heic => Error::new(Code::UnsupportedMediaType, FOR_PHONES).header("Accept", "multipart/form-data"),
            Self::Unknown => Error::new(Code::UnsupportedMediaType, format!("The content of the file is none of these types: {TAKEN}."))
                .header("Accept", "multipart/form-data"),
            Self::Broken(why) => Error::invalid(vec![Fault::at("/file", "broken_picture", why)]),
            Self::TooMany(why) => Error::invalid(vec![
                Fault::at("/file", "too_many_pixels", why)
                    .bound("max_pixels", bounds.pixels())
                    .bound("max_memory", bounds.memory())
                    .bound("max_frames", MAX_FRAMES)
                    .bound("max_moving_pixels", MAX_ANIMATED_PIXELS),
            ]),
        }
    }
}

/// Examines a file when a slot is free.
pub(super) async fn examine_file(app: &App, file: File) -> Result<Examined> {
    let busy = |_| Error::unavailable("too many uploads wait to be examined");
    let turn = tokio::time::timeout(app.config.server.request_deadline, LOOKS.acquire()).await.map_err(busy)?;
    let turn = turn.map_err(|error| Error::internal(&error.to_string()))?;
    let (runtime, bounds) = (Handle::current(), app.config.store.media.bounds);
    let look = move || {
        // The slot belongs to the work, not to the request, which may be aborted earlier.
        let _turn = turn;
        let mut bytes = Vec::new();
        let mut file = file;
        file.read_to_end(&mut bytes)?;
        Ok(examine(bytes, bounds, |memory| reserve(&runtime, memory)))
    };
    let looked: std::thread::Result<std::io::Result<_>> = app.renditions.workers.run(Queue::Uploads, look).await?;
    // A decoder that panics was given invalid data.
    let looked = looked.unwrap_or_else(|_| Ok(Err(Refusal::Broken("The pixels cannot be decoded.".to_owned()))))?;
    looked.map_err(|refusal| refusal.into_error(bounds))
}

/// Examines a file. `reserve` waits until so much memory is free; the memory is reserved while its result is alive.
pub(super) fn examine<R>(bytes: Vec<u8>, bounds: ImageBounds, reserve: impl Fn(u64) -> R) -> std::result::Result<Examined, Refusal> {
    let unknown = || if is_heic(&bytes) { Refusal::Heic } else { Refusal::Unknown };
    let mime = Mime::of(&bytes).ok_or_else(unknown)?;
    let reserved = reserve(Container::memory_for(&bytes));
    let container = Container::of(mime, &bytes)?;
    drop((bytes, reserved));
    check_size(&container, bounds)?;
    let reserved = reserve(container.memory);
    if container.breaks_off.is_some_and(|row| !reaches_last_row(&container.file, row)) {
        return Err(Refusal::Broken("The file is truncated.".to_owned()));
    }
    let small = decode(&container, bounds)?;
    drop(reserved);
    let (width, height) = container.seen_size();
    let small = seen(small, &container).into_rgba8();
    let side = |length: u32| usize::try_from(length).unwrap_or_default();
    let thumbhash = BASE64.encode(thumbhash::rgba_to_thumb_hash(side(small.width()), side(small.height()), small.as_raw()));
    let color = mean_color(&small);
    let has_alpha = small.pixels().any(|pixel| pixel.0[3] < u8::MAX);
    let (frames, sha256) = (container.frames, hex(&Sha256::digest(&container.file)));
    Ok(Examined { mime, width, height, frames, has_alpha, thumbhash, color, notes: container.notes(), sha256, file: container.file.into() })
}

/// Checks the size that the file declares, before any pixel is decoded.
fn check_size(container: &Container, bounds: ImageBounds) -> std::result::Result<(), Refusal> {
    let (width, height, frames) = (container.width, container.height, container.frames);
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(Refusal::TooMany(format!("The image has {width} × {height} pixels; a side may have at most {MAX_SIDE}.")));
    }
    let most = bounds.pixels();
    if u64::from(width) * u64::from(height) > most || container.pixels / u64::from(frames) > most {
        return Err(Refusal::TooMany(format!("The image has {width} × {height} pixels; at most {most} are allowed.")));
    }
    if frames > MAX_FRAMES || (frames > 1 && container.pixels > MAX_ANIMATED_PIXELS) {
        let pixels = container.pixels;
        return Err(Refusal::TooMany(format!("The animation is too large: {frames} frames with {pixels} pixels in total.")));
    }
    if container.memory > bounds.memory() {
        let (takes, most) = (container.memory.div_ceil(MIB), bounds.memory() / MIB);
        let why = format!(
            "Decoding the image takes {takes} MiB of memory; at most {most} MiB are allowed. Save the image with fewer pixels, with 8 bits \
             per channel, or not progressive."
        );
        return Err(Refusal::TooMany(why));
    }
    Ok(())
}

/// Decodes every frame of the clean file; returns the first frame, scaled down.
fn decode(container: &Container, bounds: ImageBounds) -> ImageResult<DynamicImage> {
    let file = || Cursor::new(container.file.as_slice());
    let (moves, piece) = (container.frames > 1, bounds.largest_piece());
    match container.mime {
        Mime::Jpeg => {
            let checked = JpegDecoder::new(file()).and_then(|decoder| still(decoder, container, piece));
            let glance = preview_jpeg(&container.file, container.width.max(container.height), PLACEHOLDER_SIDE).map(small);
            match checked {
                Ok(checked) => Ok(glance.unwrap_or(checked)),
                // This decoder requires all pixels; the decoder for renditions shows the pixels that exist.
                Err(error) => glance.filter(|_| container.breaks_off.is_some()).ok_or(error),
            }
        }
        Mime::Png => {
            let decoder = || PngDecoder::with_limits(file(), limits(MAX_EXTRA_MEMORY));
            let mut first = decoder()?;
            // The decoder ignores a profile that exceeds the limit; browsers might not.
            if container.deflated_profile && first.icc_profile()?.is_none() {
                return Err(broken_profile());
            }
            let small = still(first, container, piece)?;
            if moves {
                let mut decoder = decoder()?;
                decoder.set_limits(limits(piece))?;
                check_frames(decoder.apng()?)?;
            }
            Ok(small)
        }
        Mime::WebP if moves => {
            let small = still(WebPDecoder::new(file())?, container, piece)?;
            check_frames(WebPDecoder::new(file())?)?;
            Ok(small)
        }
        Mime::WebP => still(WebPDecoder::new(file())?, container, piece),
        Mime::Avif => preview_avif(&container.file).map(small).ok_or_else(undecodable),
        Mime::Gif => {
            let small = still(GifDecoder::new(file())?, container, piece)?;
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
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(memory);
    limits
}

fn still(mut decoder: impl ImageDecoder, container: &Container, piece: u64) -> ImageResult<DynamicImage> {
    decoder.set_limits(limits(piece))?;
    if decoder.dimensions() != (container.width, container.height) || decoder.total_bytes() > piece {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(image::error::LimitErrorKind::DimensionError)));
    }
    let profile = if container.mime == Mime::Jpeg { None } else { decoder.icc_profile().ok().flatten() };
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

/// Decodes all frames, one at a time.
fn check_frames<'a>(decoder: impl AnimationDecoder<'a>) -> ImageResult<()> {
    for frame in decoder.into_frames() {
        match frame {
            Ok(_) => {}
            // Browsers show animations with 16 bits per channel, but this decoder does not support them.
            Err(ImageError::Unsupported(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Applies the orientation of the file to the image.
fn seen(mut picture: DynamicImage, container: &Container) -> DynamicImage {
    picture.apply_orientation(container.orientation);
    picture
}

/// The average colour, weighted by opacity; white if the image is fully transparent.
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
