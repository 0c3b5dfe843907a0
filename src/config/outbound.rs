//! Settings of requests to other servers, and the parsers of their values.

use url::Url;

/// The minimum length of a signing secret, in characters.
const MIN_SECRET_LENGTH: usize = 16;

/// The server that checks comments. It does not implement `Debug`, so that no log ever shows the secret.
#[derive(Clone)]
pub struct CheckConfig {
    /// The URL of the server.
    pub(crate) url: Url,
    /// The secret with which requests are signed.
    pub(crate) secret: String,
}

impl CheckConfig {
    /// Parses both settings together.
    pub(super) fn parse(url: &str, secret: String) -> Result<Self, String> {
        let known = crate::input::formats::is_http_url(url);
        let url = Url::parse(url).ok().filter(|_| known).ok_or("must be an http or https URL")?;
        if secret.chars().count() < MIN_SECRET_LENGTH {
            return Err(format!("needs COMMENT_CHECK_SECRET with at least {MIN_SECRET_LENGTH} characters"));
        }
        Ok(Self { url, secret })
    }
}
