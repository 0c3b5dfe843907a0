//! The public view and the admin's view of the site.

use serde::Serialize;
use utoipa::ToSchema;

use super::settings::{CommentMode, CommentPolicy, NavigationItem, Newsletter, ShareNetwork, SiteSettings};
use super::social::SocialLink;
use crate::config::LinkConfig;
use crate::db::Timestamp;
use crate::images::ImageView;

/// The members that both views of the site share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteBasics {
    /// The name of the site.
    #[schema(example = "The Harbour Post")]
    pub(crate) name: String,
    /// A sentence that describes the site.
    #[schema(example = "News from both banks of the river")]
    pub(crate) tagline: Option<String>,
    /// The URL of the readers' site.
    #[schema(format = "uri", example = "https://example.com")]
    pub(crate) url: String,
    /// The language of content without a language of its own, as a BCP 47 tag.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The time zone in which dates are shown, as an IANA name.
    #[schema(example = "Europe/Berlin")]
    pub(crate) timezone: String,
    /// The logo.
    pub(crate) logo: Option<ImageView>,
    /// The site's profiles on other sites.
    pub(crate) social_links: Vec<SocialLink>,
    /// The networks for sharing articles, in the order of the buttons.
    pub(crate) share_networks: Vec<ShareNetwork>,
    /// The texts that invite readers to the newsletter.
    pub(crate) newsletter: NewsletterView,
    /// The main menu, in order.
    pub(crate) navigation: Vec<NavigationItem>,
}

/// The site.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteView {
    #[serde(flatten)]
    basics: SiteBasics,
    /// The rules for comments.
    comment_policy: CommentPolicyView,
}

/// The site, as admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SiteEditorView {
    #[serde(flatten)]
    basics: SiteBasics,
    /// The rules for comments.
    comment_policy: CommentPolicyEditorView,
    /// The number of the version, raised by each change; the `ETag` is `"v7"` for version 7. 0 while the settings are the defaults.
    #[schema(example = 7, minimum = 0)]
    pub(crate) version: i32,
    /// The time of the last change, in UTC; `null` while the settings are the defaults.
    pub(crate) updated_at: Option<Timestamp>,
}

/// The rules for comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentPolicyView {
    /// The rule for when a new comment becomes visible.
    mode: CommentMode,
    /// The members of a guest's comment.
    fields: Vec<CommentField>,
    /// The number of days after an article's publication when its comments close; `null` for never.
    #[schema(minimum = 1, example = 30)]
    close_after_days: Option<u32>,
    /// The maximum number of characters in a comment.
    #[schema(minimum = 1, example = 5_000)]
    max_length: u32,
}

/// The rules for comments, with the settings that only admins see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentPolicyEditorView {
    #[serde(flatten)]
    policy: CommentPolicyView,
    /// Whether guests must give an email address. It is never published.
    email_required: bool,
    /// The spam score at which a comment waits for a moderator, whatever the mode; 101 means never.
    #[schema(minimum = 1, maximum = 101, example = 40)]
    hold_at: u32,
    /// The spam score at which a comment is marked as spam; 101 means never.
    #[schema(minimum = 1, maximum = 101, example = 70)]
    spam_at: u32,
}

/// A member of a guest's comment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentField {
    /// The name of the member.
    #[schema(example = "author_name")]
    name: &'static str,
    /// Whether the member is required.
    required: bool,
    /// Whether the member is published with the comment.
    published: bool,
}

/// The texts that invite readers to the newsletter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NewsletterView {
    /// The headline.
    #[schema(example = "The newsletter")]
    heading: String,
    /// The reason to subscribe.
    #[schema(example = "Our best stories, in your inbox.")]
    pitch: String,
    /// A promise to subscribers.
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
    /// Returns the public view of the rules.
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
    /// Returns the site's language.
    pub(crate) fn locale(&self) -> &str {
        &self.basics.locale
    }

    /// Returns the site's logo.
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

    /// Returns the public view of the settings.
    pub(super) fn view(&self, links: &LinkConfig, logo: Option<ImageView>) -> SiteView {
        SiteView { basics: self.basics(links, logo), comment_policy: self.comment_policy.view() }
    }

    /// Returns the admin's view of the settings, without the version.
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
