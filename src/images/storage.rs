//! Where files are kept: a folder, through `object_store`.

use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use crate::error::{Error, Result};

/// The media store.
#[derive(Clone)]
pub(crate) struct Storage(Arc<dyn ObjectStore>);

impl Storage {
    /// Opens the folder, making it where it is missing; the error is a sentence for the operator.
    pub(crate) fn open(folder: &Path) -> std::result::Result<Self, String> {
        let name = folder.display();
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot make the media folder {name}: {error}"))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| format!("cannot open the media folder {name}: {error}"))?;
        Ok(Self(Arc::new(store)))
    }

    /// Whether the store answers.
    pub(crate) async fn check(&self) -> Result<()> {
        self.0.list_with_delimiter(None).await.map(|_| ()).map_err(|error| Error::unavailable(&error.to_string()))
    }
}
