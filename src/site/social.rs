//! Links to where a site or a person is found elsewhere, and which addresses can be of which kind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;
use crate::error::{Error, Fault, Result};
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
    /// The address there: it lies on a host of that kind (x.com or twitter.com for `x`, and so on), on Mastodon below
    /// `/@`, on any host for a website or a feed.
    #[schema(value_type = HttpUrl)]
    pub(crate) url: String,
}

/// The hosts of a kind, with all that lie below them; any where there is none.
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
    /// Why the address can't be of its kind; nothing where it can.
    fn misfit(&self) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        let hosts = hosts(self.kind);
        let is = |known: &&str| host == *known || host.strip_suffix(*known).is_some_and(|below| below.ends_with('.'));
        let kind = self.kind.as_str();
        if !hosts.is_empty() && !hosts.iter().any(is) {
            return Some(format!("A link of the kind {kind:?} leads to {}.", hosts.join(" or ")));
        }
        let names_somebody = url.path().strip_prefix("/@").is_some_and(|name| !name.is_empty() && !name.starts_with('/'));
        (self.kind == LinkKind::Mastodon && !names_somebody)
            .then(|| format!("A link of the kind {kind:?} leads to somebody, such as https://mastodon.social/@mara."))
    }
}

/// Refuses links that can't be of their kind; `known` are those that were there before, whatever they are.
pub(crate) fn refuse_strange_links(at: &str, links: &[SocialLink], known: &[SocialLink]) -> Result<()> {
    let fresh = links.iter().enumerate().filter(|(_, link)| !known.contains(link));
    let fault = |(index, link): (usize, &SocialLink)| Some(Fault::at(format!("{at}/{index}/url"), "strange_host", link.misfit()?));
    let faults: Vec<Fault> = fresh.filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}
