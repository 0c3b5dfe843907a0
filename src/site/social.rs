//! Links to where a site or a person is found elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;
use crate::input::HttpUrl;

text_enum! {
    /// Where a link leads to.
    pub(crate) enum LinkKind {
        /// A website of one's own.
        Website = "website",
        /// X, once Twitter.
        X = "x",
        /// Any Mastodon server.
        Mastodon = "mastodon",
        /// Bluesky.
        Bluesky = "bluesky",
        /// Facebook.
        Facebook = "facebook",
        /// Instagram.
        Instagram = "instagram",
        /// Threads.
        Threads = "threads",
        /// LinkedIn.
        Linkedin = "linkedin",
        /// YouTube.
        Youtube = "youtube",
        /// TikTok.
        Tiktok = "tiktok",
        /// GitHub.
        Github = "github",
        /// Telegram.
        Telegram = "telegram",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// A feed.
        Rss = "rss",
    }
}

/// A link to where a site or a person is found elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SocialLink {
    /// Where it leads to.
    pub(crate) kind: LinkKind,
    /// The address there.
    #[schema(value_type = HttpUrl)]
    pub(crate) url: String,
}
