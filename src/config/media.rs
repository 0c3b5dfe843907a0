//! Settings of the media store: a folder, or a bucket of a service with the S3 API.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// Settings of the media store.
#[derive(Clone, Debug)]
pub(crate) struct MediaConfig {
    pub(crate) place: MediaPlace,
    /// The folder for unfinished uploads.
    pub(crate) temporary: PathBuf,
    pub(crate) bounds: ImageBounds,
}

/// The limits of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImageBounds {
    /// The maximum number of pixels, in millions.
    pub(crate) megapixels: u64,
}

impl ImageBounds {
    /// Returns the maximum number of pixels of an image.
    pub(crate) fn pixels(self) -> u64 {
        self.megapixels * 1_000_000
    }

    /// Returns the memory that decoding one image may take, in bytes: enough for nearly all images within the limit of pixels.
    pub(crate) fn memory(self) -> u64 {
        self.megapixels * 7 * 1024 * 1024
    }

    /// Returns the largest single allocation that a decoder may request, in bytes.
    pub(crate) fn largest_piece(self) -> u64 {
        self.megapixels * 4 * 1024 * 1024
    }
}

/// A folder or a bucket.
#[derive(Clone, Debug)]
pub(crate) enum MediaPlace {
    Folder(PathBuf),
    S3(S3Config),
}

/// A bucket, and how to access it.
#[derive(Clone)]
pub(crate) struct S3Config {
    pub(crate) bucket: String,
    /// The prefix of the names of all objects; may be empty.
    pub(crate) prefix: String,
    /// The URL of the service; Amazon's by default.
    pub(crate) endpoint: Option<String>,
    pub(crate) region: String,
    /// Whether the bucket is part of the path, not of the host name.
    pub(crate) path_style: bool,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    /// The time after which a silent service counts as failed.
    pub(crate) deadline: Duration,
}

impl std::fmt::Debug for S3Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl MediaPlace {
    /// Parses `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=…&region=…&path_style=…`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(folder) = text.strip_prefix("file:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::Folder(PathBuf::from(folder.strip_prefix("//").unwrap_or(folder))));
        }
        let form = || "must be file:FOLDER, such as file:media, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path_style=true".to_owned();
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "s3").ok_or_else(form)?;
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c)) && !text.contains("..");
        let bucket = url.host_str().filter(|bucket| plain(bucket)).ok_or_else(form)?.to_owned();
        let prefix = url.path().trim_matches('/').to_owned();
        if !plain(&prefix) || !url.username().is_empty() || url.port().is_some() || url.fragment().is_some() {
            return Err(form());
        }
        let mut place = S3Config {
            bucket,
            prefix,
            endpoint: None,
            region: "us-east-1".into(),
            path_style: false,
            access_key_id: String::new(),
            secret_access_key: String::new(),
            deadline: Duration::from_secs(20),
        };
        let mut path_style = None;
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("endpoint", value) => {
                    place.endpoint = Some(super::forms::base_url(value).map_err(|why| format!("has an endpoint that {why}"))?);
                }
                ("region", value) if !value.is_empty() && plain(value) => value.clone_into(&mut place.region),
                ("path_style", "true") => path_style = Some(true),
                ("path_style", "false") => path_style = Some(false),
                (name, value) => {
                    return Err(format!("has {name}={value}, but may only have endpoint=URL, region=NAME and path_style=true or false"));
                }
            }
        }
        // Self-hosted services rarely have a host name for each bucket.
        place.path_style = path_style.unwrap_or(place.endpoint.is_some());
        Ok(Self::S3(place))
    }
}

#[cfg(test)]
mod tests {
    use super::{MediaPlace, S3Config};

    fn bucket(text: &str) -> S3Config {
        match MediaPlace::parse(text) {
            Ok(MediaPlace::S3(place)) => place,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_bucket_is_named_with_all_that_reaches_it() {
        let amazon = bucket("s3://pictures");
        assert_eq!((amazon.bucket.as_str(), amazon.prefix.as_str(), amazon.endpoint, amazon.path_style), ("pictures", "", None, false));
        let own = bucket("s3://pictures/news/desk?endpoint=http://127.0.0.1:9000&region=eu-1");
        assert_eq!((own.prefix.as_str(), own.region.as_str(), own.path_style), ("news/desk", "eu-1", true));
        assert_eq!(own.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert!(!bucket("s3://pictures?endpoint=https://s3.example&path_style=false").path_style);
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for text in
            ["", "file:", "media", "s3://", "s3://a b", "s3://x?color=red", "s3://x?endpoint=nowhere", "s3://x?path_style=1", "s3://u:p@x"]
        {
            assert!(MediaPlace::parse(text).is_err(), "{text}");
        }
    }
}
