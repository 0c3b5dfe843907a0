//! The published copy: its row, written whole by publishing.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::article::{Article, ArticleId, ArticleKind, Content, Correction};
use super::draft::Seo;
use crate::db::{Id, Json, Timestamp, fold};
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
    /// 0 where it was published before that was measured.
    pub(crate) reading_minutes: i32,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// Only counting writes it, so that no publishing brings an old count back.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) published_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The whole published copy, as publishing writes it.
#[derive(Clone, Debug)]
pub(super) struct PublicationWithText {
    pub(super) publication: Publication,
    pub(super) rendered: Json<Rendered>,
}

/// One save, whole: what is, or can be, published.
#[derive(Clone, Debug)]
pub(super) struct Edition {
    /// Its number.
    pub(super) number: i32,
    /// What it says, and what belongs to it.
    pub(super) content: Content,
    /// Its text, ready for readers.
    pub(super) rendered: Rendered,
}

impl PublicationWithText {
    /// A save as it becomes public; its translations, comments and corrections are the article's own.
    pub(super) fn of(article: &Article, edition: Edition, published_at: Timestamp, now: Timestamp) -> Self {
        let Edition { number: _, content, rendered } = edition;
        let Content { kind, slug, title, dek, excerpt, markdown: _, locale, translation_group: _, .. } = content;
        let Content { section, hero_image, featured, comments_open, seo, custom, relations: _, .. } = content;
        let (word_count, reading_minutes) = Article::measure(&rendered);
        let publication = Publication {
            id: article.id,
            kind,
            slug,
            title_key: fold(&title),
            title,
            excerpt: excerpt.or_else(|| dek.clone()).unwrap_or_else(|| rendered.excerpt.clone()),
            dek,
            locale,
            translation_group: article.translation_group,
            section_id: section,
            hero_image_id: hero_image,
            featured,
            comments_open,
            seo: Json(seo),
            custom: Json(custom),
            word_count,
            reading_minutes,
            corrections: article.corrections.clone(),
            comment_count: article.comment_count,
            published_at,
            updated_at: now,
        };
        Self { publication, rendered: Json(rendered) }
    }
}
