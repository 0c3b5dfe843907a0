//! What can be made of a picture: its widths, its crops, their formats, and what each is called.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::super::anatomy::Mime;
use super::super::image::{Focal, Image, ImageId, stored_name};
use crate::db::text_enum;

/// The widths, in pixels; the picture's own comes on top where it is smaller than the last.
pub(super) const LADDER: [u32; 8] = [160, 320, 480, 640, 960, 1280, 1920, 2560];
/// What WebP can hold from side to side, in pixels; what would be longer is not made in any format.
const LONGEST_SIDE: u32 = 16_383;
/// How many pixels a rendition may have: what takes more memory than there is for one is not made in any format.
const MOST_PIXELS: u64 = 16_000_000;
/// Changes whenever the same request would give other bytes than before, so that nothing old is served under a new name; what comes later
/// sorts later.
const RECIPE: &str = "c";
/// The same for pictures that move.
const MOVING_RECIPE: &str = "d";
/// The folder of all renditions in the store.
const FOLDER: &str = "renditions";

text_enum! {
    /// A crop of a fixed shape.
    pub(crate) enum Preset {
        /// As wide as high.
        Square = "square",
        /// 4 to 3.
        FourByThree = "4x3",
        /// 16 to 9.
        SixteenByNine = "16x9",
        /// What social networks show beside a link, 1200 to 630.
        Og = "og",
    }
}

impl Preset {
    /// Width to height.
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
    /// What a rendition is encoded as; the word is the extension.
    pub(crate) enum Format {
        /// JPEG; what is transparent becomes white.
        Jpeg = "jpg",
        /// PNG.
        Png = "png",
        /// WebP; it keeps the animation.
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

/// Which part of a picture, and how wide it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Cut {
    /// None where it is the whole picture.
    pub(super) preset: Option<Preset>,
    /// In pixels.
    pub(super) width: u32,
}

/// A copy of a picture that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Rendition {
    pub(super) cut: Cut,
    pub(super) format: Format,
}

/// A part of a picture as it is seen, in pixels that need not be whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// What of a picture decides what can be made of it.
#[derive(Clone, Debug)]
pub(in crate::images) struct Original {
    pub(super) id: ImageId,
    pub(super) sha256: String,
    pub(super) mime: Mime,
    /// Pixels from left to right, as it is seen.
    pub(super) width: u32,
    /// Pixels from top to bottom, as it is seen.
    pub(super) height: u32,
    /// Whether something behind it shows through.
    pub(super) alpha: bool,
    /// Whether it moves.
    pub(super) moves: bool,
    pub(super) focal: Focal,
}

impl Original {
    /// What matters here of a row.
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

    /// The name of its own file in the store.
    pub(super) fn file_name(&self) -> String {
        stored_name(&self.sha256, self.mime)
    }

    /// What every browser can show of it.
    pub(super) fn plain_format(&self) -> Format {
        if self.alpha { Format::Png } else { Format::Jpeg }
    }

    /// The widths that there are of it, the smallest first: those of the ladder below its own, and its own.
    pub(super) fn rungs(&self, preset: Option<Preset>) -> Vec<u32> {
        let (own, _) = self.crop(preset);
        let narrower = LADDER.into_iter().filter(|width| *width < own);
        let own = Some(own).filter(|own| *own <= LADDER[LADDER.len() - 1]);
        let fits = |(width, height): (u32, u32)| height <= LONGEST_SIDE && u64::from(width) * u64::from(height) <= MOST_PIXELS;
        narrower.chain(own).filter(|width| fits(self.size(Cut { preset, width: *width }))).collect()
    }

    /// Width and height of a rendition.
    pub(super) fn size(&self, cut: Cut) -> (u32, u32) {
        let (across, down) = cut.preset.map_or((self.width, self.height), Preset::ratio);
        (cut.width, share(cut.width, down, across))
    }

    /// The part that a crop shows: as large as can be, the focal point as near to its middle as can be.
    pub(super) fn region(&self, preset: Option<Preset>) -> Region {
        let (width, height) = self.crop(preset);
        let place = |focus: f64, whole: u32, part: u32| {
            (focus * f64::from(whole) - f64::from(part) / 2.0).clamp(0.0, f64::from(whole.saturating_sub(part)))
        };
        Region { x: place(self.focal.x, self.width, width), y: place(self.focal.y, self.height, height), width, height }
    }

    /// Width and height of the largest crop.
    fn crop(&self, preset: Option<Preset>) -> (u32, u32) {
        let Some((across, down)) = preset.map(Preset::ratio) else { return (self.width, self.height) };
        if u64::from(self.width) * u64::from(down) > u64::from(self.height) * u64::from(across) {
            (share(self.height, across, down).min(self.width), self.height)
        } else {
            (self.width, share(self.width, down, across).min(self.height))
        }
    }

    /// What crops are told apart by when the focal point has moved.
    pub(super) fn crop_version(&self) -> String {
        let point = [self.focal.x.to_bits(), self.focal.y.to_bits()].map(u64::to_be_bytes).concat();
        format!("{:06x}", xxhash_rust::xxh3::xxh3_64(&point) & 0x00ff_ffff)
    }

    fn recipe(&self) -> &'static str {
        if self.moves { MOVING_RECIPE } else { RECIPE }
    }

    /// The name of a rendition in the store.
    pub(super) fn rendition_name(&self, rendition: Rendition) -> String {
        let Rendition { cut: Cut { preset, width }, format } = rendition;
        let extension = format.as_str();
        let (folder, recipe) = (folder_of(self.id), self.recipe());
        match preset {
            None => format!("{folder}/{recipe}/{width}.{extension}"),
            Some(preset) => format!("{folder}/{recipe}/{}-{}/{width}.{extension}", preset.as_str(), self.crop_version()),
        }
    }

    /// Whether a name stands for a rendition that can still be asked for: here or, where its recipe is a later one, of a node that has
    /// been brought up to date before this one.
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

/// The folder in the store of all that was made of a picture.
pub(super) fn folder_of(id: ImageId) -> String {
    format!("{FOLDER}/{id}")
}

/// Whose rendition a name in the store stands for; none where it is no rendition.
pub(super) fn owner_of(name: &str) -> Option<ImageId> {
    name.strip_prefix(FOLDER)?.strip_prefix('/')?.split('/').next()?.parse().ok()
}

/// `length × numerator ÷ denominator`, rounded, and never nothing.
fn share(length: u32, numerator: u32, denominator: u32) -> u32 {
    let (numerator, denominator) = (u64::from(numerator), u64::from(denominator.max(1)));
    u32::try_from((u64::from(length) * numerator + denominator / 2) / denominator).unwrap_or(u32::MAX).max(1)
}
