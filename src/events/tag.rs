//! Cache tags, with which an event names the cached responses that it affects.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Serialize;

use crate::db::Id;

/// A resource that has a cache tag of its own, such as `article:019343a2-…`.
pub(crate) trait Tagged: 'static {
    /// The part of the tag before the colon.
    const KIND: &'static str;
}

/// The tag of all responses that depend on every resource of a kind, such as lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KindTag {
    /// Ads and their placements.
    Ads,
    /// Articles.
    Articles,
    /// Authors.
    Authors,
    /// Collections.
    Collections,
    /// Lists that can change with the number of an article's comments, even if the article is not in them.
    CommentCounts,
    /// Images.
    Images,
    /// Newsletter lists.
    NewsletterLists,
    /// Redirects.
    Redirects,
    /// The schemas of the members `custom`.
    Schemas,
    /// Sections.
    Sections,
    /// The keys that sign access tokens.
    SigningKeys,
    /// The site's settings.
    Site,
    /// Tags of articles.
    Tags,
}

impl KindTag {
    /// Returns the text of the tag.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ads => "ads",
            Self::Articles => "articles",
            Self::Authors => "authors",
            Self::Collections => "collections",
            Self::CommentCounts => "comment-counts",
            Self::Images => "images",
            Self::NewsletterLists => "newsletter_lists",
            Self::Redirects => "redirects",
            Self::Schemas => "schemas",
            Self::Sections => "sections",
            Self::SigningKeys => "signing-keys",
            Self::Site => "site",
            Self::Tags => "tags",
        }
    }
}

/// The tag of one resource or of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct CacheTag(Cow<'static, str>);

impl CacheTag {
    /// Returns the tag of a resource whose kind is only known by its name.
    pub(crate) fn of(kind: &str, id: &str) -> Self {
        Self(format!("{kind}:{id}").into())
    }

    /// Returns the tag of the comments of an article.
    pub(crate) fn comments_of(article: impl Display) -> Self {
        Self(format!("comments:{article}").into())
    }

    /// Returns the text of the tag.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Tagged> From<Id<T>> for CacheTag {
    fn from(id: Id<T>) -> Self {
        Self(format!("{}:{id}", T::KIND).into())
    }
}

impl From<KindTag> for CacheTag {
    fn from(kind: KindTag) -> Self {
        Self(kind.as_str().into())
    }
}
