//! The image: its row, its draft and its views.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::container::Mime;
use super::examine::Examined;
use super::renditions::{Addresses, Crops, Original, SocialImage, Source, SrcSet};
use crate::config::LinkConfig;
use crate::db::{Id, Json, Timestamp, fold};
use crate::events::Tagged;
use crate::http::Versioned;
use crate::input::{Custom, CustomKind, Draft, Line, Paragraph};
use crate::schema::images;
use crate::users::User;

/// The id of an image.
pub(crate) type ImageId = Id<Image>;

impl Tagged for Image {
    const KIND: &'static str = "image";
}
/// The id of an account.
type UserId = Id<User>;

/// An image as stored in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = images, treat_none_as_null = true)]
pub(crate) struct Image {
    pub(crate) id: Id<Image>,
    pub(crate) sha256: String,
    pub(crate) mime: Mime,
    pub(crate) bytes: i64,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) alt: Option<String>,
    pub(crate) alt_key: Option<String>,
    pub(crate) caption: Option<String>,
    pub(crate) caption_key: Option<String>,
    pub(crate) credit: Option<String>,
    pub(crate) credit_key: Option<String>,
    pub(crate) focal_x: f64,
    pub(crate) focal_y: f64,
    pub(crate) thumbhash: String,
    pub(crate) color: String,
    pub(crate) file_name: Option<String>,
    pub(crate) search_key: String,
    pub(crate) custom: Json<Custom>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) frames: i32,
    pub(crate) has_alpha: bool,
    pub(crate) taken_at: Option<Timestamp>,
}

/// The editable metadata of an image.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageDraft {
    /// The alternative text for people who cannot see the image; empty if the image is merely decorative.
    #[schema(value_type = Option<Line>)]
    pub(crate) alt: Option<String>,
    /// The caption, shown below the image.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) caption: Option<String>,
    /// The credit: the photographer or the source.
    #[schema(value_type = Option<Line>)]
    pub(crate) credit: Option<String>,
    /// The time when the photo was taken.
    pub(crate) taken_at: Option<Timestamp>,
    /// The focal point, which crops keep in view; the centre if it is not given.
    #[serde(default)]
    pub(crate) focal: Focal,
    /// The site's custom fields.
    #[serde(default)]
    pub(crate) custom: Custom,
}

impl Draft for ImageDraft {
    const CUSTOM: Option<CustomKind> = Some(CustomKind::Image);
    const DERIVED: &'static [&'static str] = &["/url", "/placeholder", "/used", "/srcset", "/sources", "/crops"];
    const READ_ONLY: &'static [&'static str] = &[
        "/id",
        "/width",
        "/height",
        "/mime",
        "/bytes",
        "/frames",
        "/sha256",
        "/file_name",
        "/created_by",
        "/version",
        "/created_at",
        "/updated_at",
    ];
}

/// A point in an image, as fractions of its width and height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Focal {
    /// The distance from the left edge, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.5)]
    pub(crate) x: f64,
    /// The distance from the top edge, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.4)]
    pub(crate) y: f64,
}

impl Default for Focal {
    fn default() -> Self {
        Self { x: 0.5, y: 0.5 }
    }
}

/// A placeholder to show until the image has loaded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Placeholder {
    /// A blurred preview of about 25 bytes, in base64 (<https://evanw.github.io/thumbhash>).
    #[schema(example = "3OcRJYB4d3h/iIeHeEh3eIhw+j3A")]
    pub(crate) thumbhash: String,
    /// The average colour.
    #[schema(example = "#7a6a58", pattern = "^#[0-9a-f]{6}$")]
    pub(crate) color: String,
}

/// An image as readers see it; built once, even if a response shows it several times.
#[derive(Clone, Debug)]
pub(crate) struct ImageView(Arc<PublicImage>);

impl Deref for ImageView {
    type Target = PublicImage;

    fn deref(&self) -> &PublicImage {
        &self.0
    }
}

impl Serialize for ImageView {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl PartialSchema for ImageView {
    fn schema() -> RefOr<Schema> {
        PublicImage::schema()
    }
}

impl ToSchema for ImageView {
    fn name() -> Cow<'static, str> {
        PublicImage::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        PublicImage::schemas(schemas);
    }
}

/// An image.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImageView)]
pub(crate) struct PublicImage {
    /// The id of the image.
    pub(crate) id: ImageId,
    /// The URL of the file; the file never changes.
    #[schema(
        format = "uri",
        example = "https://api.example.com/media/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg"
    )]
    pub(crate) url: String,
    /// The displayed width in pixels, after applying the orientation.
    #[schema(example = 1600, minimum = 1)]
    pub(crate) width: i32,
    /// The displayed height in pixels, after applying the orientation.
    #[schema(example = 1067, minimum = 1)]
    pub(crate) height: i32,
    /// The media type of the file.
    pub(crate) mime: Mime,
    /// The size of the file in bytes.
    #[schema(example = 284_117, minimum = 1)]
    pub(crate) bytes: i64,
    /// The number of frames; 1 for still images.
    #[schema(example = 1, minimum = 1)]
    pub(crate) frames: i32,
    /// The SHA-256 hash of the file, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
    /// The alternative text for people who cannot see the image; empty if the image is merely decorative.
    #[schema(example = "A tram on a bridge, in front of it a crowd with flags.")]
    pub(crate) alt: Option<String>,
    /// The caption, shown below the image.
    #[schema(example = "The first tram of line 9 on Saturday morning.")]
    pub(crate) caption: Option<String>,
    /// The credit: the photographer or the source.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) credit: Option<String>,
    /// The focal point, which crops keep in view.
    pub(crate) focal: Focal,
    /// A placeholder to show until the image has loaded.
    pub(crate) placeholder: Placeholder,
    /// The available widths of the image, by format.
    pub(crate) srcset: SrcSet,
    /// The same renditions as `<source>` elements for `<picture>`, best format first; use `url` for `<img src>`. Empty if the image is so
    /// narrow and high that it has no renditions.
    pub(crate) sources: Vec<Source>,
    /// Crops of fixed shapes around the focal point.
    pub(crate) crops: Crops,
    /// The time of the upload.
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    addresses: Addresses,
}

/// An image as staff see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EditedImage {
    /// The public view of the image.
    #[serde(flatten)]
    pub(crate) view: ImageView,
    /// The name of the uploaded file.
    #[schema(example = "IMG_4711.jpg")]
    pub(crate) file_name: Option<String>,
    /// The time when the photo was taken, from the file or as edited.
    pub(crate) taken_at: Option<Timestamp>,
    /// The site's custom fields.
    pub(crate) custom: Custom,
    /// The number of articles, authors and other items that show the image.
    #[schema(example = 2, minimum = 0)]
    pub(crate) used: i64,
    /// The account that uploaded the image; null if the account has been deleted.
    pub(crate) created_by: Option<UserId>,
    /// The version, which each change increments; version 7 has the `ETag` `"v7"`.
    #[schema(example = 7, minimum = 1)]
    pub(crate) version: i32,
    /// The time of the last change.
    pub(crate) updated_at: Timestamp,
}

impl Versioned for EditedImage {
    fn version(&self) -> i32 {
        self.version
    }
}

/// The public view or, with `view=editor`, the view for staff.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it documents the response; the handler builds either view itself")]
pub(crate) enum ImageAnswer {
    /// The image, as readers see it.
    Public(ImageView),
    /// The image, as staff see it.
    Editor(EditedImage),
}

impl Image {
    /// A new image from an examined file.
    pub(super) fn new(examined: &Examined, file_name: Option<String>, created_by: Id<User>, now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            sha256: examined.sha256.clone(),
            mime: examined.mime,
            bytes: i64::try_from(examined.file.len()).unwrap_or(i64::MAX),
            width: i32::try_from(examined.width).unwrap_or(i32::MAX),
            height: i32::try_from(examined.height).unwrap_or(i32::MAX),
            alt: None,
            alt_key: None,
            caption: None,
            caption_key: None,
            credit: None,
            credit_key: None,
            focal_x: 0.5,
            focal_y: 0.5,
            thumbhash: examined.thumbhash.clone(),
            color: examined.color.clone(),
            file_name,
            search_key: String::new(),
            custom: Json::default(),
            created_by: Some(created_by),
            version: 0,
            created_at: now,
            updated_at: now,
            frames: i32::try_from(examined.frames).unwrap_or(i32::MAX),
            has_alpha: examined.has_alpha,
            taken_at: None,
        }
    }

    /// Replaces the metadata by a draft; increments the version.
    pub(super) fn revise(&mut self, draft: ImageDraft, now: Timestamp) {
        let ImageDraft { alt, caption, credit, taken_at, focal, custom } = draft;
        self.alt_key = alt.as_deref().map(fold);
        self.caption_key = caption.as_deref().map(fold);
        self.credit_key = credit.as_deref().map(fold);
        let texts = [&alt, &caption, &credit, &self.file_name];
        self.search_key = fold(&texts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n"));
        (self.alt, self.caption, self.credit) = (alt, caption, credit);
        self.taken_at = taken_at;
        (self.focal_x, self.focal_y) = (focal.x, focal.y);
        self.custom = Json(custom);
        self.version += 1;
        self.updated_at = now;
    }

    /// The current metadata as a draft.
    pub(super) fn draft(&self) -> ImageDraft {
        ImageDraft {
            alt: self.alt.clone(),
            caption: self.caption.clone(),
            credit: self.credit.clone(),
            taken_at: self.taken_at,
            focal: Focal { x: self.focal_x, y: self.focal_y },
            custom: self.custom.0.clone(),
        }
    }

    /// The name of the image's file in the media store.
    pub(super) fn stored_name(&self) -> String {
        stored_name(&self.sha256, self.mime)
    }

    /// Returns the image as readers see it.
    pub(super) fn view(&self, links: &LinkConfig) -> ImageView {
        let addresses = Addresses::new(Original::of(self), links);
        let srcset = addresses.srcset();
        let image = PublicImage {
            id: self.id,
            url: links.media(&self.stored_name()),
            width: self.width,
            height: self.height,
            mime: self.mime,
            bytes: self.bytes,
            frames: self.frames,
            sha256: self.sha256.clone(),
            alt: self.alt.clone(),
            caption: self.caption.clone(),
            credit: self.credit.clone(),
            focal: Focal { x: self.focal_x, y: self.focal_y },
            placeholder: Placeholder { thumbhash: self.thumbhash.clone(), color: self.color.clone() },
            sources: addresses.sources(&srcset),
            srcset,
            crops: addresses.crops(),
            created_at: self.created_at,
            addresses,
        };
        ImageView(Arc::new(image))
    }

    /// Returns the image as staff see it.
    pub(super) fn edited(&self, links: &LinkConfig, used: i64) -> EditedImage {
        EditedImage {
            view: self.view(links),
            file_name: self.file_name.clone(),
            taken_at: self.taken_at,
            custom: self.custom.0.clone(),
            used,
            created_by: self.created_by,
            version: self.version,
            updated_at: self.updated_at,
        }
    }
}

impl PublicImage {
    /// The `srcset` of an `<img>` outside `<picture>`: each width in the best format that the browser accepts.
    pub(crate) fn best_srcset(&self) -> String {
        self.addresses.best()
    }

    /// The image for link previews on social networks.
    pub(crate) fn social(&self) -> SocialImage {
        self.addresses.social(self.alt.clone())
    }
}

/// The name in the media store of a file with this hash and type.
pub(super) fn stored_name(sha256: &str, mime: Mime) -> String {
    format!("{sha256}.{}", mime.extension())
}

/// Parses the name of a stored file into hash and type; returns `None` for any other name.
pub(super) fn parse_stored_name(name: &str) -> Option<(&str, Mime)> {
    let (hash, extension) = name.split_once('.')?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Mime::of_extension(extension).filter(|_| is_hash).map(|mime| (hash, mime))
}
