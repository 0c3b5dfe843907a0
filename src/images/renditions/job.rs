//! Renditions that are made without anybody waiting for them.

use serde::{Deserialize, Serialize};

use super::super::image::ImageId;
use super::super::queries;
use super::darkroom::Queue;
use super::ladder::{Cut, Format, Original, Rendition};
use super::making::{Unmade, make};
use crate::app::App;
use crate::jobs::Failure;

/// The widths that nearly every page asks for.
const COMMON: [u32; 3] = [320, 640, 1280];

/// What is to be made of a picture.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RenditionJob {
    image: ImageId,
    /// None for what nearly every page asks for.
    rendition: Option<Rendition>,
}

impl RenditionJob {
    /// What nearly every page will ask for of a picture that has just been uploaded.
    pub(in crate::images) fn common(image: ImageId) -> Self {
        Self { image, rendition: None }
    }

    /// One rendition.
    pub(super) fn one(image: ImageId, rendition: Rendition) -> Self {
        Self { image, rendition: Some(rendition) }
    }

    /// Makes what is not there.
    pub(crate) async fn deliver(self, app: &App) -> Result<(), Failure> {
        let id = self.image.to_string();
        let Some(image) = app.db.read(move |conn| queries::look_up(conn, &id)).await? else { return Ok(()) };
        let original = Original::of(&image);
        let wanted = self.rendition.map_or_else(|| common(&original), |rendition| vec![rendition]);
        for rendition in wanted {
            // The focal point may have moved since, but what is asked for under its new place is worth making, too.
            match make(app, &original, rendition, Queue::Ahead).await {
                Ok(_) => {}
                Err(Unmade::Busy(why) | Unmade::Failed(why)) => return Err(Failure::Later(why)),
                // Somebody deleted it meanwhile.
                Err(Unmade::Gone) => return Ok(()),
                // Readers get the original.
                Err(Unmade::Impossible(why)) => tracing::warn!(image = %original.id, why, "a rendition can't be made"),
            }
        }
        Ok(())
    }
}

/// The common widths that there are, else the widest.
fn common(original: &Original) -> Vec<Rendition> {
    let rungs = original.rungs(None);
    let mut widths: Vec<u32> = COMMON.into_iter().filter(|width| rungs.contains(width)).collect();
    if widths.is_empty() {
        widths.extend(rungs.last());
    }
    widths.into_iter().map(|width| Rendition { cut: Cut { preset: None, width }, format: Format::WebP }).collect()
}
