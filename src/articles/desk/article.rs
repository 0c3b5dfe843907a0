//! The working copy: its row, and what saving makes of it.

use std::ops::Deref;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::super::content::content::{ArticleId, ArticleSnapshot, Content, Correction, Relations, WorkingContent};
use crate::db::{Id, Json, SqlFragment, Timestamp, fold, sql_fragment, text_enum};
use crate::markdown::Rendered;
use crate::schema::{article_texts, articles, revisions};
use crate::users::{User, UserId};

text_enum! {
    /// Where it stands.
    pub(crate) enum Status {
        /// Not public.
        Draft = "draft",
        /// Not public yet: it will be at a time.
        Scheduled = "scheduled",
        /// Public.
        Published = "published",
        /// In the trash.
        Trashed = "trashed",
    }
}

/// An article's own members, but for its text; what belongs to it is in [`Relations`].
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = articles, treat_none_as_null = true)]
pub(crate) struct Article {
    pub(crate) id: ArticleId,
    #[diesel(embed)]
    pub(crate) content: WorkingContent,
    pub(crate) title_key: String,
    pub(crate) excerpt: Option<String>,
    pub(crate) word_count: i32,
    /// 0 where it was saved before that was measured.
    pub(crate) reading_minutes: i32,
    pub(crate) status: Status,
    pub(crate) revision: i32,
    pub(crate) published_revision: Option<i32>,
    pub(crate) published_at: Option<Timestamp>,
    /// What lists sort by: when it was published or, before that, made.
    pub(crate) published_order: Timestamp,
    pub(crate) corrections: Json<Vec<Correction>>,
    /// Only counting writes it, so that no save brings an old count back.
    #[diesel(skip_update)]
    pub(crate) comment_count: i32,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) version: i32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// The text of a working copy, apart from what lists and states need.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = article_texts, primary_key(article_id))]
pub(crate) struct ArticleText {
    pub(crate) article_id: ArticleId,
    pub(crate) markdown: String,
    pub(crate) rendered: Json<Rendered>,
}

/// A working copy as lists of the desk need it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = articles)]
pub(crate) struct ListedArticle {
    #[diesel(embed)]
    pub(crate) article: Article,
    /// When it is planned to be published.
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

/// A save.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revisions)]
pub(crate) struct Revision {
    pub(crate) article_id: ArticleId,
    pub(crate) number: i32,
    pub(crate) content: Json<ArticleSnapshot>,
    pub(crate) note: Option<String>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) created_at: Timestamp,
    /// The article's version that the save made; unknown of the oldest.
    pub(crate) version: Option<i32>,
}

impl Article {
    /// A new article, not saved yet.
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

    /// Replaces what the article says; `rendered` is its text.
    pub(crate) fn set_content(&mut self, content: Content, rendered: &Rendered, now: Timestamp) {
        (self.word_count, self.reading_minutes) = measure(rendered);
        self.title_key = fold(&content.title);
        self.excerpt.clone_from(&content.excerpt);
        self.content = content.into();
        self.touch(now);
    }

    /// Counts a change.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// What a revision would keep of it.
    pub(crate) fn snapshot(&self, text: &ArticleText, relations: Relations) -> ArticleSnapshot {
        let content = self.content.clone().with_excerpt(self.excerpt.clone());
        ArticleSnapshot { content, markdown: text.markdown.clone(), relations }
    }

    /// Whether the working copy holds what is not published.
    pub(crate) fn has_unpublished_changes(&self) -> bool {
        self.published_revision.is_some_and(|published| published != self.revision)
    }
}

/// How many words a text has, and how many minutes reading takes.
pub(crate) fn measure(rendered: &Rendered) -> (i32, i32) {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    (number(rendered.words), number(rendered.minutes))
}
