//! The working copy without its text: all that lists of the desk need to read.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use serde_json::{Map, Value};

use super::article::{Article, ArticleId, ArticleKind, Correction, Status};
use super::draft::Seo;
use crate::db::{Id, Json, Phrase, Timestamp, phrase};
use crate::images::Image;
use crate::markdown::Rendered;
use crate::schema::articles;
use crate::taxonomy::Section;
use crate::users::User;

/// An article's own members, but for its text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles)]
pub(crate) struct Summary {
    pub(crate) id: ArticleId,
    pub(crate) kind: ArticleKind,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) title_key: String,
    pub(crate) dek: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) locale: String,
    pub(crate) translation_group: ArticleId,
    pub(crate) section_id: Option<Id<Section>>,
    pub(crate) hero_image_id: Option<Id<Image>>,
    pub(crate) featured: bool,
    pub(crate) comments_open: bool,
    pub(crate) seo: Json<Seo>,
    pub(crate) custom: Json<Map<String, Value>>,
    pub(crate) word_count: i32,
    pub(crate) reading_minutes: i32,
    pub(crate) status: Status,
    pub(crate) revision: i32,
    pub(crate) published_revision: Option<i32>,
    pub(crate) published_at: Option<Timestamp>,
    pub(crate) published_order: Timestamp,
    pub(crate) corrections: Json<Vec<Correction>>,
    pub(crate) comment_count: i32,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// When it is planned to be published; known of those that lists show alone.
    #[diesel(select_expression = planned(), select_expression_type = Phrase<Nullable<BigInt>>)]
    pub(crate) scheduled_at: Option<Timestamp>,
}

fn planned() -> Phrase<Nullable<BigInt>> {
    phrase("(SELECT article_plans.scheduled_at FROM article_plans WHERE article_plans.article_id = articles.id)".to_owned(), Vec::new())
}

impl Summary {
    /// An article's summary, its Markdown, and what was made of it.
    pub(super) fn of(article: Article) -> (Self, String, Rendered) {
        let summary = Self {
            id: article.id,
            kind: article.kind,
            slug: article.slug,
            title: article.title,
            title_key: article.title_key,
            dek: article.dek,
            excerpt: article.excerpt,
            locale: article.locale,
            translation_group: article.translation_group,
            section_id: article.section_id,
            hero_image_id: article.hero_image_id,
            featured: article.featured,
            comments_open: article.comments_open,
            seo: article.seo,
            custom: article.custom,
            word_count: article.word_count,
            reading_minutes: article.reading_minutes,
            status: article.status,
            revision: article.revision,
            published_revision: article.published_revision,
            published_at: article.published_at,
            published_order: article.published_order,
            corrections: article.corrections,
            comment_count: article.comment_count,
            created_by: article.created_by,
            version: article.version,
            created_at: article.created_at,
            updated_at: article.updated_at,
            scheduled_at: None,
        };
        (summary, article.markdown, article.rendered.0)
    }

    /// Whether the working copy holds what is not published.
    pub(super) fn has_unpublished_changes(&self) -> bool {
        self.published_revision.is_some_and(|published| published != self.revision)
    }
}
