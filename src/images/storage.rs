//! The media store: a folder or an S3-compatible bucket, through `object_store`.
//!
//! Invariants: when `put` returns, the file and its name are durable. A file exists completely or not at all. Requests to a bucket that
//! does not respond time out as configured, and operations that need it fail with `503`.

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
use crate::error::{Error, Result};

/// The timeout for connecting to a bucket.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The number of retries of a failed request to a bucket.
const RETRIES: usize = 2;
/// The timeout for operations that a transaction or a readiness check waits for.
const SHORT_TIMEOUT: Duration = Duration::from_secs(2);

/// The media store.
#[derive(Clone)]
pub(crate) struct Storage {
    files: Arc<dyn ObjectStore>,
    /// The folder, if the store is one.
    folder: Option<PathBuf>,
    temporary: PathBuf,
    place: String,
}

/// The reason why the store cannot be used.
enum Trouble {
    /// The store rejected the request and will do so again.
    Refused(String),
    /// The store did not respond, or reported a problem of its own.
    Silent(String),
}

/// A file in a listing.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) changed_at: Timestamp,
}

impl Storage {
    /// Opens the store and creates missing folders. The error is a sentence for the operator.
    pub(crate) fn open(config: &MediaConfig) -> std::result::Result<Self, String> {
        let temporary = config.temporary.clone();
        std::fs::create_dir_all(&temporary).map_err(|error| format!("cannot create the folder {}: {error}", temporary.display()))?;
        match &config.place {
            MediaPlace::Folder(folder) => {
                let place = folder.display().to_string();
                std::fs::create_dir_all(folder).map_err(|error| format!("cannot create the media folder {place}: {error}"))?;
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

    /// The location of the store, for the operator.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Checks whether the store can be used now.
    pub(crate) async fn check(&self) -> Result<()> {
        let tried = tokio::time::timeout(SHORT_TIMEOUT, self.try_out())
            .await
            .unwrap_or_else(|_| Err(Trouble::Silent("the store responds too slowly".into())));
        tried.map_err(|trouble| Error::unavailable(&self.complaint(&trouble)))
    }

    /// Checks whether a server can start with this store. A bucket that does not respond may be back soon; a bucket that does not exist or
    /// rejects the key is a configuration error. The error is a sentence for the operator.
    pub(crate) async fn demand(&self) -> std::result::Result<(), String> {
        match self.try_out().await {
            Ok(()) => Ok(()),
            Err(trouble @ Trouble::Refused(_)) => Err(self.complaint(&trouble)),
            Err(trouble @ Trouble::Silent(_)) => {
                tracing::warn!("{}; requests for images get 503 until the store can be used", self.complaint(&trouble));
                Ok(())
            }
        }
    }

    /// Creates an unnamed file in each folder; lists the objects under an unused name in the bucket.
    async fn try_out(&self) -> std::result::Result<(), Trouble> {
        let folders = [Some(&self.temporary), self.folder.as_ref()].map(Option::<&std::path::PathBuf>::cloned);
        let written = tokio::task::spawn_blocking(move || {
            folders.into_iter().flatten().try_for_each(|folder| match tempfile::tempfile_in(&folder) {
                Ok(_) => Ok(()),
                Err(error) => Err(Trouble::Refused(format!("the folder {} is not writable: {error}", folder.display()))),
            })
        });
        written.await.unwrap_or_else(|error| Err(Trouble::Silent(error.to_string())))?;
        if self.folder.is_some() {
            return Ok(());
        }
        match self.files.list_with_delimiter(Some(&Name::from("readiness"))).await {
            Ok(_) => Ok(()),
            Err(error) if says_no(&error.to_string()) => Err(Trouble::Refused(self.describe_error(&error))),
            Err(error) => Err(Trouble::Silent(self.describe_error(&error))),
        }
    }

    fn complaint(&self, trouble: &Trouble) -> String {
        let (Trouble::Refused(why) | Trouble::Silent(why)) = trouble;
        format!("the media store {} (MEDIA_URL) cannot be used: {why}", self.place)
    }

    /// The text of an error, preceded by the S3 error code if there is one.
    fn describe_error(&self, error: &object_store::Error) -> String {
        let text = error.to_string();
        code_in(&text).map_or_else(|| text.clone(), |code| format!("{} returned {code} ({text})", self.place))
    }

    /// Creates a file without a name, which disappears with its handle, even after a crash.
    pub(crate) fn temporary_file(&self) -> Result<std::fs::File> {
        Ok(tempfile::tempfile_in(&self.temporary)?)
    }

    /// Stores a file durably; a file of the same name is replaced atomically.
    pub(crate) async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        self.files.put(&Name::from(name), bytes.into()).await.map_err(|error| self.failure(error))?;
        Ok(())
    }

    /// The size of a file in bytes; `None` if it does not exist.
    pub(crate) async fn size(&self, name: &str) -> Result<Option<u64>> {
        let name = Name::from(name);
        if self.folder.is_some() {
            return self.unless_missing(self.files.head(&name).await.map(|found| found.size));
        }
        // A response to HEAD has no body, and only the body distinguishes a missing object from a missing bucket.
        let first = GetOptions { range: Some(GetRange::Bounded(0..1)), ..GetOptions::default() };
        let Some(found) = self.unless_missing(self.files.get_opts(&name, first).await)? else { return Ok(None) };
        let size = found.meta.size;
        found.bytes().await.map_err(|error| self.fault(error))?;
        Ok(Some(size))
    }

    /// Reads a whole file; `None` if it does not exist.
    pub(crate) async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let Some(found) = self.unless_missing(self.files.get(&Name::from(name)).await)? else { return Ok(None) };
        found.bytes().await.map(Some).map_err(|error| self.fault(error))
    }

    /// Streams a part of a file.
    pub(crate) async fn stream(&self, name: &str, range: Range<u64>) -> Result<BoxStream<'static, Result<Bytes>>> {
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.files.get_opts(&Name::from(name), options).await.map_err(|error| self.fault(error))?;
        Ok(found.into_stream().map_err(Error::from).boxed())
    }

    /// Deletes a file; a missing file is not an error.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        self.unless_missing(self.files.delete(&Name::from(name)).await).map(|_| ())
    }

    /// Lists all files, or the files in one folder of the store, such as `uploads`.
    pub(crate) async fn list(&self, folder: Option<&str>) -> Result<Vec<Listed>> {
        let folder = folder.map(Name::from);
        let found: Vec<_> = self.files.list(folder.as_ref()).try_collect().await.map_err(|error| self.failure(error))?;
        let listed = |file: object_store::ObjectMeta| Listed {
            name: file.location.to_string(),
            bytes: file.size,
            changed_at: Timestamp::from_millis(file.last_modified.timestamp_millis()),
        };
        // By default, the folder `tmp` of a local store contains temporary files.
        Ok(found.into_iter().map(listed).filter(|file| !file.name.starts_with("tmp/")).collect())
    }

    /// The names of all files that are older than a time.
    pub(crate) async fn older_than(&self, moment: Timestamp) -> Result<Vec<String>> {
        let found = self.list(None).await?;
        Ok(found.into_iter().filter(|file| file.changed_at < moment).map(|file| file.name).collect())
    }

    /// Runs an operation that others wait for; fails if the store takes more than two seconds.
    pub(crate) async fn soon<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::time::timeout(SHORT_TIMEOUT, work).await.unwrap_or_else(|_| Err(Error::unavailable("the media store responds too slowly")))
    }

    /// Deletes partial files that a crash left behind and that are older than a time. `list` does not return partial files.
    pub(crate) fn forget_unfinished(&self, moment: Timestamp) -> Result<()> {
        self.folder.as_deref().map_or(Ok(()), |folder| forget_unfinished(folder, moment))
    }

    /// The result; `None` if the store reports that the file does not exist.
    fn unless_missing<T>(&self, found: object_store::Result<T>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) if self.is_missing(&error) => Ok(None),
            Err(error) => Err(self.fault(error)),
        }
    }

    /// Whether an error means that the file is missing, and not the folder or bucket.
    fn is_missing(&self, error: &object_store::Error) -> bool {
        let missing = matches!(error, object_store::Error::NotFound { .. });
        let has_place = match &self.folder {
            Some(folder) => folder.is_dir(),
            None => code_in(&error.to_string()).is_none_or(|code| code == "NoSuchKey"),
        };
        missing && has_place
    }

    /// Converts an error for the client; a missing file becomes `404`.
    fn fault(&self, error: object_store::Error) -> Error {
        match error {
            missing if self.is_missing(&missing) => Error::not_found(),
            other => self.failure(other),
        }
    }

    /// Converts an error other than a missing file. All errors of a bucket become `503`, because they come from another service and
    /// may be temporary.
    fn failure(&self, error: object_store::Error) -> Error {
        use object_store::Error::{NotFound, PermissionDenied};
        match error {
            lost @ (NotFound { .. } | PermissionDenied { .. }) => Error::unavailable(&self.describe_error(&lost)),
            other if self.folder.is_none() => Error::unavailable(&self.describe_error(&other)),
            other => other.into(),
        }
    }
}

/// The error code in the XML of an S3 response, such as `NoSuchBucket`.
fn code_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code)
}

/// Whether a service rejected a request. `object_store` has no error kind for listings, so the status is read from the text.
fn says_no(text: &str) -> bool {
    ["401", "403", "404"].iter().any(|status| text.contains(&format!("status code: {status}")))
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
    // The TLS library uses the provider that the process has installed. An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = bucket.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let options = ClientOptions::new()
        .with_allow_http(plain)
        .with_connect_timeout(CONNECT_TIMEOUT.min(bucket.deadline))
        .with_read_timeout(bucket.deadline)
        // A large image may take longer than any fixed limit, as long as data keeps arriving.
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
