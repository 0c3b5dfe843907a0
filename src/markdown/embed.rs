//! Recognises URLs of embeddable content. The parsed host and path decide, so that a lookalike URL stays an ordinary link.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::providers;

/// A site whose content can be embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EmbedProvider)]
pub(crate) enum Provider {
    /// A video on `YouTube`.
    Youtube,
    /// A video on Vimeo.
    Vimeo,
    /// A post on X, formerly Twitter.
    X,
    /// A post or reel on Instagram.
    Instagram,
    /// A video on `TikTok`.
    Tiktok,
    /// A track, album, playlist, episode, show or artist on Spotify.
    Spotify,
    /// A track or set on `SoundCloud`.
    Soundcloud,
    /// A pen on `CodePen`.
    Codepen,
    /// A chart on Datawrapper.
    Datawrapper,
}

impl Provider {
    /// The value of the attribute `data-embed`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Youtube => "youtube",
            Self::Vimeo => "vimeo",
            Self::X => "x",
            Self::Instagram => "instagram",
            Self::Tiktok => "tiktok",
            Self::Spotify => "spotify",
            Self::Soundcloud => "soundcloud",
            Self::Codepen => "codepen",
            Self::Datawrapper => "datawrapper",
        }
    }
}

/// The content behind a URL of a known provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Embed {
    pub(super) provider: Provider,
    /// The URL for an `<iframe>`.
    pub(super) player: Option<String>,
}

/// The maximum length of a URL that can be an embed, in bytes.
const MAX_URL_LENGTH: usize = 2000;

/// Recognises the embedded content of a URL if its provider is known.
pub(super) fn recognise(address: &str) -> Option<Embed> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    if !web || address.len() > MAX_URL_LENGTH || !address.chars().all(is_plain) {
        return None;
    }
    let url = Url::parse(address).ok()?;
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return None;
    }
    let host = url.host_str()?;
    let path: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    providers::by_host(host, &path, &url)
}

/// Whether a character needs no escape in Markdown, URLs or HTML.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '<' | '>' | '"' | '\'' | '`' | '\\' | '^' | '{' | '|' | '}')
}
