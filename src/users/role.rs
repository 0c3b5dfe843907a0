//! What people may be, and what a key may be used for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::text_enum;

text_enum! {
    /// What a person may do.
    pub(crate) enum Role {
        /// Writes drafts and submits them.
        Contributor = "contributor",
        /// Publishes their own articles, too.
        Author = "author",
        /// Edits and publishes everybody's.
        Editor = "editor",
        /// Looks after comments.
        Moderator = "moderator",
        /// Everything.
        Admin = "admin",
    }
}

impl Role {
    /// Whether it writes articles.
    pub(crate) const fn writes(self) -> bool {
        matches!(self, Self::Contributor | Self::Author | Self::Editor | Self::Admin)
    }
}

/// Declares the scopes, each with the sentence that the document has of it.
macro_rules! scopes {
    ($($variant:ident = $text:literal: $about:literal;)+) => {
        text_enum! {
            /// What an API key may be used for; a key can never do what its owner may not.
            pub(crate) enum Scope { $(#[doc = $about] $variant = $text),+ }
        }

        impl Scope {
            /// What each scope allows, in a sentence.
            pub(crate) const ABOUT: &'static [(&'static str, &'static str)] = &[$(($text, $about)),+];
        }
    };
}

scopes! {
    ContentRead = "content:read":
        "Reads the editors' view of articles, authors, sections, tags, collections, images, ads, redirects, schemas and the site. Opens no e-mail address, IP address, account or audit entry.";
    ArticlesWrite = "articles:write": "Creates, edits, submits, publishes and deletes articles and pages, and makes previews.";
    ImagesWrite = "images:write": "Uploads, edits and deletes images.";
    TaxonomyWrite = "taxonomy:write": "Creates, edits, merges and deletes authors, sections, tags and collections.";
    SiteWrite = "site:write": "Changes the settings of the site, redirects, ads and the schemas of custom fields.";
    CommentsRead = "comments:read": "Reads the comment queue, reports, bans and exports, with e-mail and IP addresses.";
    CommentsModerate = "comments:moderate": "Moderates, edits and erases comments, bans, and writes comments in the owner's name.";
    NewsletterRead = "newsletter:read": "Reads newsletter lists, subscribers and suppressed addresses.";
    NewsletterWrite = "newsletter:write": "Changes newsletter lists, subscribers and suppressed addresses, and imports subscribers.";
    NewsletterExport = "newsletter:export": "Downloads all subscribers as CSV.";
    UsersRead = "users:read": "Reads accounts and invitations, the owner's own account included.";
    UsersWrite = "users:write": "Creates, changes and deletes accounts and invitations, but never passwords.";
    AuditRead = "audit:read": "Reads the audit log.";
}

text_enum! {
    /// A scope of keys made before scopes named resources. Such keys keep what they had; no new key can have one.
    pub(crate) enum OldScope {
        /// Reads everything that its owner may see.
        Read = "read",
        /// Writes articles, authors, images, sections, tags, collections, redirects, ads and newsletter lists.
        Content = "content",
        /// Looks after comments.
        Comments = "comments",
        /// Users, site and everything else that only administrators do.
        Admin = "admin",
    }
}

/// A scope as a key has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum KeyScope {
    /// One that names a resource.
    Resource(Scope),
    /// One of before.
    Old(OldScope),
}
