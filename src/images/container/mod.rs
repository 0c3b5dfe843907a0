//! Parses the structure of image files, to measure and clean them before any pixel is decoded.
//!
//! Invariant: only the parts needed for pixels, colours and the order of frames are kept. Everything else, known or unknown (camera notes,
//! locations, comments, previews, data after the end), never reaches the media store.

mod av1;
mod avif;
mod boxes;
mod exif;
mod gif;
mod iptc;
mod jpeg;
mod png;
mod reader;
mod webp;

use image::metadata::Orientation;

use crate::db::{Timestamp, text_enum};

/// The maximum number of brands that are checked.
const MAX_BRANDS: usize = 32;

text_enum! {
    /// The media type of an image.
    pub(crate) enum Mime {
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG, animated or not.
        Png = "image/png",
        /// WebP, animated or not.
        WebP = "image/webp",
        /// GIF, animated or not.
        Gif = "image/gif",
        /// AVIF; only if the server was built with it.
        Avif = "image/avif",
    }
}

impl Mime {
    /// Detects the type from the first bytes of a file.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ if cfg!(feature = "avif") && avif::is_announced(bytes) => Some(Self::Avif),
            _ => None,
        }
    }

    /// The file extension of the type.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
        }
    }

    /// The type with a file extension.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Avif].into_iter().find(|mime| mime.extension() == extension)
    }
}

/// Whether a file is HEIC according to its brands (ISO/IEC 23008-12). AVIF, which has the same structure, is not.
pub(super) fn is_heic(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.get(4..).and_then(|rest| rest.strip_prefix(b"ftyp")) else { return false };
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    let brands = rest.get(..usize::try_from(length).unwrap_or_default().saturating_sub(8)).unwrap_or(rest);
    let (brands, _) = brands.as_chunks::<4>();
    let has = |wanted: &[&[u8; 4]]| brands.iter().take(MAX_BRANDS).any(|brand| wanted.contains(&brand));
    has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) && !has(&[b"avif", b"avis"])
}

/// The reason why a file is rejected: it is truncated or inconsistent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) &'static str);

/// A parsed and cleaned image file.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) mime: Mime,
    /// The stored width in pixels.
    pub(super) width: u32,
    /// The stored height in pixels.
    pub(super) height: u32,
    /// The number of frames; 1 for still images.
    pub(super) frames: u32,
    /// The pixels of all frames together, or more if a frame is larger than the image.
    pub(super) pixels: u64,
    /// The memory for decoding, in bytes.
    pub(super) memory: u64,
    /// The orientation to apply to the stored pixels.
    pub(super) orientation: Orientation,
    /// Whether there is a compressed colour profile, which may be large when it is decompressed.
    pub(super) deflated_profile: bool,
    /// The Exif block, which may hold a caption and a credit.
    pub(super) exif: Option<Vec<u8>>,
    /// The IPTC block, which may hold a caption and a credit.
    pub(super) iptc: Option<Vec<u8>>,
    /// The height of a row of blocks in a JPEG whose pixels are truncated, in units of eight pixels; `None` for complete files.
    pub(super) breaks_off: Option<u32>,
    /// The number of plays of an animated GIF; 0 means forever. For other types, the decoder reads the number.
    pub(super) plays: Option<u16>,
    /// The clean file.
    pub(super) file: Vec<u8>,
}

impl Container {
    /// The memory for parsing a file, in bytes: the kept pieces are collected first and then joined.
    pub(super) fn memory_for(file: &[u8]) -> u64 {
        u64::try_from(file.len()).unwrap_or(u64::MAX).saturating_mul(2)
    }

    /// Parses a file.
    pub(super) fn of(mime: Mime, bytes: &[u8]) -> Result<Self, Broken> {
        let container = match mime {
            Mime::Jpeg => jpeg::parse(bytes),
            Mime::Png => png::parse(bytes),
            Mime::WebP => webp::parse(bytes),
            Mime::Gif => gif::parse(bytes),
            Mime::Avif => avif::parse(bytes),
        }?;
        if container.width == 0 || container.height == 0 || container.frames == 0 {
            return Err(Broken("The file contains no pixels."));
        }
        Ok(container)
    }

    /// The metadata in the file; IPTC takes precedence over Exif.
    pub(super) fn notes(&self) -> EmbeddedMetadata {
        let agency = self.iptc.as_deref().map(iptc::notes).unwrap_or_default();
        let camera = self.exif.as_deref().map(exif::notes).unwrap_or_default();
        EmbeddedMetadata {
            caption: agency.caption.or(camera.caption),
            credit: agency.credit.or(camera.credit),
            taken_at: agency.taken_at.or(camera.taken_at),
        }
    }

    /// The displayed width and height.
    pub(super) fn seen_size(&self) -> (u32, u32) {
        match self.orientation {
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
                (self.height, self.width)
            }
            _ => (self.width, self.height),
        }
    }
}

/// The metadata in an image file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct EmbeddedMetadata {
    /// The caption.
    pub(super) caption: Option<String>,
    /// The credit: the photographer or the source.
    pub(super) credit: Option<String>,
    /// The time when the photo was taken; in UTC if the file names no time zone.
    pub(super) taken_at: Option<Timestamp>,
}

#[cfg(feature = "avif")]
pub(super) use self::avif::Coded;
pub(super) use self::webp::Riff;

#[cfg(test)]
pub(super) use self::png::chunk as png_chunk;
