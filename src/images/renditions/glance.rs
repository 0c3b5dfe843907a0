//! What a picture looks like from afar: small, and in sRGB.

use image::DynamicImage;

use super::super::anatomy::Mime;
use super::decode::{Pixels, decode, into_srgb};

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
