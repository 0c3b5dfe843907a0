//! Draws the images of the demo newsroom and uploads them, as a client would.

use std::collections::HashMap;
use std::io::{Seek, Write};

use serde_json::{Map, Value};

use super::content::Picture;
use super::newsroom::id_of;
use super::pictures;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{ReceivedForm, UnitOfWork};
use crate::images;
use crate::users::Caller;

/// The number of images drawn at once; a canvas takes about 30 MiB.
const AT_ONCE: usize = 2;

/// Uploads every image; returns their ids by key.
pub(super) async fn upload(app: &App, admin: &Caller, pictures: &[Picture]) -> Result<HashMap<String, String>> {
    let mut ids = HashMap::new();
    for some in pictures.chunks(AT_ONCE) {
        let drawing: Vec<_> = some.iter().map(|picture| tokio::task::spawn_blocking(drawn(&picture.key))).collect();
        for (picture, drawing) in some.iter().zip(drawing) {
            let file = drawing.await.map_err(|error| Error::internal(&error.to_string()))??;
            let made = images::create(&UnitOfWork::alone(app), admin.clone().with_right()?, form(app, picture, &file)?).await?;
            ids.insert(picture.key.clone(), id_of(&made)?);
        }
    }
    Ok(ids)
}

fn drawn(key: &str) -> impl FnOnce() -> Result<Vec<u8>> + Send + 'static {
    let key = key.to_owned();
    move || match pictures::draw(&key) {
        Some(file) => file.map_err(|why| Error::internal(&why)),
        None => Err(Error::internal(&format!("there is no drawing for {key:?}"))),
    }
}

fn form(app: &App, picture: &Picture, bytes: &[u8]) -> Result<ReceivedForm> {
    let mut texts = Map::new();
    let mut say = |name: &str, text: String| texts.insert(name.to_owned(), Value::String(text));
    say("file", format!("{}.jpg", picture.key));
    say("alt", picture.alt.clone());
    say("caption", picture.caption.clone().unwrap_or_default());
    say("credit", "Drawing: The Harbour Lantern".into());
    say("focal_x", picture.focal_x.to_string());
    say("focal_y", picture.focal_y.to_string());
    let mut file = app.storage.temporary_file()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(ReceivedForm { texts, file: Some(file), faults: Vec::new() })
}
