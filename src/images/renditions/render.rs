//! Makes the bytes of a rendition from a file: decodes, crops and scales in one step, converts the colours, rotates and encodes.

use image::metadata::Orientation;
use masthead_pixels::Part;
use tokio::runtime::Handle;

use super::super::container::{Container, Mime};
use super::animate;
use super::decode::{Decoded, Pixels, Unreadable, decode, into_srgb};
use super::encode::{encode, encoding_takes};
use super::ladder::{Format, Original, Region, Rendition};
use super::workers::reserve;

/// A part of the stored image, before its orientation is applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StoredRegion {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Makes a rendition of a file.
pub(super) fn render(original: &Original, file: &[u8], rendition: Rendition, runtime: &Handle) -> Result<Vec<u8>, Unreadable> {
    let taken = reserve(runtime, Container::memory_for(file));
    let container = Container::of(original.mime, file).map_err(|broken| Unreadable::because(broken.0))?;
    let (orientation, memory, frames, plays) = (container.orientation, container.memory, container.frames, container.plays);
    drop((container, taken));
    let (width, height) = original.size(rendition.cut);
    let made = u64::from(width) * u64::from(height);
    let _taken = reserve(runtime, (memory + made * 4).max(made * encoding_takes(rendition.format, original.alpha)));
    let upright = orientation == Orientation::NoTransforms;
    if rendition.format == Format::WebP && upright && animate::is_moderate(frames, width, height) {
        // Browsers show some animations that this decoder cannot read, such as 16-bit ones; their first frame is better than nothing.
        if let Ok(moving) = animate::render(original, file, rendition.cut, plays) {
            return Ok(moving);
        }
    }
    let region = original.region(rendition.cut.preset);
    let Decoded { pixels, profile } = decode(original.mime, file, eighths(original.mime, region.width, width))?;
    let mut whole = pixels.without_needless_alpha();
    let stored = stored_region(original, region, orientation);
    let mut pixels = scale(&mut whole, stored_size(original, orientation), stored, stored_wanted((width, height), orientation))?;
    drop(whole);
    into_srgb(&mut pixels, profile.as_deref());
    encode(turned(pixels, orientation)?, rendition.format)
}

/// Returns the smallest scale, in eighths, at which a part of a JPEG still has enough pixels.
fn eighths(mime: Mime, region: u32, wanted: u32) -> u8 {
    let enough = |eighths: &u8| u64::from(region) * u64::from(*eighths) >= u64::from(wanted) * 8;
    if mime == Mime::Jpeg { (1..8).find(enough).unwrap_or(8) } else { 8 }
}

/// Crops and scales. `part` is measured in an image of the size `whole`. The source pixels are unusable afterwards.
pub(super) fn scale(from: &mut Pixels, whole: (u32, u32), part: StoredRegion, wanted: (u32, u32)) -> Result<Pixels, Unreadable> {
    let (across, down) = (f64::from(from.width) / f64::from(whole.0.max(1)), f64::from(from.height) / f64::from(whole.1.max(1)));
    let (left, top) = (part.x * across, part.y * down);
    let width = (part.width * across).min(f64::from(from.width) - left);
    let height = (part.height * down).min(f64::from(from.height) - top);
    let cut = Part { x: left, y: top, width, height };
    let bytes = masthead_pixels::scale(&mut from.bytes, (from.width, from.height), from.alpha, cut, wanted).map_err(Unreadable::Broken)?;
    Ok(Pixels { width: wanted.0, height: wanted.1, alpha: from.alpha, bytes: bytes.into() })
}

fn turned(pixels: Pixels, orientation: Orientation) -> Result<Pixels, Unreadable> {
    if orientation == Orientation::NoTransforms {
        return Ok(pixels);
    }
    let mut picture = pixels.into_picture().ok_or_else(|| Unreadable::because("the number of pixels does not match the size"))?;
    picture.apply_orientation(orientation);
    Ok(Pixels::of(picture))
}

/// Whether an orientation swaps width and height.
fn swaps_axes(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn stored_wanted((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    if swaps_axes(orientation) { (height, width) } else { (width, height) }
}

fn stored_size(original: &Original, orientation: Orientation) -> (u32, u32) {
    stored_wanted((original.width, original.height), orientation)
}

/// Converts a region of the displayed image to the same region of the stored image.
pub(super) fn stored_region(original: &Original, seen: Region, orientation: Orientation) -> StoredRegion {
    let Region { x, y, width, height } = seen;
    let (width, height) = (f64::from(width), f64::from(height));
    // The distances of the region from the right and from the bottom.
    let right = (f64::from(original.width) - x - width).max(0.0);
    let bottom = (f64::from(original.height) - y - height).max(0.0);
    let (x, y) = match orientation {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (right, y),
        Orientation::FlipVertical => (x, bottom),
        Orientation::Rotate180 => (right, bottom),
        Orientation::Rotate90 => (y, right),
        Orientation::Rotate270 => (bottom, x),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate270FlipH => (bottom, right),
    };
    let (width, height) = if swaps_axes(orientation) { (height, width) } else { (width, height) };
    StoredRegion { x, y, width, height }
}
