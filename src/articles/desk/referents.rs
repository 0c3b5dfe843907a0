//! The existing resources that snapshots refer to: authors, tags, sections, images and articles.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::referent_queries as queries;
use crate::app::App;
use crate::authors::{Author, AuthorCard};
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::images::{self, Image, ImageView};
use crate::taxonomy::{self, Section, SectionCard, Tag, TagCard};

/// A reference in a revision that can no longer be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MissingFromRevision)]
pub(crate) struct Missing {
    /// The place of the reference in the revision, as a JSON Pointer (RFC 6901).
    #[schema(example = "/authors/1")]
    pub(crate) pointer: String,
    /// The referenced id, slug or language.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) value: String,
    /// The reason why the reference cannot be restored.
    #[schema(example = "This author no longer exists.")]
    pub(crate) detail: String,
}

impl Missing {
    pub(crate) fn new(pointer: impl Into<String>, value: &impl ToString, detail: &str) -> Self {
        Self { pointer: pointer.into(), value: value.to_string(), detail: detail.to_owned() }
    }
}

/// The existing resources that some snapshots refer to.
pub(crate) struct Referents {
    pub(crate) authors: HashMap<Id<Author>, AuthorCard>,
    pub(crate) tags: HashMap<Id<Tag>, TagCard>,
    pub(crate) sections: HashMap<Id<Section>, SectionCard>,
    pub(crate) images: HashMap<Id<Image>, ImageView>,
    pub(crate) articles: HashSet<ArticleId>,
}

impl Referents {
    /// Loads the resources that snapshots refer to, in a fixed number of queries.
    pub(crate) fn load(app: &App, conn: &mut Conn, snapshots: &[&ArticleSnapshot]) -> Result<Self> {
        let links = &app.config.links;
        let own = snapshots.iter().flat_map(|snapshot| [snapshot.content.hero_image, snapshot.content.seo.0.image].into_iter().flatten());
        let mut wanted: HashSet<Id<Image>> =
            own.chain(snapshots.iter().flat_map(|snapshot| snapshot.relations.images.iter().copied())).collect();
        let authors: Vec<Id<Author>> = snapshots.iter().flat_map(|snapshot| snapshot.relations.authors.iter().copied()).collect();
        let authors = queries::authors(conn, &authors)?;
        wanted.extend(authors.iter().filter_map(|author| author.avatar_id));
        let images = images::views(conn, links, &wanted.into_iter().collect::<Vec<_>>())?;
        let card = |author: &Author| author.card(links, author.avatar_id.and_then(|id| images.get(&id).cloned()));
        let authors = authors.iter().map(|author| (author.id, card(author))).collect();
        let tags: Vec<Id<Tag>> = snapshots.iter().flat_map(|snapshot| snapshot.relations.tags.iter().copied()).collect();
        let tags = queries::tags(conn, &tags)?.iter().map(|tag| (tag.id, tag.card(links))).collect();
        let sections: Vec<Id<Section>> = snapshots.iter().filter_map(|snapshot| snapshot.content.section).collect();
        let sections = taxonomy::section_cards(conn, links, &sections)?;
        let groups: Vec<ArticleId> = snapshots.iter().map(|snapshot| snapshot.content.translation_group).collect();
        let articles = queries::existing(conn, &groups)?.into_iter().collect();
        Ok(Self { authors, tags, sections, images, articles })
    }

    /// Returns the references of a revision to deleted resources.
    pub(crate) fn missing(&self, article: ArticleId, snapshot: &ArticleSnapshot) -> Vec<Missing> {
        let ArticleSnapshot { content, relations, markdown: _ } = snapshot;
        let mut missing = Vec::new();
        let gone_image = |id: &Id<Image>| !self.images.contains_key(id);
        if content.translation_group != article && !self.articles.contains(&content.translation_group) {
            missing.push(Missing::new("/translation_of", &content.translation_group, "This article no longer exists."));
        }
        missing.extend(content.hero_image.filter(gone_image).map(|id| Missing::new("/hero_image", &id, "This image no longer exists.")));
        for (index, id) in relations.authors.iter().enumerate().filter(|(_, id)| !self.authors.contains_key(id)) {
            missing.push(Missing::new(format!("/authors/{index}"), id, "This author no longer exists."));
        }
        if let Some(id) = content.section.filter(|id| !self.sections.contains_key(id)) {
            missing.push(Missing::new("/section", &id, "This section no longer exists."));
        }
        for (index, id) in relations.tags.iter().enumerate().filter(|(_, id)| !self.tags.contains_key(id)) {
            missing.push(Missing::new(format!("/tags/{index}"), id, "This tag no longer exists."));
        }
        missing.extend(content.seo.0.image.filter(gone_image).map(|id| Missing::new("/seo/image", &id, "This image no longer exists.")));
        let in_text = relations.images.iter().filter(|id| Some(**id) != content.seo.0.image);
        for id in in_text.filter(|id| gone_image(id)) {
            missing.push(Missing::new("/body/markdown", id, "The text shows this image, which no longer exists."));
        }
        missing
    }
}
