//! The renditions that an image can have: widths, crops, formats and file names.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::super::container::Mime;
use super::super::image::{Focal, Image, ImageId, stored_name};
use crate::db::text_enum;

/// The widths of renditions, in pixels. An image that is narrower than the last width is also available in its own width.
pub(super) const LADDER: [u32; 8] = [160, 320, 480, 640, 960, 1280, 1920, 2560];
/// The maximum side of a WebP, in pixels; larger renditions are made in no format.
const MAX_SIDE: u32 = 16_383;
/// The maximum number of pixels of a rendition, which bounds its memory; larger renditions are made in no format.
const MAX_PIXELS: u64 = 16_000_000;
/// The version of the encoder settings, part of the file name. Change it whenever the same request would give different bytes; later
/// versions must sort later.
const ENCODER_VERSION: &str = "c";
/// The version of the encoder settings for animated images.
const MOVING_RECIPE: &str = "d";
/// The folder of all renditions in the media store.
const FOLDER: &str = "renditions";

text_enum! {
    /// A crop with a fixed aspect ratio.
    pub(crate) enum Preset {
        /// Square.
        Square = "square",
        /// 4:3.
        FourByThree = "4x3",
        /// 16:9.
        SixteenByNine = "16x9",
        /// For link previews on social networks, 1200 by 630.
        Og = "og",
    }
}

impl Preset {
    /// The ratio of width to height.
    const fn ratio(self) -> (u32, u32) {
        match self {
            Self::Square => (1, 1),
            Self::FourByThree => (4, 3),
            Self::SixteenByNine => (16, 9),
            Self::Og => (40, 21),
        }
    }
}

text_enum! {
    /// The format of a rendition; the word is the file extension.
    pub(crate) enum Format {
        /// JPEG; transparent pixels become white.
        Jpeg = "jpg",
        /// PNG.
        Png = "png",
        /// WebP; animations stay animated.
        WebP = "webp",
        /// AVIF.
        Avif = "avif",
    }
}

impl Format {
    /// The media type.
    pub(super) const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }
}

/// A part of an image and its width in the rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Cut {
    /// The crop; `None` for the whole image.
    pub(super) preset: Option<Preset>,
    /// The width in pixels.
    pub(super) width: u32,
}

/// A rendition that can be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Rendition {
    pub(super) cut: Cut,
    pub(super) format: Format,
}

/// A region of the displayed image, in pixels; the offsets may be fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The properties of an image that decide which renditions it has.
#[derive(Clone, Debug)]
pub(in crate::images) struct Original {
    pub(super) id: ImageId,
    pub(super) sha256: String,
    pub(super) mime: Mime,
    /// The displayed width in pixels.
    pub(super) width: u32,
    /// The displayed height in pixels.
    pub(super) height: u32,
    /// Whether the image has transparent pixels.
    pub(super) alpha: bool,
    /// Whether the image is animated.
    pub(super) moves: bool,
    pub(super) focal: Focal,
}

impl Original {
    /// Takes the relevant properties from a row.
    pub(in crate::images) fn of(image: &Image) -> Self {
        let size = |size: i32| u32::try_from(size).unwrap_or(1).max(1);
        Self {
            id: image.id,
            sha256: image.sha256.clone(),
            mime: image.mime,
            width: size(image.width),
            height: size(image.height),
            alpha: image.has_alpha,
            moves: image.frames > 1,
            focal: Focal { x: image.focal_x, y: image.focal_y },
        }
    }

    /// The name of the original file in the media store.
    pub(super) fn file_name(&self) -> String {
        stored_name(&self.sha256, self.mime)
    }

    /// The format that every browser supports.
    pub(super) fn plain_format(&self) -> Format {
        if self.alpha { Format::Png } else { Format::Jpeg }
    }

    /// The available widths, smallest first: the standard widths below the image's own, and its own.
    pub(super) fn widths(&self, preset: Option<Preset>) -> Vec<u32> {
        let (own, _) = self.crop(preset);
        let narrower = LADDER.into_iter().filter(|width| *width < own);
        let own = Some(own).filter(|own| *own <= LADDER[LADDER.len() - 1]);
        let fits = |(width, height): (u32, u32)| height <= MAX_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS;
        narrower.chain(own).filter(|width| fits(self.size(Cut { preset, width: *width }))).collect()
    }

    /// The width and height of a rendition.
    pub(super) fn size(&self, cut: Cut) -> (u32, u32) {
        let (across, down) = cut.preset.map_or((self.width, self.height), Preset::ratio);
        (cut.width, share(cut.width, down, across))
    }

    /// The region of a crop: as large as possible, and centred on the focal point as far as possible.
    pub(super) fn region(&self, preset: Option<Preset>) -> Region {
        let (width, height) = self.crop(preset);
        let place = |focus: f64, whole: u32, part: u32| {
            (focus * f64::from(whole) - f64::from(part) / 2.0).clamp(0.0, f64::from(whole.saturating_sub(part)))
        };
        Region { x: place(self.focal.x, self.width, width), y: place(self.focal.y, self.height, height), width, height }
    }

    /// The width and height of the largest crop.
    fn crop(&self, preset: Option<Preset>) -> (u32, u32) {
        let Some((across, down)) = preset.map(Preset::ratio) else { return (self.width, self.height) };
        if u64::from(self.width) * u64::from(down) > u64::from(self.height) * u64::from(across) {
            (share(self.height, across, down).min(self.width), self.height)
        } else {
            (self.width, share(self.width, down, across).min(self.height))
        }
    }

    /// A value that changes with the focal point, to distinguish crops.
    pub(super) fn crop_version(&self) -> String {
        let point = [self.focal.x.to_bits(), self.focal.y.to_bits()].map(u64::to_be_bytes).concat();
        format!("{:06x}", xxhash_rust::xxh3::xxh3_64(&point) & 0x00ff_ffff)
    }

    fn recipe(&self) -> &'static str {
        if self.moves { MOVING_RECIPE } else { ENCODER_VERSION }
    }

    /// The name of a rendition in the media store.
    pub(super) fn rendition_name(&self, rendition: Rendition) -> String {
        let Rendition { cut: Cut { preset, width }, format } = rendition;
        let extension = format.as_str();
        let (folder, recipe) = (folder_of(self.id), self.recipe());
        match preset {
            None => format!("{folder}/{recipe}/{width}.{extension}"),
            Some(preset) => format!("{folder}/{recipe}/{}-{}/{width}.{extension}", preset.as_str(), self.crop_version()),
        }
    }

    /// Whether a file name belongs to a current rendition of this image. A rendition of a later encoder version counts as current,
    /// because it comes from a node that has already been upgraded.
    pub(super) fn knows(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&folder_of(self.id)).and_then(|rest| rest.strip_prefix('/'));
        let Some((recipe, rest)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
        match (recipe.cmp(self.recipe()), rest.split_once('/')) {
            (Ordering::Less, _) => false,
            (Ordering::Greater, _) | (_, None) => true,
            (_, Some((crop, _))) => crop.split_once('-').is_some_and(|(_, version)| version == self.crop_version()),
        }
    }
}

/// The folder of an image's renditions in the media store.
pub(super) fn folder_of(id: ImageId) -> String {
    format!("{FOLDER}/{id}")
}

/// The id of the image that a file name in the media store belongs to; `None` if it is not a rendition.
pub(super) fn owner_of(name: &str) -> Option<ImageId> {
    name.strip_prefix(FOLDER)?.strip_prefix('/')?.split('/').next()?.parse().ok()
}

/// Computes `length × numerator ÷ denominator`, rounded, and at least 1.
fn share(length: u32, numerator: u32, denominator: u32) -> u32 {
    let (numerator, denominator) = (u64::from(numerator), u64::from(denominator.max(1)));
    u32::try_from((u64::from(length) * numerator + denominator / 2) / denominator).unwrap_or(u32::MAX).max(1)
}
