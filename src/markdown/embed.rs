//! Which addresses are embeds: decided by the parsed host and path, so that a lookalike is an ordinary link.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::providers;

/// A site whose things can be embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EmbedProvider)]
pub(crate) enum Provider {
    /// A video of `YouTube`.
    Youtube,
    /// A video of Vimeo.
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
    /// A chart of Datawrapper.
    Datawrapper,
}

impl Provider {
    /// The name that stands in `data-embed`.
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

/// What an address of a known provider shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Embed {
    pub(super) provider: Provider,
    /// The address for an `<iframe>`.
    pub(super) player: Option<String>,
}

/// Longer ones are no embeds.
const LONGEST: usize = 2000;

/// What `address` embeds, if its provider is known.
pub(super) fn recognise(address: &str) -> Option<Embed> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    if !web || address.len() > LONGEST || !address.chars().all(is_plain) {
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

/// What a URL may hold without any escape in Markdown, URL or HTML being needed.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '<' | '>' | '"' | '\'' | '`' | '\\' | '^' | '{' | '|' | '}')
}
