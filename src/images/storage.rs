//! Where files are kept: a folder, through `object_store`.
//!
//! Invariant: what `put` has returned for is on the disk, its name too; a file is there whole or not at all.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};

use crate::db::Timestamp;
use crate::error::{Error, Result};

/// The media store.
#[derive(Clone)]
pub(crate) struct Storage {
    files: Arc<dyn ObjectStore>,
    folder: PathBuf,
    temporary: PathBuf,
}

impl Storage {
    /// Opens the folder, making it where it is missing; the error is a sentence for the operator.
    pub(crate) fn open(folder: &Path) -> std::result::Result<Self, String> {
        let name = folder.display();
        let temporary = folder.join("tmp");
        std::fs::create_dir_all(&temporary).map_err(|error| format!("cannot make the media folder {name}: {error}"))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| format!("cannot open the media folder {name}: {error}"))?;
        Ok(Self { files: Arc::new(store.with_fsync(true)), folder: folder.to_owned(), temporary })
    }

    /// Whether the store answers.
    pub(crate) async fn check(&self) -> Result<()> {
        tokio::fs::metadata(&self.temporary).await.map(|_| ()).map_err(|error| Error::unavailable(&error.to_string()))
    }

    /// A file that has no name, so that it is gone when its handle is, even by a crash.
    pub(crate) fn temporary_file(&self) -> Result<std::fs::File> {
        Ok(tempfile::tempfile_in(&self.temporary)?)
    }

    /// Keeps a file for good, durably; one of the same name is replaced at once and whole.
    pub(crate) async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        self.files.put(&Name::from(name), bytes.into()).await?;
        Ok(())
    }

    /// How many bytes a file has; none where there is no such file.
    pub(crate) async fn size(&self, name: &str) -> Result<Option<u64>> {
        match self.files.head(&Name::from(name)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A part of a file, as it is read.
    pub(crate) async fn stream(&self, name: &str, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.files.get_opts(&Name::from(name), options).await?;
        Ok(found.into_stream().map_err(Error::from).boxed())
    }

    /// Removes a file; one that is not there is no fault.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        match self.files.delete(&Name::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of all files that are older than a moment.
    pub(crate) async fn older_than(&self, moment: Timestamp) -> Result<Vec<String>> {
        let found: Vec<_> = self.files.list(None).try_collect().await?;
        let old = found.into_iter().filter(|file| file.last_modified.timestamp_millis() < moment.millis());
        Ok(old.map(|file| file.location.to_string()).collect())
    }

    /// The names of all files in a folder, those in folders within it among them.
    pub(crate) async fn names_under(&self, folder: &str) -> Result<Vec<String>> {
        let found: Vec<_> = self.files.list(Some(&Name::from(folder))).try_collect().await?;
        Ok(found.into_iter().map(|file| file.location.to_string()).collect())
    }

    /// Removes what writes left behind that a crash ended before a moment; `list` passes over those.
    pub(crate) fn forget_unfinished(&self, moment: Timestamp) -> Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let modified = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let old = i64::try_from(modified.as_millis()).is_ok_and(|millis| millis < moment.millis());
            if old && entry.file_name().to_string_lossy().contains('#') {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
