//! The content of an article: one list of members, from which a macro derives the columns of both copies and the content of revisions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::authors::Author;
use crate::db::{Id, Json, Timestamp, text_enum};
use crate::events::Tagged;
use crate::images::Image;
use crate::input::{HttpUrl, Line, ReferenceTo, Title};
use crate::schema::{articles, publications};
use crate::taxonomy::{Section, Tag};

/// The id of an article.
pub(crate) type ArticleId = Id<Content>;

impl Tagged for Content {
    const KIND: &'static str = "article";
}

text_enum! {
    /// The kind of an article.
    pub(crate) enum ArticleKind {
        /// An article, which lists and feeds contain.
        Article = "article",
        /// A standing page, such as About. Lists contain pages only if `kind` asks for them.
        Page = "page",
    }
}

/// Defines [`Content`] and its columns in the tables of both copies. `name in column` gives a column another name. A member that is
/// not an `Option` needs `#[serde(default)]`, because stored revisions do not have it.
macro_rules! content {
    ($($(#[$meta:meta])* $name:ident $(in $column:ident)?: $type:ty,)*) => {
        /// The content of an article, without its text and relations.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub(crate) struct Content {
            $($(#[$meta])* pub(crate) $name: $type,)*
            /// The excerpt that lists show; if absent, it is taken from the text. It is not one of the macro's members, because the
            /// public column is never null.
            pub(crate) excerpt: Option<String>,
        }

        content!(@columns WorkingContent, articles, "The columns of the working copy that hold its content.",
            $($name $(in $column)?: $type,)*);
        content!(@columns PublicContent, publications, "The columns of the published copy that hold its content.",
            $($name $(in $column)?: $type,)*);
    };
    (@columns $row:ident, $table:ident, $about:literal, $($name:ident $(in $column:ident)?: $type:ty,)*) => {
        #[doc = $about]
        #[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
        #[diesel(table_name = $table, treat_none_as_null = true)]
        pub(crate) struct $row {
            $($(#[diesel(column_name = $column)])? pub(crate) $name: $type,)*
        }

        impl $row {
            /// Returns the content, with the excerpt of the row.
            pub(crate) fn with_excerpt(self, excerpt: Option<String>) -> Content {
                let Self { $($name),* } = self;
                Content { $($name,)* excerpt }
            }
        }

        impl From<Content> for $row {
            fn from(content: Content) -> Self {
                let Content { $($name,)* excerpt: _ } = content;
                Self { $($name),* }
            }
        }
    };
}

content! {
    /// The kind: article or standing page.
    kind: ArticleKind,
    /// The slug: the article's name in URLs.
    slug: String,
    /// The headline.
    title: String,
    /// The sentence under the headline.
    dek: Option<String>,
    /// The image above the text.
    hero_image in hero_image_id: Option<Id<Image>>,
    /// The section of the article.
    section in section_id: Option<Id<Section>>,
    /// The language of the article, as a BCP 47 tag.
    locale: String,
    /// The id of the translation group: the id of the first article in the group, or the article's own id without translations.
    translation_group: ArticleId,
    /// Whether front ends should highlight the article.
    featured: bool,
    /// Whether readers may comment, if the site's settings permit it.
    comments_open: bool,
    /// The metadata for search engines and social networks.
    seo: Json<Seo>,
    /// The site's custom members.
    custom: Json<Map<String, Value>>,
}

/// The relations of an article, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relations {
    /// The authors in the byline.
    pub(crate) authors: Vec<Id<Author>>,
    /// The tags.
    pub(crate) tags: Vec<Id<Tag>>,
    /// The images in the text, and the image for social networks.
    pub(crate) images: Vec<Id<Image>>,
}

/// The whole content of a revision, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ArticleSnapshot {
    #[serde(flatten)]
    pub(crate) content: Content,
    pub(crate) markdown: String,
    pub(crate) relations: Relations,
}

/// A correction that readers see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Correction {
    /// The time when the correction was published.
    pub(crate) at: Timestamp,
    /// A description of the error.
    #[schema(example = "An earlier version gave the wrong year.")]
    pub(crate) note: String,
}

/// The metadata for search engines and social networks. Empty members are derived from the article when it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seo {
    /// The title for search engines.
    #[serde(default)]
    #[schema(value_type = Option<Title>)]
    pub(crate) title: Option<String>,
    /// The description for search engines.
    #[serde(default)]
    #[schema(value_type = Option<Line>)]
    pub(crate) description: Option<String>,
    /// The canonical URL of the article.
    #[serde(default)]
    #[schema(value_type = Option<HttpUrl>)]
    pub(crate) canonical_url: Option<String>,
    /// The image for link previews on social networks.
    #[serde(default)]
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) image: Option<Id<Image>>,
    /// Whether search engines should not list the article.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) noindex: bool,
}
