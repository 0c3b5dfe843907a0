//! What administrators say of the site: the settings as they are sent and stored, with their defaults.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::social::SocialLink;
use crate::db::{Timestamp, text_enum};
use crate::images::{self, ImageId};
use crate::input::{Address, Draft, Line, Locale, Name, Paragraph, Reference, ReferenceTo, TimeZone};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

text_enum! {
    /// When a comment shows.
    pub(crate) enum CommentMode {
        /// When somebody has approved it.
        Pre = "pre",
        /// At once where its author had one approved before; else when somebody has approved it.
        Trusted = "trusted",
        /// At once.
        Post = "post",
        /// There are no new comments.
        Closed = "closed",
    }
}

text_enum! {
    /// A place that readers can share an article at.
    pub(crate) enum ShareNetwork {
        /// X, once Twitter.
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
        /// The reader's own mail program.
        Email = "email",
        /// Bluesky.
        Bluesky = "bluesky",
        /// Mastodon.
        Mastodon = "mastodon",
    }
}

/// What the site is; every member has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SiteSettings {
    /// What it is called.
    #[schema(value_type = Name, default = "Masthead")]
    pub(crate) name: String,
    /// The sentence under its name.
    #[schema(value_type = Option<Line>)]
    pub(crate) tagline: Option<String>,
    /// The language of what is not said to be in another.
    #[schema(value_type = Locale, default = "en")]
    pub(crate) locale: String,
    /// The time zone that dates are shown in.
    #[schema(value_type = TimeZone, default = "UTC")]
    pub(crate) timezone: String,
    /// The picture that stands for it.
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) logo: Option<ImageId>,
    /// Where it is found elsewhere.
    #[schema(max_items = 20)]
    pub(crate) social_links: Vec<SocialLink>,
    /// Where readers can share its articles, in the order of the buttons.
    #[schema(max_items = 20)]
    pub(crate) share_networks: Vec<ShareNetwork>,
    /// What invites readers to the newsletter.
    pub(crate) newsletter: Newsletter,
    /// How readers may comment.
    pub(crate) comment_policy: CommentPolicy,
    /// The main menu.
    #[schema(max_items = 50)]
    pub(crate) navigation: Vec<NavigationItem>,
}

/// What invites readers to the newsletter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Newsletter {
    /// The headline.
    #[schema(value_type = Line)]
    pub(crate) heading: String,
    /// Why one should subscribe.
    #[schema(value_type = Paragraph)]
    pub(crate) pitch: String,
    /// What subscribers can rely on.
    #[schema(value_type = Paragraph)]
    pub(crate) promise: String,
}

/// How readers may comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CommentPolicy {
    /// When a comment shows.
    #[schema(default = "pre")]
    pub(crate) mode: CommentMode,
    /// Whether guests must leave an e-mail address, which is never published.
    #[schema(default = true)]
    pub(crate) email_required: bool,
    /// How many days after its publication an article's comments close; never where null.
    #[schema(minimum = 1, maximum = 36_500, example = 30)]
    pub(crate) close_after_days: Option<u32>,
    /// How many characters a comment may have.
    #[schema(minimum = 1, maximum = 20_000, default = 5_000)]
    pub(crate) max_length: u32,
    /// From how many points for spam on a comment waits for somebody, whatever the mode; 101 is never.
    #[schema(minimum = 1, maximum = 101, default = 40)]
    pub(crate) hold_at: u32,
    /// From how many points on it is put aside as spam; 101 is never.
    #[schema(minimum = 1, maximum = 101, default = 70)]
    pub(crate) spam_at: u32,
}

/// When the comments of articles close, as far as the site says so.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Closing {
    /// Whether they all are closed.
    pub(crate) closed: bool,
    /// How many milliseconds after its publication an article's comments close.
    pub(crate) after: Option<i64>,
}

impl Closing {
    /// When the comments of an article close that was published at this time; never where there is none.
    pub(crate) fn time(self, published_at: Timestamp) -> Option<Timestamp> {
        if self.closed {
            return Some(Timestamp::from_millis(0));
        }
        self.after.map(|after| Timestamp::from_millis(published_at.millis().saturating_add(after)))
    }
}

impl CommentPolicy {
    /// When the comments of articles close.
    pub(crate) fn closing(&self) -> Closing {
        Closing { closed: self.mode == CommentMode::Closed, after: self.close_after_days.map(|days| i64::from(days) * DAY) }
    }
}

/// An entry of the main menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NavigationItem {
    /// What it says.
    #[schema(value_type = Name, example = "City")]
    pub(crate) label: String,
    /// Where it leads to: an address, or a path of the site.
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
