//! What a front end needs to show a picture well: addresses by width and format, ready to be put into `<picture>`.

use serde::Serialize;
use utoipa::ToSchema;

use super::ladder::{Cut, Format, LADDER, Original, Preset};
use crate::config::LinkConfig;

/// The widths that front ends are told of; more of them make answers longer and pages hardly lighter.
const TOLD: [u32; 5] = [320, 640, 960, 1280, 1920];
/// The widths of crops that front ends are told of.
const TOLD_OF_CROPS: [u32; 3] = [320, 640, 1280];
/// What an entry of a set needs besides its address: two widths, and what stands between.
const ROOM: usize = 16;
/// The width of a crop where a browser knows nothing of `srcset`.
const PLAIN: u32 = 1280;

/// The widths that there are, by format, each as HTML's `srcset` wants it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SrcSet {
    /// WebP; what moves moves in it.
    #[schema(example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) webp: String,
    /// AVIF, or WebP until it has been made; null for what moves.
    #[schema(example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.avif 640w")]
    pub(crate) avif: Option<String>,
    /// What every browser shows: JPEG; PNG where something shows through.
    #[schema(example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.jpg 640w")]
    pub(crate) jpeg: String,
}

/// A `<source>` of a `<picture>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Source {
    /// The media type.
    #[schema(example = "image/webp")]
    pub(crate) r#type: &'static str,
    /// The widths that there are.
    #[schema(example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) srcset: String,
}

/// A picture cropped to fixed shapes, the focal point in sight.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Crops {
    /// As wide as high.
    pub(crate) square: Crop,
    /// 4 to 3.
    #[serde(rename = "4x3")]
    pub(crate) four_by_three: Crop,
    /// 16 to 9.
    #[serde(rename = "16x9")]
    pub(crate) sixteen_by_nine: Crop,
    /// 1200 to 630, as social networks show it beside a link.
    pub(crate) og: Crop,
}

/// A picture cropped to a shape.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Crop {
    /// Where it is in a format that every browser shows; another one after the focal point has moved.
    #[schema(format = "uri", example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/16x9/1280.jpg?v=4f21c0")]
    pub(crate) url: String,
    /// Pixels from left to right.
    #[schema(example = 1280, minimum = 1)]
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    #[schema(example = 720, minimum = 1)]
    pub(crate) height: u32,
    /// The widths that there are, each in the best format that the browser says it takes.
    #[schema(example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/16x9/640.auto?v=4f21c0 640w")]
    pub(crate) srcset: String,
}

/// Addresses of renditions.
pub(in crate::images) struct Addresses<'a> {
    original: &'a Original,
    base: String,
}

impl<'a> Addresses<'a> {
    pub(in crate::images) fn new(original: &'a Original, links: &LinkConfig) -> Self {
        Self { original, base: links.media(&original.id.to_string()) }
    }

    /// The widths of a picture in every format.
    pub(in crate::images) fn srcset(&self) -> SrcSet {
        let widths = told(&self.original.rungs(None), &TOLD);
        let set = |format: Format| self.set(None, &widths, format.as_str());
        SrcSet { webp: set(Format::WebP), avif: (!self.original.moves).then(|| set(Format::Avif)), jpeg: set(self.original.plain_format()) }
    }

    /// The same as a `<picture>` wants it, the best first.
    pub(in crate::images) fn sources(&self, srcset: &SrcSet) -> Vec<Source> {
        let source = |format: Format, srcset: &String| Source { r#type: format.mime(), srcset: srcset.clone() };
        let avif = srcset.avif.as_ref().map(|srcset| source(Format::Avif, srcset));
        let rest = [source(Format::WebP, &srcset.webp), source(self.original.plain_format(), &srcset.jpeg)];
        avif.into_iter().chain(rest).filter(|source| !source.srcset.is_empty()).collect()
    }

    /// All crops.
    pub(in crate::images) fn crops(&self) -> Crops {
        let version = format!("?v={}", self.original.crop_version());
        let crop = |preset| self.crop(preset, &version);
        Crops {
            square: crop(Preset::Square),
            four_by_three: crop(Preset::FourByThree),
            sixteen_by_nine: crop(Preset::SixteenByNine),
            og: crop(Preset::Og),
        }
    }

    fn crop(&self, preset: Preset, version: &str) -> Crop {
        let rungs = self.original.rungs(Some(preset));
        let widest = rungs.iter().copied().filter(|width| *width <= PLAIN).max().unwrap_or(1);
        let (width, height) = self.original.size(Cut { preset: Some(preset), width: widest });
        let format = self.original.plain_format().as_str();
        let widths = told(&rungs, &TOLD_OF_CROPS);
        Crop {
            url: format!("{}/{}/{width}.{format}{version}", self.base, preset.as_str()),
            width,
            height,
            srcset: self.set(Some(preset), &widths, &format!("auto{version}")),
        }
    }

    fn set(&self, preset: Option<Preset>, widths: &[u32], ending: &str) -> String {
        let (before, crop) = preset.map_or(("", ""), |preset| ("/", preset.as_str()));
        // An article shows many of these, so that each is written in one go.
        let mut set = String::with_capacity(widths.len() * (self.base.len() + crop.len() + ending.len() + ROOM));
        for width in widths {
            let (comma, width) = (if set.is_empty() { "" } else { ", " }, width.to_string());
            for piece in [comma, &self.base, before, crop, "/", &width, ".", ending, " ", &width, "w"] {
                set.push_str(piece);
            }
        }
        set
    }
}

/// Those widths that front ends are told of; a picture's own, too, where that is no more than the ladder's end.
fn told(rungs: &[u32], named: &[u32]) -> Vec<u32> {
    let own = |width: &u32| !LADDER.contains(width);
    let told: Vec<u32> = rungs.iter().copied().filter(|width| named.contains(width) || own(width)).collect();
    // A picture that is exactly as wide as a rung that is told of nowhere.
    if told.is_empty() { rungs.last().copied().into_iter().collect() } else { told }
}
