//! Operations on resumable uploads.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::queries;
use super::resumable::{KeptPiece, Resumable, UploadView};
use crate::app::App;
use crate::db::{Conn, Id, Lock, Timestamp};
use crate::error::{Error, Fault, Result};
use crate::http::{Received, UnitOfWork};
use crate::images::examine::examine_file;
use crate::images::image::Image;
use crate::images::upload::{self, Also};
use crate::users::{Caller, Writer};

/// The folder for pieces in the media store.
const FOLDER: &str = "uploads";
/// The maximum number of unfinished uploads per user.
const MAX_OPEN: i64 = 20;
/// The maximum number of pieces per file.
const MAX_PIECES: usize = 1000;

/// Starts an upload, with the first piece if the request holds one.
pub(super) async fn create(
    work: &UnitOfWork,
    caller: Caller<Writer>,
    length: i64,
    metadata: Map<String, Value>,
    faults: Vec<Fault>,
    piece: Received,
) -> Result<UploadView> {
    let now = work.app.now();
    upload::parse(work, metadata.clone(), faults).await.map_err(|error| error.in_header("Upload-Metadata"))?;
    let row = Resumable::new(length, metadata, caller.user, now);
    let begin: Also = {
        let row = row.clone();
        Arc::new(move |conn: &mut Conn, _: Option<&Image>| {
            Lock::Images.take(conn)?;
            if queries::count_open(conn, row.created_by, now)? >= MAX_OPEN {
                return Err(Error::conflict(format!("You already have {MAX_OPEN} unfinished uploads; finish or delete one first.")));
            }
            queries::insert(conn, &row)
        })
    };
    take(work, &caller, row, piece, Some(begin)).await
}

/// Finds an upload that the caller may see.
pub(super) fn find(conn: &mut Conn, caller: &Caller<Writer>, id: &str, now: Timestamp) -> Result<Resumable> {
    queries::look_up(conn, id, now)?.filter(|row| row.is_seen_by(caller)).ok_or_else(Error::not_found)
}

/// Rejects a piece that does not begin where the last one ended.
pub(super) fn require_offset(row: &Resumable, offset: i64) -> Result<()> {
    if row.received == offset {
        return Ok(());
    }
    let error = Error::conflict(format!("The next piece must begin at byte {}.", row.received)).with("offset", row.received);
    Err(error.header("Upload-Offset", &row.received.to_string()))
}

/// Appends a piece; the last piece creates the image.
pub(super) async fn append(work: &UnitOfWork, caller: Caller<Writer>, row: Resumable, piece: Received) -> Result<UploadView> {
    if row.pieces.0.len() >= MAX_PIECES {
        return Err(Error::conflict(format!("An upload may have at most {MAX_PIECES} pieces.")));
    }
    take(work, &caller, row, piece, None).await
}

/// Deletes an upload; the image created from it is kept.
pub(super) fn delete(conn: &mut Conn, caller: &Caller<Writer>, id: &str, now: Timestamp) -> Result<Option<Resumable>> {
    let row = queries::look_up(conn, id, now)?.filter(|row| row.is_seen_by(caller));
    if let Some(row) = &row {
        queries::delete(conn, row.id)?;
    }
    Ok(row)
}

/// Deletes pieces from the store. The sweep deletes the pieces that cannot be deleted now.
pub(super) async fn forget_pieces(app: &App, row: &Resumable) -> Result<()> {
    for piece in &row.pieces.0 {
        if let Err(error) = app.storage.delete(&piece.name).await {
            tracing::warn!(%error, piece = piece.name, "a piece of an upload could not be deleted");
        }
    }
    Ok(())
}

/// Deletes pieces that are older than a time and belong to no unfinished upload. Returns their number.
pub(crate) async fn sweep(app: &App, before: Timestamp) -> Result<usize> {
    let mut removed = 0;
    let now = app.now();
    for file in app.storage.list(Some(FOLDER)).await?.into_iter().filter(|file| file.changed_at < before) {
        let id = file.name.trim_start_matches(FOLDER).trim_start_matches('/').split('.').next().unwrap_or_default().to_owned();
        let row = app.db.read(move |conn| queries::look_up(conn, &id, now)).await?;
        let is_counted = |row: Resumable| row.received < row.length && row.pieces.0.iter().any(|piece| piece.name == file.name);
        if !row.is_some_and(is_counted) {
            app.storage.delete(&file.name).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Stores a piece durably, then counts it. The last piece is counted in the transaction that creates the image.
async fn take(work: &UnitOfWork, caller: &Caller<Writer>, mut row: Resumable, piece: Received, begin: Option<Also>) -> Result<UploadView> {
    let offset = row.received;
    if piece.bytes == 0 && begin.is_none() {
        return Ok(row.view());
    }
    let before = row.clone();
    row.received += piece.bytes;
    if row.received == row.length {
        return finish(work, caller, row, piece.file, begin).await;
    }
    let kept = if piece.bytes > 0 { Some(store(&work.app, &mut row, offset, piece).await?) } else { None };
    let counted = row.clone();
    let written = work.write(move |_, conn| {
        if let Some(begin) = &begin {
            begin(conn, None)?;
        }
        count(conn, &before, &counted, None)
    });
    if let Err(error) = written.await {
        if let Some(name) = kept {
            let app = work.app.clone();
            work.afterwards(async move { app.storage.delete(&name).await }).await?;
        }
        return Err(error);
    }
    Ok(row.view())
}

fn count(conn: &mut Conn, before: &Resumable, after: &Resumable, image: Option<&Image>) -> Result<()> {
    if queries::advance(conn, after, before.received, image.map(|image| image.id))? {
        return Ok(());
    }
    Err(Error::conflict("Another piece has been stored meanwhile; read the upload for the current offset."))
}

/// Stores a piece under a unique name and returns the name.
async fn store(app: &App, row: &mut Resumable, offset: i64, piece: Received) -> Result<String> {
    let name = format!("{FOLDER}/{}.{offset:010}.{}", row.id, Id::<KeptPiece>::new(app.now()));
    let bytes = piece.bytes;
    let content = tokio::task::spawn_blocking(move || read(piece.file)).await.map_err(|error| Error::internal(&error.to_string()))??;
    app.storage.put(&name, content).await?;
    row.pieces.0.push(KeptPiece { name: name.clone(), bytes });
    Ok(name)
}

fn read(mut file: File) -> Result<Bytes> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Creates the image from all pieces, in the transaction that counts the last piece.
async fn finish(work: &UnitOfWork, caller: &Caller<Writer>, mut row: Resumable, last: File, begin: Option<Also>) -> Result<UploadView> {
    let file = assemble(&work.app, &row, last).await?;
    let form = upload::parse(work, row.metadata.0.clone(), Vec::new()).await?;
    let examined = examine_file(&work.app, file).await?;
    let pieces = row.clone();
    row.pieces.0.clear();
    let also: Also = {
        let (before, after) = (pieces.clone(), row.clone());
        let offset = before.pieces.0.iter().map(|piece| piece.bytes).sum();
        let before = Resumable { received: offset, ..before };
        Arc::new(move |conn: &mut Conn, image: Option<&Image>| {
            if let Some(begin) = &begin {
                begin(conn, None)?;
            }
            count(conn, &before, &after, image)
        })
    };
    let made = upload::keep(work, caller.clone(), form, examined, Some(also)).await?;
    row.image_id = Some(made.view.id);
    let app = work.app.clone();
    work.afterwards(async move { forget_pieces(&app, &pieces).await }).await?;
    Ok(row.view())
}

/// Concatenates all pieces in an unnamed file.
async fn assemble(app: &App, row: &Resumable, mut last: File) -> Result<File> {
    let mut whole = app.storage.temporary_file()?;
    for piece in &row.pieces.0 {
        let content = app.storage.read(&piece.name).await?;
        let content = content.ok_or_else(|| Error::conflict("A piece of this upload is missing; delete the upload and start again."))?;
        whole.write_all(&content)?;
    }
    std::io::copy(&mut last, &mut whole)?;
    whole.rewind()?;
    Ok(whole)
}
