//! The site as readers and as administrators see it.

use serde::Serialize;
use utoipa::ToSchema;

use super::settings::{CommentMode, CommentPolicy, NavigationItem, Newsletter, ShareNetwork, SiteSettings};
use super::social::SocialLink;
use crate::config::LinkConfig;
use crate::db::Timestamp;
use crate::images::ImageView;

/// What both views show of the site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteBasics {
    /// What it is called.
    #[schema(example = "The Harbour Post")]
    pub(crate) name: String,
    /// The sentence under its name.
    #[schema(example = "News from both banks of the river")]
    pub(crate) tagline: Option<String>,
    /// The readers' site.
    #[schema(format = "uri", example = "https://example.com")]
    pub(crate) url: String,
    /// The language of what is not said to be in another.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The time zone that dates are shown in.
    #[schema(example = "Europe/Berlin")]
    pub(crate) timezone: String,
    /// The picture that stands for it.
    pub(crate) logo: Option<ImageView>,
    /// Where it is found elsewhere.
    pub(crate) social_links: Vec<SocialLink>,
    /// Where readers can share its articles, in the order of the buttons.
    pub(crate) share_networks: Vec<ShareNetwork>,
    /// What invites readers to the newsletter.
    pub(crate) newsletter: NewsletterView,
    /// The main menu.
    pub(crate) navigation: Vec<NavigationItem>,
}

/// The site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteView {
    #[serde(flatten)]
    basics: SiteBasics,
    /// How readers may comment.
    comment_policy: CommentPolicyView,
}

/// The site as administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteEditorView {
    #[serde(flatten)]
    basics: SiteBasics,
    /// How readers may comment.
    comment_policy: CommentPolicyEditorView,
    /// Counts the changes; `"v7"` as an `ETag`. 0 while the defaults hold.
    #[schema(example = 7, minimum = 0)]
    pub(crate) version: i32,
    /// When it last changed; null while the defaults hold.
    pub(crate) updated_at: Option<Timestamp>,
}

/// How readers may comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentPolicyView {
    /// When a comment shows.
    mode: CommentMode,
    /// What a guest is asked for.
    fields: Vec<CommentField>,
    /// How many days after its publication an article's comments close; never where null.
    #[schema(minimum = 1, example = 30)]
    close_after_days: Option<u32>,
    /// How many characters a comment may have.
    #[schema(minimum = 1, example = 5_000)]
    max_length: u32,
}

/// How readers may comment, and what of it can be changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentPolicyEditorView {
    #[serde(flatten)]
    policy: CommentPolicyView,
    /// Whether guests must leave an e-mail address, which is never published.
    email_required: bool,
    /// From how many points for spam on a comment waits for somebody, whatever the mode; 101 is never.
    #[schema(minimum = 1, maximum = 101, example = 40)]
    hold_at: u32,
    /// From how many points on it is put aside as spam; 101 is never.
    #[schema(minimum = 1, maximum = 101, example = 70)]
    spam_at: u32,
}

/// Something that a guest who comments is asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentField {
    /// The member of the comment.
    #[schema(example = "author_name")]
    name: &'static str,
    /// Whether there is no comment without it.
    required: bool,
    /// Whether readers see it.
    published: bool,
}

/// What invites readers to the newsletter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NewsletterView {
    /// The headline.
    #[schema(example = "The newsletter")]
    heading: String,
    /// Why one should subscribe.
    #[schema(example = "Our best stories, in your inbox.")]
    pitch: String,
    /// What subscribers can rely on.
    #[schema(example = "No spam, and one click to unsubscribe.")]
    promise: String,
}

impl Newsletter {
    fn view(&self) -> NewsletterView {
        let Self { heading, pitch, promise } = self.clone();
        NewsletterView { heading, pitch, promise }
    }
}

impl CommentPolicy {
    /// What readers are told of it.
    fn view(&self) -> CommentPolicyView {
        let field = |name, required, published| CommentField { name, required, published };
        CommentPolicyView {
            mode: self.mode,
            fields: vec![
                field("author_name", true, true),
                field("author_email", self.email_required, false),
                field("author_url", false, true),
                field("body", true, true),
                field("notify_replies", false, false),
                field("form", false, false),
            ],
            close_after_days: self.close_after_days,
            max_length: self.max_length,
        }
    }
}

impl SiteView {
    /// The language of what is not said to be in another.
    pub(crate) fn locale(&self) -> &str {
        &self.basics.locale
    }

    /// The picture that stands for the site.
    pub(crate) fn logo(&self) -> Option<&ImageView> {
        self.basics.logo.as_ref()
    }
}

impl SiteSettings {
    fn basics(&self, links: &LinkConfig, logo: Option<ImageView>) -> SiteBasics {
        SiteBasics {
            name: self.name.clone(),
            tagline: self.tagline.clone(),
            url: links.site_url.clone(),
            locale: self.locale.clone(),
            timezone: self.timezone.clone(),
            logo,
            social_links: self.social_links.clone(),
            share_networks: self.share_networks.clone(),
            newsletter: self.newsletter.view(),
            navigation: self.navigation.clone(),
        }
    }

    /// What readers see of it.
    pub(super) fn view(&self, links: &LinkConfig, logo: Option<ImageView>) -> SiteView {
        SiteView { basics: self.basics(links, logo), comment_policy: self.comment_policy.view() }
    }

    /// What administrators see of it, but for its version.
    pub(super) fn editor_view(&self, links: &LinkConfig, logo: Option<ImageView>) -> SiteEditorView {
        let policy = &self.comment_policy;
        SiteEditorView {
            basics: self.basics(links, logo),
            comment_policy: CommentPolicyEditorView {
                policy: policy.view(),
                email_required: policy.email_required,
                hold_at: policy.hold_at,
                spam_at: policy.spam_at,
            },
            version: 0,
            updated_at: None,
        }
    }
}
