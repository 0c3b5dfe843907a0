//! Named locks: a transaction holds a lock until it ends, and other transactions that take the same lock wait.
//!
//! On PostgreSQL these are advisory locks. SQLite has only one writer and needs none. On both engines, development builds check
//! that locks are taken in the order of `Lock`.

use std::cell::RefCell;
use std::fmt::Display;

use diesel::prelude::*;

use super::conn::Conn;
use crate::error::{Error, Result};

/// The locks, in the order in which an operation takes them, so that operations cannot deadlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    /// The list of nodes.
    Nodes,
    /// The keys that sign access tokens.
    SigningKeys,
    /// Roles and suspensions of administrators.
    Admins,
    /// One account.
    User,
    /// Invitations.
    Invitations,
    /// Working copies and published versions of all articles.
    Articles,
    /// Authors.
    Authors,
    /// The site's settings.
    Site,
    /// Images.
    Images,
    /// One image file, by its SHA-256.
    File,
    /// Sections.
    Sections,
    /// Slugs of sections.
    SectionSlugs,
    /// Comments of one article.
    Comments,
    /// Tags.
    Tags,
    /// Collections.
    Collections,
    /// Slugs of articles.
    ArticleSlugs,
    /// Article counts of authors, sections and tags.
    ArticleCounts,
    /// Previews.
    Previews,
    /// Redirects.
    Redirects,
    /// Newsletter lists.
    NewsletterLists,
    /// Imports of subscribers.
    NewsletterImports,
    /// Ad placements.
    AdPlacements,
    /// Ad creatives.
    AdCreatives,
    /// Emails to one email address.
    Email,
    /// Bans of commenters.
    CommentBans,
    /// Notices of replies.
    CommentNotices,
}

thread_local! {
    /// The locks that the operation on this thread has taken; only recorded in development builds.
    static TAKEN: RefCell<Vec<(Lock, String)>> = const { RefCell::new(Vec::new()) };
}

impl Lock {
    /// Takes the lock until the end of the transaction; other transactions that take it wait.
    pub(crate) fn take(self, conn: &mut Conn) -> Result<()> {
        self.take_named(conn, self.name().to_owned())
    }

    /// Takes the lock of one resource, such as an account or an email address.
    pub(crate) fn take_for(self, conn: &mut Conn, which: impl Display) -> Result<()> {
        self.take_named(conn, format!("{} {which}", self.name()))
    }

    fn take_named(self, conn: &mut Conn, name: String) -> Result<()> {
        if let Conn::Postgres(conn) = conn {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(&name)
                .execute(conn)
                .map_err(Error::from)?;
        }
        if cfg!(debug_assertions) {
            TAKEN.with_borrow_mut(|taken| {
                let is_held = taken.iter().any(|(_, held)| *held == name);
                let later = taken.iter().find(|(lock, held)| (*lock, held) > (self, &name));
                debug_assert!(is_held || later.is_none(), "the lock {name:?} is taken after {later:?}");
                taken.push((self, name));
            });
        }
        Ok(())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Nodes => "nodes",
            Self::SigningKeys => "signing keys",
            Self::Admins => "admins",
            Self::User => "user",
            Self::Invitations => "invitations",
            Self::Articles => "articles",
            Self::Authors => "authors",
            Self::Site => "site",
            Self::Images => "images",
            Self::File => "file",
            Self::Sections => "sections",
            Self::SectionSlugs => "section slugs",
            Self::Tags => "tags",
            Self::Collections => "collections",
            Self::Comments => "comments of",
            Self::CommentBans => "comment bans",
            Self::ArticleSlugs => "article slugs",
            Self::ArticleCounts => "article counts",
            Self::Previews => "previews",
            Self::Redirects => "redirects",
            Self::NewsletterLists => "newsletter lists",
            Self::NewsletterImports => "newsletter imports",
            Self::AdPlacements => "ad placements",
            Self::AdCreatives => "ad creatives",
            Self::Email => "mail to",
            Self::CommentNotices => "comment notices",
        }
    }
}

/// Restarts the check of the lock order for the next operation, which may follow others in the same transaction.
pub(crate) fn begin_operation() {
    if cfg!(debug_assertions) {
        TAKEN.with_borrow_mut(Vec::clear);
    }
}
