//! The published copy: its row, written whole by publishing.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::article::{Article, ArticleId, ArticleKind, Correction};
use super::draft::Seo;
use crate::db::{Id, Json, Timestamp};
use crate::images::Image;
use crate::markdown::Rendered;
use crate::schema::publications;
use crate::taxonomy::Section;

/// What readers get, but for what is live and the text.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publications, treat_none_as_null = true)]
pub(crate) struct Publication {
    pub(crate) id: ArticleId,
    pub(crate) kind: ArticleKind,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) title_key: String,
    pub(crate) dek: Option<String>,
    pub(crate) excerpt: String,
    pub(crate) locale: String,
    pub(crate) translation_group: ArticleId,
    pub(crate) section_id: Option<Id<Section>>,
    pub(crate) hero_image_id: Option<Id<Image>>,
    pub(crate) featured: bool,
    pub(crate) comments_open: bool,
    pub(crate) seo: Json<Seo>,
    pub(crate) custom: Json<Map<String, Value>>,
    pub(crate) word_count: i32,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// Only counting writes it, so that no publishing brings an old count back.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The whole published copy, as publishing writes it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = publications, treat_none_as_null = true)]
pub(super) struct PublicationWithText {
    #[diesel(embed)]
    pub(super) publication: Publication,
    pub(super) rendered: Json<Rendered>,
}

impl PublicationWithText {
    /// The working copy as it becomes public.
    pub(super) fn of(article: Article, published_at: Timestamp, now: Timestamp) -> Self {
        let rendered = article.rendered;
        let excerpt = article.excerpt.or(article.dek.clone()).unwrap_or_else(|| rendered.0.excerpt.clone());
        let publication = Publication {
            id: article.id,
            kind: article.kind,
            slug: article.slug,
            title: article.title,
            title_key: article.title_key,
            dek: article.dek,
            excerpt,
            locale: article.locale,
            translation_group: article.translation_group,
            section_id: article.section_id,
            hero_image_id: article.hero_image_id,
            featured: article.featured,
            comments_open: article.comments_open,
            seo: article.seo,
            custom: article.custom,
            word_count: article.word_count,
            corrections: article.corrections,
            comment_count: article.comment_count,
            published_at,
            updated_at: now,
        };
        Self { publication, rendered }
    }
}
