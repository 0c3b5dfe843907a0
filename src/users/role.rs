//! What people may be, and what a key may be used for.

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

text_enum! {
    /// What an API key may be used for; what its owner may not do, it can't either.
    pub(crate) enum Scope {
        /// Reads what staff may see.
        Read = "read",
        /// Writes articles, authors, images, sections, tags and collections.
        Content = "content",
        /// Looks after comments.
        Comments = "comments",
        /// Users, site and everything else that only administrators do.
        Admin = "admin",
    }
}
