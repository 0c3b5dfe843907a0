//! The URLs of an image's renditions by width and format, ready for `<picture>`.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::super::image::ImageId;
use super::ladder::{Cut, Format, LADDER, Original, Preset};
use crate::config::LinkConfig;

/// The widths listed in responses. More widths would make responses longer and pages hardly lighter.
const SRCSET_WIDTHS: [u32; 5] = [320, 640, 960, 1280, 1920];
/// The widths of crops listed in responses.
const CROP_SRCSET_WIDTHS: [u32; 3] = [320, 640, 1280];
/// The space for an entry of a set besides its URL: two widths and the separators.
const ROOM: usize = 16;
/// The maximum width of a crop for browsers that do not support `srcset`.
const PLAIN: u32 = 1280;

/// A value of the HTML attribute `srcset`. It is stored as JSON text, because a response holds many.
type AddressSet = Box<RawValue>;

/// The available widths by format, each as a value of the HTML attribute `srcset`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SrcSet {
    /// The WebP renditions; animated if the image is.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) webp: AddressSet,
    /// The AVIF renditions (WebP until they have been made); null for animated images.
    #[schema(value_type = Option<String>, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.avif 640w")]
    pub(crate) avif: Option<AddressSet>,
    /// The renditions for all browsers: JPEG, or PNG for images with transparency.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.jpg 640w")]
    pub(crate) jpeg: AddressSet,
}

/// A `<source>` element of a `<picture>`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Source {
    /// The media type.
    #[schema(example = "image/webp")]
    pub(crate) r#type: &'static str,
    /// The available widths, as a value of the HTML attribute `srcset`.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/640.webp 640w")]
    pub(crate) srcset: AddressSet,
}

/// Crops of an image with fixed aspect ratios, around the focal point.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "square": crop_example("square", 720, 720), "4x3": crop_example("4x3", 960, 720),
    "16x9": crop_example("16x9", 1280, 720), "og": crop_example("og", 1200, 630),
}))]
pub(crate) struct Crops {
    /// The square crop.
    pub(crate) square: Crop,
    /// The 4:3 crop.
    #[serde(rename = "4x3")]
    pub(crate) four_by_three: Crop,
    /// The 16:9 crop.
    #[serde(rename = "16x9")]
    pub(crate) sixteen_by_nine: Crop,
    /// The crop for link previews on social networks, 1200 by 630.
    pub(crate) og: Crop,
}

fn crop_example(shape: &str, width: u32, height: u32) -> serde_json::Value {
    let place = format!("https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/{shape}");
    let srcset = format!("{place}/640.auto?v=4f21c0 640w");
    serde_json::json!({"url": format!("{place}/{width}.jpg?v=4f21c0"), "width": width, "height": height, "srcset": srcset})
}

/// A crop of an image.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Crop {
    /// The URL of the crop in a format that every browser supports; it changes with the focal point.
    #[schema(format = "uri", example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/16x9/1280.jpg?v=4f21c0")]
    pub(crate) url: String,
    /// The width in pixels.
    #[schema(example = 1280, minimum = 1)]
    pub(crate) width: u32,
    /// The height in pixels.
    #[schema(example = 720, minimum = 1)]
    pub(crate) height: u32,
    /// The available widths, each in the best format that the browser accepts, as a value of the HTML attribute `srcset`.
    #[schema(value_type = String, example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/16x9/640.auto?v=4f21c0 640w")]
    pub(crate) srcset: AddressSet,
}

/// An image for link previews on social networks, such as `og:image`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SocialImage {
    /// The id of the image.
    pub(crate) id: ImageId,
    /// The URL of the image, cropped to 1200 by 630 around the focal point.
    #[schema(format = "uri", example = "https://api.example.com/media/019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42/og/1280.jpg?v=4f21c0")]
    pub(crate) url: String,
    /// The width in pixels.
    #[schema(example = 1280, minimum = 1)]
    pub(crate) width: u32,
    /// The height in pixels.
    #[schema(example = 672, minimum = 1)]
    pub(crate) height: u32,
    /// The alternative text for people who cannot see the image.
    #[schema(example = "A tram on a bridge, in front of it a crowd with flags.")]
    pub(crate) alt: Option<String>,
}

/// Builds the URLs of renditions.
#[derive(Clone, Debug)]
pub(in crate::images) struct Addresses {
    original: Original,
    base: String,
    /// The query string of the URLs of crops.
    version: String,
}

impl Addresses {
    pub(in crate::images) fn new(original: Original, links: &LinkConfig) -> Self {
        Self { base: links.media(&original.id.to_string()), version: format!("?v={}", original.crop_version()), original }
    }

    /// The available widths in every format.
    pub(in crate::images) fn srcset(&self) -> SrcSet {
        let widths = listed_widths(&self.original.widths(None), &SRCSET_WIDTHS);
        let set = |format: Format| self.set(None, &widths, &[format.as_str()]);
        SrcSet { webp: set(Format::WebP), avif: (!self.original.moves).then(|| set(Format::Avif)), jpeg: set(self.original.plain_format()) }
    }

    /// The available widths as `<source>` elements, best format first.
    pub(in crate::images) fn sources(&self, srcset: &SrcSet) -> Vec<Source> {
        let source = |format: Format, srcset: &AddressSet| Source { r#type: format.mime(), srcset: srcset.clone() };
        let avif = srcset.avif.as_ref().map(|srcset| source(Format::Avif, srcset));
        let rest = [source(Format::WebP, &srcset.webp), source(self.original.plain_format(), &srcset.jpeg)];
        avif.into_iter().chain(rest).filter(|source| source.srcset.get() != EMPTY).collect()
    }

    /// The `srcset` of an `<img>` outside `<picture>`: each width in the best format that the browser accepts.
    pub(in crate::images) fn best(&self) -> String {
        self.set(None, &listed_widths(&self.original.widths(None), &SRCSET_WIDTHS), &["auto"]).get().trim_matches('"').to_owned()
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
        let widths = self.original.widths(Some(preset));
        let (url, width, height) = self.plain_crop(preset, &widths);
        let srcset = self.set(Some(preset), &listed_widths(&widths, &CROP_SRCSET_WIDTHS), &["auto", &self.version]);
        Crop { url, width, height, srcset }
    }

    /// The link preview of an image with the alternative text `alt`.
    pub(in crate::images) fn social(&self, alt: Option<String>) -> SocialImage {
        let (url, width, height) = self.plain_crop(Preset::Og, &self.original.widths(Some(Preset::Og)));
        SocialImage { id: self.original.id, url, width, height, alt }
    }

    fn plain_crop(&self, preset: Preset, widths: &[u32]) -> (String, u32, u32) {
        let widest = widths.iter().copied().filter(|width| *width <= PLAIN).max().unwrap_or(1);
        let (width, height) = self.original.size(Cut { preset: Some(preset), width: widest });
        let format = self.original.plain_format().as_str();
        (format!("{}/{}/{width}.{format}{}", self.base, preset.as_str(), self.version), width, height)
    }

    fn set(&self, preset: Option<Preset>, widths: &[String], ending: &[&str]) -> AddressSet {
        let (slash, crop) = preset.map_or(("", ""), |preset| ("/", preset.as_str()));
        let (before, ending) = ([&self.base, slash, crop, "/"].concat(), ending.concat());
        // A response contains many sets, so each set is written in a single pass.
        let mut set = String::with_capacity(widths.len() * (before.len() + ending.len() + ROOM));
        let mut between = "\"";
        for width in widths {
            for piece in [between, &before, width, ".", &ending, " ", width, "w"] {
                set.push_str(piece);
            }
            between = ", ";
        }
        set.push_str(if set.is_empty() { EMPTY } else { "\"" });
        // URLs contain no characters that JSON would have to escape.
        RawValue::from_string(set).unwrap_or_default()
    }
}

/// The JSON text of an empty set.
const EMPTY: &str = "\"\"";

/// Selects the widths to list: the widths in `named`, and the image's own width if it is not a standard width.
fn listed_widths(widths: &[u32], named: &[u32]) -> Vec<String> {
    let own = |width: &u32| !LADDER.contains(width);
    let listed: Vec<String> = widths.iter().filter(|width| named.contains(width) || own(width)).map(ToString::to_string).collect();
    // The image's own width may be a standard width that is not in `named`.
    if listed.is_empty() { widths.last().map(ToString::to_string).into_iter().collect() } else { listed }
}
