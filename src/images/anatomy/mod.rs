//! What a picture file is made of, by its structure alone: measured and cleaned before a pixel is decoded.
//!
//! Invariant: only what pixels, colours and the order of frames need is kept. Whatever else there is, known or not
//! (cameras' notes, places, comments, previews, what is appended after the end), never reaches the store.

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

/// How many brands of a file are looked at.
const MAX_BRANDS: usize = 32;

text_enum! {
    /// The media types of pictures.
    pub(crate) enum Mime {
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG, animated or not.
        Png = "image/png",
        /// WebP, animated or not.
        WebP = "image/webp",
        /// GIF, animated or not.
        Gif = "image/gif",
        /// AVIF, where the server was built to take it.
        Avif = "image/avif",
    }
}

impl Mime {
    /// What the first bytes of a file say that it is.
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

    /// How names of such files end.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
        }
    }

    /// The type of files whose names end so.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Avif].into_iter().find(|mime| mime.extension() == extension)
    }
}

/// Whether a file is HEIC, as its brands say (ISO/IEC 23008-12); AVIF, which has the same frame, is none.
pub(super) fn is_heic(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.get(4..).and_then(|rest| rest.strip_prefix(b"ftyp")) else { return false };
    let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    let brands = rest.get(..usize::try_from(length).unwrap_or_default().saturating_sub(8)).unwrap_or(rest);
    let (brands, _) = brands.as_chunks::<4>();
    let has = |wanted: &[&[u8; 4]]| brands.iter().take(MAX_BRANDS).any(|brand| wanted.contains(&brand));
    has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) && !has(&[b"avif", b"avis"])
}

/// Why a file is not taken: it breaks off, or contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken(pub(super) &'static str);

/// A picture file, taken apart and put together again.
#[derive(Debug)]
pub(super) struct Anatomy {
    pub(super) mime: Mime,
    /// Pixels from left to right, as stored.
    pub(super) width: u32,
    /// Pixels from top to bottom, as stored.
    pub(super) height: u32,
    /// How many pictures follow each other; 1 where nothing moves.
    pub(super) frames: u32,
    /// The pixels of all frames together, or more where a frame is larger than the picture.
    pub(super) pixels: u64,
    /// The bytes that decoding takes.
    pub(super) memory: u64,
    /// How the stored pixels must be turned to be seen.
    pub(super) orientation: Orientation,
    /// Whether there is a colour profile that is deflated, and so may be larger than it looks.
    pub(super) deflated_profile: bool,
    /// What the camera wrote, to take a caption from.
    pub(super) exif: Option<Vec<u8>>,
    /// What an agency's program wrote, likewise.
    pub(super) iptc: Option<Vec<u8>>,
    /// If a JPEG breaks off among its pixels: how many blocks of eight pixels its rows are high.
    pub(super) breaks_off: Option<u32>,
    /// How often a GIF that moves is shown, 0 for ever; the other types tell their decoders.
    pub(super) plays: Option<u16>,
    /// The file without all that is not needed.
    pub(super) file: Vec<u8>,
}

impl Anatomy {
    /// The bytes that taking a file apart takes: it is put together again, out of pieces that are collected before.
    pub(super) fn memory_for(file: &[u8]) -> u64 {
        u64::try_from(file.len()).unwrap_or(u64::MAX).saturating_mul(2)
    }

    /// Takes a file apart.
    pub(super) fn of(mime: Mime, bytes: &[u8]) -> Result<Self, Broken> {
        let anatomy = match mime {
            Mime::Jpeg => jpeg::dissect(bytes),
            Mime::Png => png::dissect(bytes),
            Mime::WebP => webp::dissect(bytes),
            Mime::Gif => gif::dissect(bytes),
            Mime::Avif => avif::dissect(bytes),
        }?;
        if anatomy.width == 0 || anatomy.height == 0 || anatomy.frames == 0 {
            return Err(Broken("It has no pixels."));
        }
        Ok(anatomy)
    }

    /// What an agency's program or, where that said nothing, a camera wrote into it.
    pub(super) fn notes(&self) -> Notes {
        let agency = self.iptc.as_deref().map(iptc::notes).unwrap_or_default();
        let camera = self.exif.as_deref().map(exif::notes).unwrap_or_default();
        Notes {
            caption: agency.caption.or(camera.caption),
            credit: agency.credit.or(camera.credit),
            taken_at: agency.taken_at.or(camera.taken_at),
        }
    }

    /// Width and height as the picture is seen.
    pub(super) fn seen_size(&self) -> (u32, u32) {
        match self.orientation {
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
                (self.height, self.width)
            }
            _ => (self.width, self.height),
        }
    }
}

/// What a file says of its picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Notes {
    /// What stands beneath it.
    pub(super) caption: Option<String>,
    /// Who made it.
    pub(super) credit: Option<String>,
    /// When it was taken; a clock that names no zone is taken for UTC.
    pub(super) taken_at: Option<Timestamp>,
}

#[cfg(feature = "avif")]
pub(super) use self::avif::Coded;
pub(super) use self::webp::Riff;

#[cfg(test)]
pub(super) use self::png::chunk as png_chunk;
