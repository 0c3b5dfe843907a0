//! The settings of the site, as they are sent and stored, with their defaults.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::social::SocialLink;
use crate::db::{Timestamp, text_enum};
use crate::images::{self, ImageId};
use crate::input::{Address, Draft, Line, Locale, Name, Paragraph, Reference, ReferenceTo, TimeZone};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

text_enum! {
    /// The rule for when a new comment becomes visible.
    pub(crate) enum CommentMode {
        /// A comment becomes visible when a moderator has approved it.
        Pre = "pre",
        /// A comment is visible at once if an earlier comment of the same author was approved; any other comment becomes visible
        /// when a moderator has approved it.
        Trusted = "trusted",
        /// A comment is visible at once.
        Post = "post",
        /// New comments are not accepted.
        Closed = "closed",
    }
}

text_enum! {
    /// A network on which readers can share an article.
    pub(crate) enum ShareNetwork {
        /// X, formerly Twitter.
        X = "x",
        /// Facebook.
        Facebook = "facebook",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Telegram.
        Telegram = "telegram",
        /// Reddit.
        Reddit = "reddit",
        /// LinkedIn.
        Linkedin = "linkedin",
        /// The reader's own email program.
        Email = "email",
        /// Bluesky.
        Bluesky = "bluesky",
        /// Mastodon.
        Mastodon = "mastodon",
    }
}

/// The site's settings; every member has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SiteSettings {
    /// The name of the site.
    #[schema(value_type = Name, default = "Masthead")]
    pub(crate) name: String,
    /// A sentence that describes the site.
    #[schema(value_type = Option<Line>)]
    pub(crate) tagline: Option<String>,
    /// The language of content without a language of its own, as a BCP 47 tag.
    #[schema(value_type = Locale, default = "en")]
    pub(crate) locale: String,
    /// The time zone in which dates are shown, as an IANA name.
    #[schema(value_type = TimeZone, default = "UTC")]
    pub(crate) timezone: String,
    /// The logo, by image id.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) logo: Option<ImageId>,
    /// The site's profiles on other sites.
    #[schema(max_items = 20)]
    pub(crate) social_links: Vec<SocialLink>,
    /// The networks for sharing articles, in the order of the buttons.
    #[schema(max_items = 20)]
    pub(crate) share_networks: Vec<ShareNetwork>,
    /// The texts that invite readers to the newsletter.
    pub(crate) newsletter: Newsletter,
    /// The rules for comments.
    pub(crate) comment_policy: CommentPolicy,
    /// The main menu, in order.
    #[schema(max_items = 50)]
    pub(crate) navigation: Vec<NavigationItem>,
}

/// The texts that invite readers to the newsletter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Newsletter {
    /// The headline.
    #[schema(value_type = Line)]
    pub(crate) heading: String,
    /// The reason to subscribe.
    #[schema(value_type = Paragraph)]
    pub(crate) pitch: String,
    /// A promise to subscribers.
    #[schema(value_type = Paragraph)]
    pub(crate) promise: String,
}

/// The rules for comments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CommentPolicy {
    /// The rule for when a new comment becomes visible.
    #[schema(default = "pre")]
    pub(crate) mode: CommentMode,
    /// Whether guests must give an email address. It is never published.
    #[schema(default = true)]
    pub(crate) email_required: bool,
    /// The number of days after an article's publication when its comments close; `null` for never.
    #[schema(minimum = 1, maximum = 36_500, example = 30)]
    pub(crate) close_after_days: Option<u32>,
    /// The maximum number of characters in a comment.
    #[schema(minimum = 1, maximum = 20_000, default = 5_000)]
    pub(crate) max_length: u32,
    /// The spam score at which a comment waits for a moderator, whatever the mode; 101 means never.
    #[schema(minimum = 1, maximum = 101, default = 40)]
    pub(crate) hold_at: u32,
    /// The spam score at which a comment is marked as spam; 101 means never.
    #[schema(minimum = 1, maximum = 101, default = 70)]
    pub(crate) spam_at: u32,
}

/// The site-wide rules for closing comments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Closing {
    /// Whether all comments are closed.
    pub(crate) closed: bool,
    /// The time between an article's publication and the closing of its comments, in milliseconds.
    pub(crate) after: Option<i64>,
}

impl Closing {
    /// Returns the time when the comments of an article with this publication time close; `None` if they never close.
    pub(crate) fn time(self, published_at: Timestamp) -> Option<Timestamp> {
        if self.closed {
            return Some(Timestamp::from_millis(0));
        }
        self.after.map(|after| Timestamp::from_millis(published_at.millis().saturating_add(after)))
    }
}

impl CommentPolicy {
    /// Returns the rules for closing comments.
    pub(crate) fn closing(&self) -> Closing {
        Closing { closed: self.mode == CommentMode::Closed, after: self.close_after_days.map(|days| i64::from(days) * DAY) }
    }
}

/// An entry of the main menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NavigationItem {
    /// The text of the entry.
    #[schema(value_type = Name, example = "City")]
    pub(crate) label: String,
    /// The target: a URL or a path of the site.
    #[schema(value_type = Address)]
    pub(crate) url: String,
}

impl Draft for SiteSettings {
    const READ_ONLY: &'static [&'static str] = &["/url", "/version", "/updated_at", "/comment_policy/fields"];
    const SETTINGS: &'static [(&'static str, &'static str)] = &[("/url", "SITE_URL")];
    const FREE: &'static [&'static str] = &[];
    const REFERENCES: &'static [Reference] = &[Reference { pointer: "/logo", find: images::find_reference }];
}

impl Default for SiteSettings {
    fn default() -> Self {
        use ShareNetwork::{Email, Facebook, Linkedin, Reddit, Telegram, Whatsapp, X};
        Self {
            name: "Masthead".into(),
            tagline: None,
            locale: "en".into(),
            timezone: "UTC".into(),
            logo: None,
            social_links: Vec::new(),
            share_networks: vec![X, Facebook, Whatsapp, Telegram, Reddit, Linkedin, Email],
            newsletter: Newsletter::default(),
            comment_policy: CommentPolicy::default(),
            navigation: Vec::new(),
        }
    }
}

impl Default for Newsletter {
    fn default() -> Self {
        Self {
            heading: "The newsletter".into(),
            pitch: "Our best stories, in your inbox.".into(),
            promise: "No spam, and one click to unsubscribe.".into(),
        }
    }
}

impl Default for CommentPolicy {
    fn default() -> Self {
        Self { mode: CommentMode::Pre, email_required: true, close_after_days: None, max_length: 5_000, hold_at: 40, spam_at: 70 }
    }
}
