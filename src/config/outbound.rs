//! Servers elsewhere that are asked something: settings, read by the parent, and the forms that they can take.

use url::Url;

/// The fewest characters of a secret that requests are signed with.
const SHORTEST_SECRET: usize = 16;

/// Who is asked what they think of comments. Not `Debug`, so that no log ever shows the secret.
#[derive(Clone)]
pub struct CheckConfig {
    /// Where they are asked.
    pub(crate) url: Url,
    /// What requests are signed with.
    pub(crate) secret: String,
}

impl CheckConfig {
    /// Reads both settings together.
    pub(super) fn parse(url: &str, secret: String) -> Result<Self, String> {
        let known = crate::input::formats::is_http_url(url);
        let url = Url::parse(url).ok().filter(|_| known).ok_or("must be an http or https address")?;
        if secret.chars().count() < SHORTEST_SECRET {
            return Err(format!("needs COMMENT_CHECK_SECRET, of at least {SHORTEST_SECRET} characters"));
        }
        Ok(Self { url, secret })
    }
}
