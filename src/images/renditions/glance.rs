//! What a picture looks like from afar: small, and in sRGB.

use image::DynamicImage;

use super::super::anatomy::Mime;
use super::decode::{Pixels, decode, into_srgb};

/// The marker that ends a JPEG.
const END_OF_JPEG: &[u8] = &[0xff, 0xd9];
/// Bytes that are no marker, and no code for a block without any difference.
const FILLER: [u8; 4] = [0xa5, 0x3c, 0xd7, 0x69];

/// A JPEG in sRGB, at the smallest size that has a side of so many pixels, or its own.
///
/// The decoder that renditions are made by: the one that files are checked by does not put all of them together rightly, those above
/// all that bring each colour by itself. None where it can't read the file.
pub(in crate::images) fn glance_at_jpeg(file: &[u8], longest: u32, side: u32) -> Option<DynamicImage> {
    let enough = |eighths: &u8| u64::from(longest) * u64::from(*eighths) >= u64::from(side) * 8;
    let eighths = (1..8).find(enough).unwrap_or(8);
    let mut decoded = decode(Mime::Jpeg, file, eighths).ok()?;
    into_srgb(&mut decoded.pixels, decoded.profile.as_deref());
    decoded.pixels.into_picture()
}

/// Whether a JPEG that lacks its end has pixels down to its last row of blocks, which is so many blocks high.
///
/// Other bytes behind those that there are change the picture from where they begin to count, and nowhere above.
pub(in crate::images) fn reaches_last_row(file: &[u8], row: u32) -> bool {
    let (Some(coded), Ok(row)) = (file.strip_suffix(END_OF_JPEG), usize::try_from(row)) else { return false };
    let other = [coded, FILLER.repeat(16).as_slice(), END_OF_JPEG].concat();
    // At an eighth of its size, a block is a pixel.
    let (Ok(one), Ok(other)) = (decode(Mime::Jpeg, file, 1), decode(Mime::Jpeg, &other, 1)) else { return false };
    let line = usize::try_from(one.pixels.width).unwrap_or_default() * 3;
    let above = one.pixels.bytes.len().saturating_sub(line * row);
    one.pixels.bytes.get(..above) == other.pixels.bytes.get(..above)
}

/// An AVIF in sRGB, decoded whole.
///
/// # Errors
/// Its pixels can't be decoded.
pub(in crate::images) fn glance_at_avif(file: &[u8]) -> Option<DynamicImage> {
    let mut decoded = decode(Mime::Avif, file, 8).ok()?;
    into_srgb(&mut decoded.pixels, decoded.profile.as_deref());
    decoded.pixels.into_picture()
}

/// A picture whose colours are those of a profile, in sRGB.
pub(in crate::images) fn in_srgb(picture: DynamicImage, profile: &[u8]) -> Option<DynamicImage> {
    let mut pixels = Pixels::of(picture);
    into_srgb(&mut pixels, Some(profile));
    pixels.into_picture()
}
