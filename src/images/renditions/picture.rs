//! What a front end needs to show a picture well: addresses by width and format, ready to be put into `<picture>`.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::super::image::ImageId;
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

/// Addresses by width, as HTML's `srcset` wants them; written as JSON when made, since an answer shows many.
type AddressSet = Box<RawValue>;

/// The widths that there are, by format, each as HTML's `srcset` wants it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SrcSet {
    /// WebP; what moves moves in it.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) webp: AddressSet,
    /// AVIF, or WebP until it has been made; null for what moves.
    #[schema(value_type = Option<String>, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.avif 640w")]
    pub(crate) avif: Option<AddressSet>,
    /// What every browser shows: JPEG; PNG where something shows through.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.jpg 640w")]
    pub(crate) jpeg: AddressSet,
}

/// A `<source>` of a `<picture>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Source {
    /// The media type.
    #[schema(example = "image/webp")]
    pub(crate) r#type: &'static str,
    /// The widths that there are.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) srcset: AddressSet,
}

/// A picture cropped to fixed shapes, the focal point in sight.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "square": crop_example("square", 720, 720), "4x3": crop_example("4x3", 960, 720),
    "16x9": crop_example("16x9", 1280, 720), "og": crop_example("og", 1200, 630),
}))]
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

fn crop_example(shape: &str, width: u32, height: u32) -> serde_json::Value {
    let place = format!("https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/{shape}");
    let srcset = format!("{place}/640.auto?v=4f21c0 640w");
    serde_json::json!({"url": format!("{place}/{width}.jpg?v=4f21c0"), "width": width, "height": height, "srcset": srcset})
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
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/16x9/640.auto?v=4f21c0 640w")]
    pub(crate) srcset: AddressSet,
}

/// A picture as social networks show it beside a link, for `og:image` and its like.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SocialImage {
    /// The picture's id.
    pub(crate) id: ImageId,
    /// Where it is, cropped to 1200 by 630 around the focal point.
    #[schema(format = "uri", example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/og/1280.jpg?v=4f21c0")]
    pub(crate) url: String,
    /// Pixels from left to right.
    #[schema(example = 1280, minimum = 1)]
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    #[schema(example = 672, minimum = 1)]
    pub(crate) height: u32,
    /// What it shows, for those who can't see it.
    #[schema(example = "A tram on a bridge, in front of it a crowd with flags.")]
    pub(crate) alt: Option<String>,
}

/// Addresses of renditions.
#[derive(Clone, Debug)]
pub(in crate::images) struct Addresses {
    original: Original,
    base: String,
    /// What the addresses of crops end with.
    version: String,
}

impl Addresses {
    pub(in crate::images) fn new(original: Original, links: &LinkConfig) -> Self {
        Self { base: links.media(&original.id.to_string()), version: format!("?v={}", original.crop_version()), original }
    }

    /// The widths of a picture in every format.
    pub(in crate::images) fn srcset(&self) -> SrcSet {
        let widths = told(&self.original.rungs(None), &TOLD);
        let set = |format: Format| self.set(None, &widths, &[format.as_str()]);
        SrcSet { webp: set(Format::WebP), avif: (!self.original.moves).then(|| set(Format::Avif)), jpeg: set(self.original.plain_format()) }
    }

    /// The same as a `<picture>` wants it, the best first.
    pub(in crate::images) fn sources(&self, srcset: &SrcSet) -> Vec<Source> {
        let source = |format: Format, srcset: &AddressSet| Source { r#type: format.mime(), srcset: srcset.clone() };
        let avif = srcset.avif.as_ref().map(|srcset| source(Format::Avif, srcset));
        let rest = [source(Format::WebP, &srcset.webp), source(self.original.plain_format(), &srcset.jpeg)];
        avif.into_iter().chain(rest).filter(|source| source.srcset.get() != EMPTY).collect()
    }

    /// The widths, each in the best format that a browser says it takes: what an `<img>` outside a `<picture>` needs.
    pub(in crate::images) fn best(&self) -> String {
        self.set(None, &told(&self.original.rungs(None), &TOLD), &["auto"]).get().trim_matches('"').to_owned()
    }

    /// All crops.
    pub(in crate::images) fn crops(&self) -> Crops {
        Crops {
            square: self.crop(Preset::Square),
            four_by_three: self.crop(Preset::FourByThree),
            sixteen_by_nine: self.crop(Preset::SixteenByNine),
            og: self.crop(Preset::Og),
        }
    }

    fn crop(&self, preset: Preset) -> Crop {
        let rungs = self.original.rungs(Some(preset));
        let (url, width, height) = self.plain_crop(preset, &rungs);
        Crop { url, width, height, srcset: self.set(Some(preset), &told(&rungs, &TOLD_OF_CROPS), &["auto", &self.version]) }
    }

    /// What social networks show of a picture that shows `alt`.
    pub(in crate::images) fn social(&self, alt: Option<String>) -> SocialImage {
        let (url, width, height) = self.plain_crop(Preset::Og, &self.original.rungs(Some(Preset::Og)));
        SocialImage { id: self.original.id, url, width, height, alt }
    }

    fn plain_crop(&self, preset: Preset, rungs: &[u32]) -> (String, u32, u32) {
        let widest = rungs.iter().copied().filter(|width| *width <= PLAIN).max().unwrap_or(1);
        let (width, height) = self.original.size(Cut { preset: Some(preset), width: widest });
        let format = self.original.plain_format().as_str();
        (format!("{}/{}/{width}.{format}{}", self.base, preset.as_str(), self.version), width, height)
    }

    fn set(&self, preset: Option<Preset>, widths: &[String], ending: &[&str]) -> AddressSet {
        let (slash, crop) = preset.map_or(("", ""), |preset| ("/", preset.as_str()));
        let (before, ending) = ([&self.base, slash, crop, "/"].concat(), ending.concat());
        // An article shows many of these, so that each is written in one go.
        let mut set = String::with_capacity(widths.len() * (before.len() + ending.len() + ROOM));
        let mut between = "\"";
        for width in widths {
            for piece in [between, &before, width, ".", &ending, " ", width, "w"] {
                set.push_str(piece);
            }
            between = ", ";
        }
        set.push_str(if set.is_empty() { EMPTY } else { "\"" });
        // No letter of an address means anything to JSON.
        RawValue::from_string(set).unwrap_or_default()
    }
}

/// What is written of an empty set.
const EMPTY: &str = "\"\"";

/// Those widths that front ends are told of; a picture's own, too, where that is no more than the ladder's end.
fn told(rungs: &[u32], named: &[u32]) -> Vec<String> {
    let own = |width: &u32| !LADDER.contains(width);
    let told: Vec<String> = rungs.iter().filter(|width| named.contains(width) || own(width)).map(ToString::to_string).collect();
    // A picture that is exactly as wide as a rung that is told of nowhere.
    if told.is_empty() { rungs.last().map(ToString::to_string).into_iter().collect() } else { told }
}
