//! Jobs that make renditions in advance.

use serde::{Deserialize, Serialize};

use super::super::image::ImageId;
use super::super::queries;
use super::ladder::{Cut, Format, Original, Rendition};
use super::making::{Unmade, make};
use super::workers::Queue;
use crate::app::App;
use crate::jobs::Failure;

/// The widths that nearly every page requests.
const COMMON: [u32; 3] = [320, 640, 1280];

/// A job that makes renditions of an image.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RenditionJob {
    image: ImageId,
    /// The rendition; `None` for the common ones.
    rendition: Option<Rendition>,
}

impl RenditionJob {
    /// A job for the renditions that nearly every page will request of a new image.
    pub(in crate::images) fn common(image: ImageId) -> Self {
        Self { image, rendition: None }
    }

    /// A job for one rendition.
    pub(super) fn one(image: ImageId, rendition: Rendition) -> Self {
        Self { image, rendition: Some(rendition) }
    }

    /// Makes the renditions that do not exist yet.
    pub(crate) async fn deliver(self, app: &App) -> Result<(), Failure> {
        let id = self.image.to_string();
        let Some(image) = app.db.read(move |conn| queries::look_up(conn, &id)).await? else { return Ok(()) };
        let original = Original::of(&image);
        let wanted = self.rendition.map_or_else(|| common(&original), |rendition| vec![rendition]);
        for rendition in wanted {
            // The focal point may have moved since; the crop for its new position is useful as well.
            match make(app, &original, rendition, Queue::Ahead).await {
                Ok(_) => {}
                Err(Unmade::Busy(why) | Unmade::Failed(why)) => return Err(Failure::Later(why)),
                // The image has been deleted meanwhile.
                Err(Unmade::Gone) => return Ok(()),
                // Readers get the original.
                Err(Unmade::Impossible(why)) => tracing::warn!(image = %original.id, why, "a rendition cannot be made"),
            }
        }
        Ok(())
    }
}

/// The WebP renditions of this image in the common widths or, if the image has none of these widths, in its largest width.
fn common(original: &Original) -> Vec<Rendition> {
    let available = original.widths(None);
    let mut widths: Vec<u32> = COMMON.into_iter().filter(|width| available.contains(width)).collect();
    if widths.is_empty() {
        widths.extend(available.last());
    }
    widths.into_iter().map(|width| Rendition { cut: Cut { preset: None, width }, format: Format::WebP }).collect()
}
