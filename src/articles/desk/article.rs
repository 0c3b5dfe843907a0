//! The working copy: its row, its text and its revisions.

use std::ops::Deref;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::super::content::content::{ArticleId, ArticleSnapshot, Content, Correction, Relations, WorkingContent};
use crate::db::{Id, Json, SqlFragment, Timestamp, fold, sql_fragment, text_enum};
use crate::markdown::Rendered;
use crate::schema::{article_texts, articles, revisions};
use crate::users::{User, UserId};

text_enum! {
    /// The publication status of an article.
    pub(crate) enum Status {
        /// The article is not public.
        Draft = "draft",
        /// The article is not public, but its publication is scheduled.
        Scheduled = "scheduled",
        /// The article is public.
        Published = "published",
        /// The article is in the trash.
        Trashed = "trashed",
    }
}

/// The row of a working copy, without its text; [`Relations`] holds its relations.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = articles, treat_none_as_null = true)]
pub(crate) struct Article {
    pub(crate) id: ArticleId,
    #[diesel(embed)]
    pub(crate) content: WorkingContent,
    pub(crate) title_key: String,
    pub(crate) excerpt: Option<String>,
    pub(crate) word_count: i32,
    /// 0 for articles saved before reading times were stored.
    pub(crate) reading_minutes: i32,
    pub(crate) status: Status,
    pub(crate) revision: i32,
    pub(crate) published_revision: Option<i32>,
    pub(crate) published_at: Option<Timestamp>,
    /// The time that lists sort by: the first publication or, before that, the creation.
    pub(crate) published_order: Timestamp,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// Written only when comments are counted, so that a save cannot restore an old count.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The text of a working copy; lists and changes of the status do not load it.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = article_texts, primary_key(article_id))]
pub(crate) struct ArticleText {
    pub(crate) article_id: ArticleId,
    pub(crate) markdown: String,
    pub(crate) rendered: Json<Rendered>,
}

/// A working copy in the editors' lists.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles)]
pub(crate) struct ListedArticle {
    #[diesel(embed)]
    pub(crate) article: Article,
    /// The time of the scheduled publication.
    #[diesel(select_expression = planned(), select_expression_type = SqlFragment<Nullable<BigInt>>)]
    pub(crate) scheduled_at: Option<Timestamp>,
}

impl Deref for ListedArticle {
    type Target = Article;

    fn deref(&self) -> &Article {
        &self.article
    }
}

fn planned() -> SqlFragment<Nullable<BigInt>> {
    sql_fragment(
        "(SELECT article_plans.scheduled_at FROM article_plans WHERE article_plans.article_id = articles.id)".to_owned(),
        Vec::new(),
    )
}

/// A stored revision.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revisions)]
pub(crate) struct Revision {
    pub(crate) article_id: ArticleId,
    pub(crate) number: i32,
    pub(crate) content: Json<ArticleSnapshot>,
    pub(crate) note: Option<String>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) created_at: Timestamp,
    /// The version of the article that the save created; `None` for the oldest revisions.
    pub(crate) version: Option<i32>,
}

impl Article {
    /// Creates an article that is not saved yet.
    pub(crate) fn new(id: ArticleId, content: Content, rendered: &Rendered, created_by: UserId, now: Timestamp) -> Self {
        let (word_count, reading_minutes) = measure(rendered);
        Self {
            id,
            title_key: fold(&content.title),
            excerpt: content.excerpt.clone(),
            content: content.into(),
            word_count,
            reading_minutes,
            status: Status::Draft,
            revision: 0,
            published_revision: None,
            published_at: None,
            published_order: now,
            corrections: Json(Vec::new()),
            comment_count: 0,
            created_by: Some(created_by),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Replaces the content of the article; `rendered` is its text.
    pub(crate) fn set_content(&mut self, content: Content, rendered: &Rendered, now: Timestamp) {
        (self.word_count, self.reading_minutes) = measure(rendered);
        self.title_key = fold(&content.title);
        self.excerpt.clone_from(&content.excerpt);
        self.content = content.into();
        self.touch(now);
    }

    /// Raises the version.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// Returns the content that a revision would store.
    pub(crate) fn snapshot(&self, text: &ArticleText, relations: Relations) -> ArticleSnapshot {
        let content = self.content.clone().with_excerpt(self.excerpt.clone());
        ArticleSnapshot { content, markdown: text.markdown.clone(), relations }
    }

    /// Checks whether the working copy differs from the published revision.
    pub(crate) fn has_unpublished_changes(&self) -> bool {
        self.published_revision.is_some_and(|published| published != self.revision)
    }
}

/// Returns the number of words of a text, and its reading time in minutes.
pub(crate) fn measure(rendered: &Rendered) -> (i32, i32) {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    (number(rendered.words), number(rendered.minutes))
}
