//! Where files are kept: a folder, or a bucket of a service that speaks S3, through `object_store`.
//!
//! Invariant: what `put` has returned for is durable, its name too; a file is there whole or not at all. A bucket that
//! does not answer is waited for no longer than it was set, and makes `503` of what needs it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig};

use crate::config::{MediaConfig, MediaPlace, S3Config};
use crate::db::Timestamp;
use crate::error::{Code, Error, Result};

/// How long a connection to a bucket may take to be made.
const CONNECTING: Duration = Duration::from_secs(3);
/// How often what a bucket has failed at is asked for again.
const RETRIES: usize = 2;
/// How long the store may take for what others wait for: a transaction, or the question whether it is there.
const SOON: Duration = Duration::from_secs(2);

/// The media store.
#[derive(Clone)]
pub(crate) struct Storage {
    files: Arc<dyn ObjectStore>,
    /// The folder that it is, where it is one.
    folder: Option<PathBuf>,
    temporary: PathBuf,
    place: String,
}

/// A file as a listing shows it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) changed_at: Timestamp,
}

impl Storage {
    /// Opens the store, making a folder where it is missing; the error is a sentence for the operator.
    pub(crate) fn open(config: &MediaConfig) -> std::result::Result<Self, String> {
        let temporary = config.temporary.clone();
        std::fs::create_dir_all(&temporary).map_err(|error| format!("cannot make the folder {}: {error}", temporary.display()))?;
        match &config.place {
            MediaPlace::Folder(folder) => {
                let place = folder.display().to_string();
                std::fs::create_dir_all(folder).map_err(|error| format!("cannot make the media folder {place}: {error}"))?;
                let store =
                    LocalFileSystem::new_with_prefix(folder).map_err(|error| format!("cannot open the media folder {place}: {error}"))?;
                Ok(Self { files: Arc::new(store.with_fsync(true)), folder: Some(folder.clone()), temporary, place })
            }
            MediaPlace::S3(bucket) => {
                let files = open_bucket(bucket).map_err(|error| format!("cannot use the bucket {bucket:?}: {error}"))?;
                Ok(Self { files, folder: None, temporary, place: format!("{bucket:?}") })
            }
        }
    }

    /// Where it is, for the operator.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Whether the store answers.
    pub(crate) async fn check(&self) -> Result<()> {
        tokio::fs::metadata(&self.temporary).await.map_err(|error| Error::unavailable(&error.to_string()))?;
        match &self.folder {
            Some(folder) => tokio::fs::metadata(folder).await.map(|_| ()).map_err(|error| Error::unavailable(&error.to_string())),
            None => self.soon(self.size("readiness")).await.map(|_| ()),
        }
    }

    /// A file that has no name, so that it is gone when its handle is, even by a crash.
    pub(crate) fn temporary_file(&self) -> Result<std::fs::File> {
        Ok(tempfile::tempfile_in(&self.temporary)?)
    }

    /// Keeps a file for good, durably; one of the same name is replaced at once and whole.
    pub(crate) async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        self.files.put(&Name::from(name), bytes.into()).await.map_err(|error| self.fault(error))?;
        Ok(())
    }

    /// How many bytes a file has; none where there is no such file.
    pub(crate) async fn size(&self, name: &str) -> Result<Option<u64>> {
        match self.files.head(&Name::from(name)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(error @ object_store::Error::NotFound { .. }) => self.missing(error).map(|()| None),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// A whole file; none where there is no such file.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        match self.files.get(&Name::from(name)).await {
            Ok(found) => found.bytes().await.map(Some).map_err(|error| self.fault(error)),
            Err(error @ object_store::Error::NotFound { .. }) => self.missing(error).map(|()| None),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// A part of a file, as it is read.
    pub(crate) async fn stream(&self, name: &str, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.files.get_opts(&Name::from(name), options).await.map_err(|error| self.fault(error))?;
        Ok(found.into_stream().map_err(Error::from).boxed())
    }

    /// Removes a file; one that is not there is no fault.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        match self.files.delete(&Name::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// All files, or those in one folder of the store, such as `uploads`.
    pub(crate) async fn list(&self, folder: Option<&str>) -> Result<Vec<Listed>> {
        let folder = folder.map(Name::from);
        let found: Vec<_> = self.files.list(folder.as_ref()).try_collect().await.map_err(|error| self.fault(error))?;
        let listed = |file: object_store::ObjectMeta| Listed {
            name: file.location.to_string(),
            bytes: file.size,
            changed_at: Timestamp::from_millis(file.last_modified.timestamp_millis()),
        };
        // A folder's own file for uploads lies in it, too.
        Ok(found.into_iter().map(listed).filter(|file| !file.name.starts_with("tmp/")).collect())
    }

    /// The names of all files that are older than a moment.
    pub(crate) async fn older_than(&self, moment: Timestamp) -> Result<Vec<String>> {
        let found = self.list(None).await?;
        Ok(found.into_iter().filter(|file| file.changed_at < moment).map(|file| file.name).collect())
    }

    /// Does something for which others wait, or says within two seconds that the store is too slow.
    pub(crate) async fn soon<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::time::timeout(SOON, work).await.unwrap_or_else(|_| Err(Error::unavailable("the media store is slow")))
    }

    /// Removes what writes left behind that a crash ended before a moment; `list` passes over those.
    pub(crate) fn forget_unfinished(&self, moment: Timestamp) -> Result<()> {
        self.folder.as_deref().map_or(Ok(()), |folder| forget_unfinished(folder, moment))
    }

    /// What a failure of the store is to a client. A bucket's are another service's, and may pass.
    fn fault(&self, error: object_store::Error) -> Error {
        let fault = Error::from(error);
        if self.folder.is_none() && fault.code() == Code::Internal {
            return Error::unavailable(fault.cause().unwrap_or_default());
        }
        fault
    }

    /// Nothing where a file is missing; a fault where the place is in which it would be.
    fn missing(&self, error: object_store::Error) -> Result<()> {
        let gone = match &self.folder {
            Some(folder) => !folder.is_dir(),
            None => format!("{error:?}").contains("NoSuchBucket"),
        };
        if gone { Err(self.fault(error)) } else { Ok(()) }
    }
}

fn forget_unfinished(folder: &Path, moment: Timestamp) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let modified = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let old = i64::try_from(modified.as_millis()).is_ok_and(|millis| millis < moment.millis());
        if entry.file_type()?.is_dir() {
            forget_unfinished(&entry.path(), moment)?;
        } else if old && entry.file_name().to_string_lossy().contains('#') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn open_bucket(bucket: &S3Config) -> object_store::Result<Arc<dyn ObjectStore>> {
    // The client of the crate takes whatever the process has; where another part has chosen already, that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = bucket.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let options = ClientOptions::new()
        .with_allow_http(plain)
        .with_connect_timeout(CONNECTING.min(bucket.deadline))
        .with_read_timeout(bucket.deadline)
        // A picture may take longer than any bound on the whole, as long as it goes on.
        .with_timeout_disabled();
    let backoff = BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(1), base: 2.0 };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.bucket)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(&bucket.secret_access_key)
        .with_virtual_hosted_style_request(!bucket.path_style)
        .with_client_options(options)
        .with_retry(RetryConfig { backoff, max_retries: RETRIES, retry_timeout: bucket.deadline });
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder.build()?;
    Ok(if bucket.prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, bucket.prefix.as_str())) })
}
