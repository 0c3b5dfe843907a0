//! The working copy: its row, and what saving makes of it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::draft::{ArticleDraft, Seo};
use crate::authors::Author;
use crate::db::{Id, Json, Timestamp, fold, text_enum};
use crate::images::Image;
use crate::markdown::{self, Rendered};
use crate::schema::{articles, revisions};
use crate::taxonomy::{Section, Tag};
use crate::users::User;

/// The id of an article.
pub(crate) type ArticleId = Id<Article>;

text_enum! {
    /// What sort of text it is.
    pub(crate) enum ArticleKind {
        /// News: in lists and feeds.
        Article = "article",
        /// A standing page, such as About: in no list that does not ask for pages.
        Page = "page",
    }
}

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

/// A correction, shown to readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Correction {
    /// When it was made.
    pub(crate) at: Timestamp,
    /// What was wrong.
    #[schema(example = "An earlier version gave the wrong year.")]
    pub(crate) note: String,
}

/// An article's own members; what it was called, is in [`Relations`].
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = articles, treat_none_as_null = true)]
pub(crate) struct Article {
    pub(crate) id: ArticleId,
    pub(crate) kind: ArticleKind,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) title_key: String,
    pub(crate) dek: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) markdown: String,
    pub(crate) rendered: Json<Rendered>,
    pub(crate) locale: String,
    pub(crate) translation_group: ArticleId,
    pub(crate) section_id: Option<Id<Section>>,
    pub(crate) hero_image_id: Option<Id<Image>>,
    pub(crate) featured: bool,
    pub(crate) comments_open: bool,
    pub(crate) seo: Json<Seo>,
    pub(crate) custom: Json<Map<String, Value>>,
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

/// The content of one save, as a revision keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) kind: ArticleKind,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) dek: Option<String>,
    pub(crate) excerpt: Option<String>,
    pub(crate) markdown: String,
    pub(crate) locale: String,
    pub(crate) translation_group: ArticleId,
    pub(crate) section: Option<Id<Section>>,
    pub(crate) hero_image: Option<Id<Image>>,
    pub(crate) featured: bool,
    pub(crate) comments_open: bool,
    pub(crate) seo: Seo,
    pub(crate) custom: Map<String, Value>,
    pub(crate) relations: Relations,
}

/// A save.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = revisions)]
pub(crate) struct Revision {
    pub(crate) article_id: ArticleId,
    pub(crate) number: i32,
    pub(crate) content: Json<Content>,
    pub(crate) note: Option<String>,
    pub(crate) created_by: Option<Id<User>>,
    pub(crate) created_at: Timestamp,
    /// The article's version that the save made; unknown of the oldest.
    pub(crate) version: Option<i32>,
}

/// What a draft needs to become an article, besides itself.
pub(super) struct Settled {
    pub(super) slug: String,
    pub(super) markdown: String,
    pub(super) rendered: Rendered,
    pub(super) translation_group: ArticleId,
}

impl Article {
    /// An article that nothing is known of yet.
    pub(super) fn blank(created_by: Id<User>, now: Timestamp) -> Self {
        let id = Id::new(now);
        Self {
            id,
            kind: ArticleKind::Article,
            slug: String::new(),
            title: String::new(),
            title_key: String::new(),
            dek: None,
            excerpt: None,
            markdown: String::new(),
            rendered: Json(Rendered::default()),
            locale: String::new(),
            translation_group: id,
            section_id: None,
            hero_image_id: None,
            featured: false,
            comments_open: true,
            seo: Json(Seo::default()),
            custom: Json(Map::new()),
            word_count: 0,
            reading_minutes: 0,
            status: Status::Draft,
            revision: 0,
            published_revision: None,
            published_at: None,
            published_order: now,
            corrections: Json(Vec::new()),
            comment_count: 0,
            created_by: Some(created_by),
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// What a draft makes of it; every member is taken over.
    pub(super) fn revise(&mut self, draft: ArticleDraft, settled: Settled, now: Timestamp) {
        let ArticleDraft { title, kind, slug: _, dek, excerpt, body: _, hero_image, authors: _, section, tags: _, locale, .. } = &draft;
        self.kind = *kind;
        self.title_key = fold(title);
        self.title.clone_from(title);
        self.dek.clone_from(dek);
        self.excerpt.clone_from(excerpt);
        self.hero_image_id = *hero_image;
        self.section_id = *section;
        self.locale.clone_from(locale);
        let ArticleDraft { translation_of: _, featured, comments_open, seo, custom, .. } = draft;
        self.featured = featured;
        self.comments_open = comments_open;
        self.seo = Json(seo);
        self.custom = Json(custom.0);
        let Settled { slug, markdown, rendered, translation_group } = settled;
        self.slug = slug;
        self.markdown = markdown;
        self.take_text(rendered);
        self.translation_group = translation_group;
        self.touch(now);
    }

    /// Takes over what was saved once; what belongs to it is given back.
    pub(super) fn adopt(&mut self, content: Content, rendered: Rendered, now: Timestamp) -> Relations {
        let Content { kind, slug, title, dek, excerpt, markdown, locale, translation_group, .. } = content;
        self.kind = kind;
        self.slug = slug;
        self.title_key = fold(&title);
        self.title = title;
        self.dek = dek;
        self.excerpt = excerpt;
        self.markdown = markdown;
        self.take_text(rendered);
        self.locale = locale;
        self.translation_group = translation_group;
        let Content { section, hero_image, featured, comments_open, seo, custom, relations, .. } = content;
        self.section_id = section;
        self.hero_image_id = hero_image;
        self.featured = featured;
        self.comments_open = comments_open;
        self.seo = Json(seo);
        self.custom = Json(custom);
        self.touch(now);
        relations
    }

    fn take_text(&mut self, rendered: Rendered) {
        (self.word_count, self.reading_minutes) = Self::measure(&rendered);
        self.rendered = Json(rendered);
    }

    /// How many words a text has, and how many minutes reading takes.
    pub(super) fn measure(rendered: &Rendered) -> (i32, i32) {
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        (number(rendered.words), number(rendered.minutes))
    }

    /// Counts a change.
    pub(super) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// What a revision keeps.
    pub(super) fn content(&self, relations: &Relations) -> Content {
        Content {
            kind: self.kind,
            slug: self.slug.clone(),
            title: self.title.clone(),
            dek: self.dek.clone(),
            excerpt: self.excerpt.clone(),
            markdown: self.markdown.clone(),
            locale: self.locale.clone(),
            translation_group: self.translation_group,
            section: self.section_id,
            hero_image: self.hero_image_id,
            featured: self.featured,
            comments_open: self.comments_open,
            seo: self.seo.0.clone(),
            custom: self.custom.0.clone(),
            relations: relations.clone(),
        }
    }

    /// How many minutes reading takes: as measured or, of what was saved before that was done, by its words.
    pub(super) fn reading_minutes(word_count: i32, measured: i32) -> u32 {
        let measured = u32::try_from(measured).unwrap_or_default();
        if measured > 0 { measured } else { markdown::reading_minutes(u32::try_from(word_count).unwrap_or_default()) }
    }
}
