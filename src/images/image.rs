//! A picture: its row, its draft, its views.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::anatomy::Mime;
use super::examine::Examined;
use super::renditions::{Addresses, Crops, Original, SocialImage, Source, SrcSet};
use crate::config::LinkConfig;
use crate::db::{Id, Json, Timestamp, fold};
use crate::input::{Custom, CustomKind, Draft, Line, Paragraph};
use crate::schema::images;
use crate::users::User;

/// The id of a picture.
pub(crate) type ImageId = Id<Image>;
/// The id of an account.
type UserId = Id<User>;

/// A picture as it is stored.
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

/// What can be said of a picture.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageDraft {
    /// What it shows, for those who can't see it; empty where it is mere decoration.
    #[schema(value_type = Option<Line>)]
    pub(crate) alt: Option<String>,
    /// What stands beneath it.
    #[schema(value_type = Option<Paragraph>)]
    pub(crate) caption: Option<String>,
    /// Who made it.
    #[schema(value_type = Option<Line>)]
    pub(crate) credit: Option<String>,
    /// When it was taken.
    pub(crate) taken_at: Option<Timestamp>,
    /// What must stay in sight when it is cropped; the middle where nobody says.
    #[serde(default)]
    pub(crate) focal: Focal,
    /// Members of the site's own.
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

/// A point of a picture, as fractions of its width and height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Focal {
    /// From the left, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.5)]
    pub(crate) x: f64,
    /// From the top, 0 to 1.
    #[schema(minimum = 0, maximum = 1, example = 0.4)]
    pub(crate) y: f64,
}

impl Default for Focal {
    fn default() -> Self {
        Self { x: 0.5, y: 0.5 }
    }
}

/// What to show until the picture is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Placeholder {
    /// A blurred copy of some 25 bytes, in base64 (<https://evanw.github.io/thumbhash>).
    #[schema(example = "3OcRJYB4d3h/iIeHeEh3eIhw+j3A")]
    pub(crate) thumbhash: String,
    /// The mean colour.
    #[schema(example = "#7a6a58", pattern = "^#[0-9a-f]{6}$")]
    pub(crate) color: String,
}

/// A picture as readers see it; made once, however often an answer shows it.
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

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImageView)]
pub(crate) struct PublicImage {
    /// Its id.
    pub(crate) id: ImageId,
    /// Where the file is; it never changes.
    #[schema(
        format = "uri",
        example = "https://api.example.com/media/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg"
    )]
    pub(crate) url: String,
    /// Pixels from left to right, as it is seen.
    #[schema(example = 1600, minimum = 1)]
    pub(crate) width: i32,
    /// Pixels from top to bottom, as it is seen.
    #[schema(example = 1067, minimum = 1)]
    pub(crate) height: i32,
    /// The file's media type.
    pub(crate) mime: Mime,
    /// How many bytes the file has.
    #[schema(example = 284_117, minimum = 1)]
    pub(crate) bytes: i64,
    /// How many pictures follow each other in it; 1 where nothing moves.
    #[schema(example = 1, minimum = 1)]
    pub(crate) frames: i32,
    /// The file's SHA-256, in hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
    /// What it shows, for those who can't see it; empty where it is mere decoration.
    #[schema(example = "A tram on a bridge, in front of it a crowd with flags.")]
    pub(crate) alt: Option<String>,
    /// What stands beneath it.
    #[schema(example = "The first tram of line 9 on Saturday morning.")]
    pub(crate) caption: Option<String>,
    /// Who made it.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) credit: Option<String>,
    /// What must stay in sight when it is cropped.
    pub(crate) focal: Focal,
    /// What to show until it is there.
    pub(crate) placeholder: Placeholder,
    /// The same picture at several widths, by format.
    pub(crate) srcset: SrcSet,
    /// The same, as a `<picture>` wants it, the best format first; `<img src>` takes `url`. Empty where it is so narrow and
    /// high that there are no renditions of it.
    pub(crate) sources: Vec<Source>,
    /// The picture cropped to fixed shapes around the focal point.
    pub(crate) crops: Crops,
    /// When it was uploaded.
    pub(crate) created_at: Timestamp,
    #[serde(skip)]
    addresses: Addresses,
}

/// A picture as those who work here see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EditedImage {
    /// What readers see.
    #[serde(flatten)]
    pub(crate) view: ImageView,
    /// The name that the file had where it came from.
    #[schema(example = "IMG_4711.jpg")]
    pub(crate) file_name: Option<String>,
    /// When it was taken, as its file or somebody says.
    pub(crate) taken_at: Option<Timestamp>,
    /// Members of the site's own.
    pub(crate) custom: Custom,
    /// How many articles, authors and so on show it.
    #[schema(example = 2, minimum = 0)]
    pub(crate) used: i64,
    /// The account that uploaded it; null where that is gone.
    pub(crate) created_by: Option<UserId>,
    /// Counts the changes; `"v7"` as an `ETag`.
    #[schema(example = 7, minimum = 1)]
    pub(crate) version: i32,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
}

/// The public view or, with `view=editor`, what those who work here see.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes the answer; the handler makes either view itself")]
pub(crate) enum ImageAnswer {
    /// What readers see.
    Public(ImageView),
    /// What those who work here see.
    Editor(EditedImage),
}

impl Image {
    /// A picture that has just been looked at.
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

    /// What a draft makes of a picture, new or not; every member is taken over.
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

    /// What is said of it now.
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

    /// The name of its file in the store.
    pub(super) fn stored_name(&self) -> String {
        stored_name(&self.sha256, self.mime)
    }

    /// What readers see of it.
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

    /// What those who work here see of it.
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
    /// Its widths, each in the best format that a browser says it takes: what an `<img>` outside a `<picture>` needs.
    pub(crate) fn best_srcset(&self) -> String {
        self.addresses.best()
    }

    /// What social networks show of it.
    pub(crate) fn social(&self) -> SocialImage {
        self.addresses.social(self.alt.clone())
    }
}

/// The name in the store of a file with this hash.
pub(super) fn stored_name(sha256: &str, mime: Mime) -> String {
    format!("{sha256}.{}", mime.extension())
}

/// The hash and the type that the name of a stored file says; none where no file can be called so.
pub(super) fn parse_stored_name(name: &str) -> Option<(&str, Mime)> {
    let (hash, extension) = name.split_once('.')?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Mime::of_extension(extension).filter(|_| is_hash).map(|mime| (hash, mime))
}
