//! The roles of users and the scopes of API keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;

text_enum! {
    /// The role of a user.
    pub(crate) enum Role {
        /// Writes drafts and submits them.
        Contributor = "contributor",
        /// Also publishes their own articles.
        Author = "author",
        /// Edits and publishes everybody's articles.
        Editor = "editor",
        /// Moderates comments.
        Moderator = "moderator",
        /// Can do everything.
        Admin = "admin",
    }
}

impl Role {
    /// Checks whether the role may write articles.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Contributor | Self::Author | Self::Editor | Self::Admin)
    }
}

/// Declares the scopes, each with the description that the OpenAPI document gives.
macro_rules! scopes {
    ($($variant:ident = $text:literal: $about:literal;)+) => {
        text_enum! {
            /// A scope of an API key. A key can never do more than its owner.
            pub(crate) enum Scope { $(#[doc = $about] $variant = $text),+ }
        }

        impl Scope {
            /// The description of each scope.
            pub(crate) const ABOUT: &'static [(&'static str, &'static str)] = &[$(($text, $about)),+];
        }
    };
}

scopes! {
    ContentRead = "content:read":
        "Reads the editors' view of articles, authors, sections, tags, collections, images, ads, redirects, schemas and the site. Shows no email address, IP address, account or audit entry.";
    ArticlesWrite = "articles:write": "Creates, edits, submits, publishes and deletes articles and pages, and makes previews.";
    ImagesWrite = "images:write": "Uploads, edits and deletes images.";
    TaxonomyWrite = "taxonomy:write": "Creates, edits, merges and deletes authors, sections, tags and collections.";
    SiteWrite = "site:write": "Changes the settings of the site, redirects, ads and the schemas of custom fields.";
    CommentsRead = "comments:read": "Reads the comment queue, reports and bans, with email and IP addresses, and all stored data about a commenter, including the commenter's newsletter subscription and invitation.";
    CommentsModerate = "comments:moderate": "Moderates and edits comments, manages bans, writes comments in the owner's name, and erases all stored data about a commenter, including the commenter's newsletter subscription and invitation.";
    NewsletterRead = "newsletter:read": "Reads newsletter lists, subscribers and suppressed email addresses.";
    NewsletterWrite = "newsletter:write": "Changes newsletter lists, subscribers and suppressed email addresses, and imports subscribers.";
    NewsletterExport = "newsletter:export": "Downloads all subscribers as CSV.";
    UsersRead = "users:read": "Reads accounts and invitations, including the owner's own account.";
    UsersWrite = "users:write": "Creates, changes and deletes accounts and invitations, but never passwords.";
    AuditRead = "audit:read": "Reads the audit log.";
}

text_enum! {
    /// A legacy scope. Existing keys keep it; new keys need scopes that name a resource, such as `articles:write`.
    pub(crate) enum OldScope {
        /// Reads everything that the owner may see.
        Read = "read",
        /// Writes articles, authors, images, sections, tags, collections, redirects, ads and newsletter lists.
        Content = "content",
        /// Moderates comments.
        Comments = "comments",
        /// Manages users, the site and everything else that needs an administrator.
        Admin = "admin",
    }
}

/// A scope that a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum KeyScope {
    /// A scope that names a resource.
    Resource(Scope),
    /// A legacy scope.
    Old(OldScope),
}
