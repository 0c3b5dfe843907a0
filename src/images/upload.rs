//! Turns an upload form into a stored image.
//!
//! The order of the steps keeps rows and files consistent if the process crashes. The upload goes to an unnamed file, which the system
//! deletes by itself. The clean file is durable before its row is written. The row is written under the file's lock, after a check
//! that the file still exists. A file is deleted under the same lock, and only if no row refers to it. Therefore a row never exists
//! without its file. A file may exist without a row until the sweep deletes the file.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::runtime::Handle;
use utoipa::ToSchema;

use super::examine::{Examined, examine_file};
use super::files::{delete_unused_file, lock_file};
use super::image::{EditedImage, Focal, Image, ImageDraft, stored_name};
use super::operations::{edited, record_event};
use super::queries;
use super::renditions::RenditionJob;
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp};
use crate::error::{Code, Error, Fault, Result};
use crate::events::EventKind;
use crate::http::{FormParts, ReceivedForm, UnitOfWork};
use crate::input::{Custom, CustomKind, Draft, Input, Line, MAX_CUSTOM, Paragraph, inexact_faults, parse_json};
use crate::jobs::{self, Job};
use crate::users::{Caller, Writer};

/// The number of attempts to store a file that other requests delete concurrently.
const ATTEMPTS: usize = 3;
/// The maximum length of a credit, as in [`Line`].
const MAX_CREDIT_LENGTH: usize = 500;
/// The maximum length of a caption, as in [`Paragraph`].
const MAX_CAPTION_LENGTH: usize = 2000;

/// Further writes in the transaction that stores an image.
pub(super) type Also = Arc<dyn Fn(&mut Conn, Option<&Image>) -> Result<()> + Send + Sync>;

/// The form of an image upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageUpload {
    /// The file, at most 20 MiB: JPEG, PNG, WebP or GIF, or AVIF if the server was built with support for it. An image may have at
    /// most 50 million pixels, and an AVIF image about 30 million; the setting `IMAGE_MEGAPIXELS` changes both limits. The content
    /// determines the type, not the file name. The server stores the part of the file name after the last `/` or `\`. This part
    /// must be one line of at most 200 characters.
    #[schema(value_type = String, format = Binary)]
    file: String,
    /// The alternative text for people who cannot see the image; empty if the image is merely decorative.
    #[schema(value_type = Line, required = false)]
    alt: Option<String>,
    /// The caption, shown below the image. If the field is absent, the caption (IPTC) or the description (Exif) in the file is used.
    #[schema(value_type = Paragraph, required = false)]
    caption: Option<String>,
    /// The credit: the photographer or the source. If the field is absent, the by-line, credit or copyright (IPTC), or the artist or
    /// copyright (Exif) in the file is used.
    #[schema(value_type = Line, required = false)]
    credit: Option<String>,
    /// The time when the photo was taken. If the field is absent, the creation date and time (IPTC) or the original date and time (Exif) in
    /// the file is used, in UTC if the file names no time zone.
    #[schema(value_type = Timestamp, required = false)]
    taken_at: Option<Timestamp>,
    /// The horizontal position of the focal point, which crops keep in view: the distance from the left edge, 0 to 1.
    #[serde(default = "middle")]
    #[schema(minimum = 0, maximum = 1, default = 0.5)]
    focal_x: f64,
    /// The vertical position of the focal point, which crops keep in view: the distance from the top edge, 0 to 1.
    #[serde(default = "middle")]
    #[schema(minimum = 0, maximum = 1, default = 0.5)]
    focal_y: f64,
    /// The site's custom fields, as JSON.
    #[serde(default)]
    custom: Custom,
}

impl Draft for ImageUpload {}

/// The parts of the form.
pub(super) const PARTS: FormParts =
    FormParts { file: "file", texts: &["alt", "caption", "credit", "taken_at", "focal_x", "focal_y", "custom"] };

const fn middle() -> f64 {
    0.5
}

/// Creates an image from a form.
pub(crate) async fn create(work: &UnitOfWork, caller: Caller<Writer>, form: ReceivedForm) -> Result<EditedImage> {
    let app = &work.app;
    let ReceivedForm { texts, file, faults } = form;
    let upload = parse(work, texts, faults).await;
    let examined = match file {
        Some(file) => Some(examine_file(app, file).await),
        None => None,
    };
    match (upload, examined) {
        (Ok(upload), Some(Ok(examined))) => keep(work, caller, upload, examined, None).await,
        // An unsupported file type is reported before validation errors of the fields.
        (_, Some(Err(error))) if error.code() != Code::ValidationFailed => Err(error),
        (Err(error), Some(Err(broken))) if error.code() == Code::ValidationFailed => {
            Err(Error::invalid([error.faults(), broken.faults()].concat()))
        }
        (Err(error), _) | (Ok(_), Some(Err(error))) => Err(error),
        (Ok(_), None) => Err(Error::invalid(vec![Fault::at("/file", "required", "\"file\" is required.")])),
    }
}

/// Parses the text fields. Values that cannot be parsed are left for the schema to reject.
pub(super) async fn parse(work: &UnitOfWork, mut texts: Map<String, Value>, mut faults: Vec<Fault>) -> Result<ImageUpload> {
    for name in ["focal_x", "focal_y"] {
        let number = texts.get(name).and_then(Value::as_str).and_then(|text| text.trim().parse::<f64>().ok());
        if let Some(number) = number.and_then(serde_json::Number::from_f64) {
            texts.insert(name.to_owned(), number.into());
        }
    }
    let mut custom = Value::Object(Map::new());
    if let Some(Value::String(text)) = texts.get("custom") {
        if let Ok(value) = parse_json(text.as_bytes()) {
            faults.extend(inexact_faults("/custom", text.as_bytes()));
            custom = value.clone();
            texts.insert("custom".to_owned(), value);
        } else {
            faults.push(Fault::at("/custom", "malformed_json", "The value is not valid JSON."));
            texts.shift_remove("custom");
            custom = Value::Null;
        }
    }
    // The schema of the form reports a value that is too large; only a smaller value is validated by the site's own schema.
    if custom.to_string().len() <= MAX_CUSTOM {
        faults.extend(work.read(move |app, conn| app.checker.custom_faults(conn, CustomKind::Image, &custom)).await?);
    }
    match Input::of(Value::Object(texts), Arc::clone(&work.app.checker)).plain::<ImageUpload>() {
        Ok(upload) if faults.is_empty() => Ok(upload),
        Ok(_) => Err(Error::invalid(faults)),
        Err(error) if error.code() == Code::ValidationFailed => Err(Error::invalid([&faults, error.faults()].concat())),
        Err(error) => Err(error),
    }
}

/// Stores the file and then the row.
pub(super) async fn keep(
    work: &UnitOfWork,
    caller: Caller<Writer>,
    upload: ImageUpload,
    examined: Examined,
    also: Option<Also>,
) -> Result<EditedImage> {
    let app = &work.app;
    let now = app.now();
    let file_name = Some(upload.file.clone()).filter(|name| !name.is_empty());
    let mut image = Image::new(&examined, file_name, caller.user, now);
    image.revise(draft(upload, &examined), now);
    let name = stored_name(&examined.sha256, examined.mime);
    for _ in 0..ATTEMPTS {
        if !work.is_dry_run() {
            app.storage.put(&name, examined.file.clone()).await?;
        }
        match keep_row(work, &caller, &image, also.clone()).await {
            Ok(Some(view)) => return Ok(view),
            Ok(None) => {}
            Err(error) => {
                let (app, image) = (app.clone(), image.clone());
                work.afterwards(async move { delete_unused_file(&app, &image.sha256, &image.stored_name()).await }).await?;
                return Err(error);
            }
        }
    }
    Err(Error::unavailable("other requests deleted the file repeatedly"))
}

fn draft(upload: ImageUpload, examined: &Examined) -> ImageDraft {
    let ImageUpload { file: _, alt, caption, credit, taken_at, focal_x, focal_y, custom } = upload;
    let cut = |text: &Option<String>, longest: usize| text.as_ref().map(|text| text.chars().take(longest).collect());
    ImageDraft {
        alt,
        caption: caption.or_else(|| cut(&examined.notes.caption, MAX_CAPTION_LENGTH)),
        credit: credit.or_else(|| cut(&examined.notes.credit, MAX_CREDIT_LENGTH)),
        taken_at: taken_at.or(examined.notes.taken_at),
        focal: Focal { x: focal_x, y: focal_y },
        custom,
    }
}

/// Writes the row if its file exists; returns `None` if the file has been deleted meanwhile.
async fn keep_row(work: &UnitOfWork, caller: &Caller<Writer>, image: &Image, also: Option<Also>) -> Result<Option<EditedImage>> {
    let (caller, image, runtime, is_dry_run) = (caller.clone(), image.clone(), Handle::current(), work.is_dry_run());
    let keep = move |app: &App, conn: &mut Conn| {
        Lock::Images.take(conn)?;
        // Examining the file took time, and the definitions of custom fields may have changed meanwhile.
        let faults = app.checker.custom_faults(conn, CustomKind::Image, &Value::Object(image.custom.0.0.clone()))?;
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        lock_file(conn, &image.sha256)?;
        if !is_dry_run && runtime.block_on(app.storage.soon(app.storage.size(&image.stored_name())))?.is_none() {
            return Ok(None);
        }
        queries::insert(conn, &image)?;
        if let Some(also) = &also {
            also(conn, Some(&image))?;
        }
        record_event(app, conn, &caller, &image, EventKind::ImageCreated)?;
        jobs::enqueue(app, conn, &Job::Renditions(RenditionJob::common(image.id)))?;
        edited(app, conn, &image).map(Some)
    };
    work.write(keep).await
}
