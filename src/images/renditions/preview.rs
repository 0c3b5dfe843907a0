//! Small sRGB previews of images, for placeholders and checks.

use image::DynamicImage;

use super::super::container::Mime;
use super::decode::{Pixels, decode, into_srgb};

/// The end-of-image marker of a JPEG.
const END_OF_JPEG: &[u8] = &[0xff, 0xd9];
/// Bytes that contain no marker and that change the image if they are decoded as pixels.
const FILLER: [u8; 4] = [0xa5, 0x3c, 0xd7, 0x69];

/// Decodes a JPEG in sRGB, at the smallest scale at which its longest side has at least `side` pixels; at its own size if it is
/// smaller. Returns `None` if the file cannot be read.
///
/// This uses the decoder for renditions, because the decoder for checks misreads some files, mostly those with a scan for each colour.
pub(in crate::images) fn preview_jpeg(file: &[u8], longest: u32, side: u32) -> Option<DynamicImage> {
    let enough = |eighths: &u8| u64::from(longest) * u64::from(*eighths) >= u64::from(side) * 8;
    let eighths = (1..8).find(enough).unwrap_or(8);
    let mut decoded = decode(Mime::Jpeg, file, eighths).ok()?;
    into_srgb(&mut decoded.pixels, decoded.profile.as_deref());
    decoded.pixels.into_picture()
}

/// Whether a truncated JPEG has pixels down to its last row of blocks, which is `row` blocks high.
///
/// Bytes that are appended to the coded pixels change the image only after the place where the pixels end.
pub(in crate::images) fn reaches_last_row(file: &[u8], row: u32) -> bool {
    let (Some(coded), Ok(row)) = (file.strip_suffix(END_OF_JPEG), usize::try_from(row)) else { return false };
    let other = [coded, FILLER.repeat(16).as_slice(), END_OF_JPEG].concat();
    // At an eighth of the size, a block is one pixel.
    let (Ok(one), Ok(other)) = (decode(Mime::Jpeg, file, 1), decode(Mime::Jpeg, &other, 1)) else { return false };
    let line = usize::try_from(one.pixels.width).unwrap_or_default() * 3;
    let above = one.pixels.bytes.len().saturating_sub(line * row);
    one.pixels.bytes.get(..above) == other.pixels.bytes.get(..above)
}

/// Decodes an AVIF in sRGB at its own size; `None` if its pixels cannot be decoded.
pub(in crate::images) fn preview_avif(file: &[u8]) -> Option<DynamicImage> {
    let mut decoded = decode(Mime::Avif, file, 8).ok()?;
    into_srgb(&mut decoded.pixels, decoded.profile.as_deref());
    decoded.pixels.into_picture()
}

/// Converts an image from a colour profile to sRGB.
pub(in crate::images) fn in_srgb(picture: DynamicImage, profile: &[u8]) -> Option<DynamicImage> {
    let mut pixels = Pixels::of(picture);
    into_srgb(&mut pixels, Some(profile));
    pixels.into_picture()
}
