//! Links to profiles on other sites, and the hosts allowed for each kind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;
use crate::error::{Error, Fault, Result};
use crate::input::HttpUrl;

text_enum! {
    /// The kind of a link to another site.
    pub(crate) enum LinkKind {
        /// A personal or company website.
        Website = "website",
        /// X, formerly Twitter.
        X = "x",
        /// A profile on any Mastodon server.
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
        /// An RSS feed.
        Rss = "rss",
    }
}

/// A link to a profile on another site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SocialLink {
    /// The kind of the link.
    pub(crate) kind: LinkKind,
    /// The URL. Its host must belong to the kind (for `x`: x.com or twitter.com, and so on); for Mastodon, the path begins with
    /// `/@`; for a website or a feed, any host is allowed.
    #[schema(value_type = HttpUrl)]
    pub(crate) url: String,
}

/// Returns the hosts of a kind; their subdomains are allowed, too. An empty list allows every host.
fn hosts(kind: LinkKind) -> &'static [&'static str] {
    match kind {
        LinkKind::Website | LinkKind::Mastodon | LinkKind::Rss => &[],
        LinkKind::X => &["x.com", "twitter.com"],
        LinkKind::Bluesky => &["bsky.app"],
        LinkKind::Facebook => &["facebook.com", "fb.com", "fb.me"],
        LinkKind::Instagram => &["instagram.com"],
        LinkKind::Threads => &["threads.com", "threads.net"],
        LinkKind::Linkedin => &["linkedin.com", "lnkd.in"],
        LinkKind::Youtube => &["youtube.com", "youtu.be"],
        LinkKind::Tiktok => &["tiktok.com"],
        LinkKind::Github => &["github.com"],
        LinkKind::Telegram => &["t.me", "telegram.me"],
        LinkKind::Whatsapp => &["whatsapp.com", "wa.me"],
    }
}

impl SocialLink {
    /// Returns why the URL does not fit its kind, or `None` if it does.
    fn misfit(&self) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        let hosts = hosts(self.kind);
        let is = |known: &&str| host == *known || host.strip_suffix(*known).is_some_and(|below| below.ends_with('.'));
        let kind = self.kind.as_str();
        if !hosts.is_empty() && !hosts.iter().any(is) {
            return Some(format!("A link of kind {kind:?} must have the host {}.", hosts.join(" or ")));
        }
        let names_somebody = url.path().strip_prefix("/@").is_some_and(|name| !name.is_empty() && !name.starts_with('/'));
        (self.kind == LinkKind::Mastodon && !names_somebody)
            .then(|| format!("A link of kind {kind:?} must lead to a profile, such as https://mastodon.social/@mara."))
    }
}

/// Refuses links that do not fit their kind, except links in `known`, which were stored before.
pub(crate) fn refuse_strange_links(at: &str, links: &[SocialLink], known: &[SocialLink]) -> Result<()> {
    let fresh = links.iter().enumerate().filter(|(_, link)| !known.contains(link));
    let fault = |(index, link): (usize, &SocialLink)| Some(Fault::at(format!("{at}/{index}/url"), "strange_host", link.misfit()?));
    let faults: Vec<Fault> = fresh.filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
