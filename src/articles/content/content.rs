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
    /// What sort of text it is.
    pub(crate) enum ArticleKind {
        /// News: in lists and feeds.
        Article = "article",
        /// A standing page, such as About: in no list that does not ask for pages.
        Page = "page",
    }
}

/// Writes [`Content`], and the columns that it has in the tables of both copies. `name in column` names a column that is called
/// otherwise. A member that is no `Option` needs `#[serde(default)]`, since revisions of before do not have it.
macro_rules! content {
    ($($(#[$meta:meta])* $name:ident $(in $column:ident)?: $type:ty,)*) => {
        /// What an article says, but for its text and what belongs to it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub(crate) struct Content {
            $($(#[$meta])* pub(crate) $name: $type,)*
            /// What lists show; taken from the text if absent. Apart from the list: readers' column is never null.
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
            /// The content, with the excerpt of the row.
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
    /// Article or standing page.
    kind: ArticleKind,
    /// The last step of the path of its page.
    slug: String,
    /// The headline.
    title: String,
    /// The sentence under the headline.
    dek: Option<String>,
    /// The picture above the text.
    hero_image in hero_image_id: Option<Id<Image>>,
    /// The section that it belongs to.
    section in section_id: Option<Id<Section>>,
    /// The language that it is written in.
    locale: String,
    /// The first article of the translations that it is one of; itself if there are no others.
    translation_group: ArticleId,
    /// Whether front ends should make much of it.
    featured: bool,
    /// Whether readers may comment, as far as the site lets them.
    comments_open: bool,
    /// What search engines and social networks are told.
    seo: Json<Seo>,
    /// Members of the site's own.
    custom: Json<Map<String, Value>>,
}

/// What belongs to an article, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Relations {
    /// Who signs it.
    pub(crate) authors: Vec<Id<Author>>,
    /// What it is about.
    pub(crate) tags: Vec<Id<Tag>>,
    /// The pictures in its text, and the one for networks.
    pub(crate) images: Vec<Id<Image>>,
}

/// One save, whole, as its revision keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ArticleSnapshot {
    #[serde(flatten)]
    pub(crate) content: Content,
    pub(crate) markdown: String,
    pub(crate) relations: Relations,
}

/// A correction, shown to readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Correction {
    /// When it was made.
    pub(crate) at: Timestamp,
    /// What was wrong.
    #[schema(example = "An earlier version gave the wrong year.")]
    pub(crate) note: String,
}

/// What search engines and social networks are told; where empty, it is derived from the article when read.
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
    /// The address that this text is to be known under.
    #[serde(default)]
    #[schema(value_type = Option<HttpUrl>)]
    pub(crate) canonical_url: Option<String>,
    /// The picture that networks show.
    #[serde(default)]
    #[schema(value_type = Option<ReferenceTo>)]
    pub(crate) image: Option<Id<Image>>,
    /// Whether search engines should leave it out.
    #[serde(default)]
    #[schema(default = false)]
    pub(crate) noindex: bool,
}
