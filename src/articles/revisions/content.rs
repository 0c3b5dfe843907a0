//! What a save says, in the members of the editor view, with what it names as it is now.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::queries;
use crate::app::App;
use crate::articles::article::{ArticleId, ArticleKind, Content};
use crate::authors::{Author, AuthorCard};
use crate::db::{Conn, Id};
use crate::error::Result;
use crate::images::{self, Image, ImageView, SocialImage};
use crate::taxonomy::{self, Section, SectionCard, Tag, TagCard};

/// What was saved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionContent {
    /// Article or standing page.
    pub(crate) kind: ArticleKind,
    /// Its address.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// The sentence under the headline.
    #[schema(example = "The first trams run on Saturday")]
    pub(crate) dek: Option<String>,
    /// What lists show; null where it is taken from the text.
    pub(crate) excerpt: Option<String>,
    /// The text.
    pub(crate) body: RevisionBody,
    /// The language that it is written in (BCP 47).
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The article that this is a translation of, by the id of the group's first.
    pub(crate) translation_of: Option<ArticleId>,
    /// The picture above the text.
    pub(crate) hero_image: Option<ImageView>,
    /// Who signs it, in order.
    pub(crate) authors: Vec<AuthorCard>,
    /// The section that it belongs to.
    pub(crate) section: Option<SectionCard>,
    /// What it is about.
    pub(crate) tags: Vec<TagCard>,
    /// Whether front ends should make much of it.
    pub(crate) featured: bool,
    /// Whether readers may comment, as far as the site lets them.
    pub(crate) comments_open: bool,
    /// What search engines and social networks are told; null where it is derived.
    pub(crate) seo: RevisionSeo,
    /// Members of the site's own.
    #[schema(value_type = Object)]
    pub(crate) custom: Map<String, Value>,
}

/// The text of a save.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionBody {
    /// The text in Markdown.
    #[schema(example = "The first trams run on **Saturday**.")]
    pub(crate) markdown: String,
}

/// What search engines and social networks are told, as it was saved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionSeo {
    /// The title for search engines.
    #[schema(example = "Tram line 9 opens on Saturday")]
    pub(crate) title: Option<String>,
    /// The description for search engines.
    #[schema(example = "Eleven stops in the east of the city.")]
    pub(crate) description: Option<String>,
    /// The address that this text is to be known under.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) canonical_url: Option<String>,
    /// The picture that networks show.
    pub(crate) image: Option<SocialImage>,
    /// Whether search engines should leave it out.
    pub(crate) noindex: bool,
}

/// Something that a save named and that can't be had any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MissingFromRevision)]
pub(crate) struct Missing {
    /// Where the save named it, as a JSON Pointer (RFC 6901).
    #[schema(example = "/authors/1")]
    pub(crate) pointer: String,
    /// What it named: an id, a slug or a language.
    #[schema(example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) value: String,
    /// Why it can't be had.
    #[schema(example = "This author is no longer there.")]
    pub(crate) detail: String,
}

impl Missing {
    pub(super) fn new(pointer: impl Into<String>, value: &impl ToString, detail: &str) -> Self {
        Self { pointer: pointer.into(), value: value.to_string(), detail: detail.to_owned() }
    }
}

/// Everything that some contents name, as far as it is still there.
pub(in crate::articles) struct Around {
    pub(super) authors: HashMap<Id<Author>, AuthorCard>,
    pub(super) tags: HashMap<Id<Tag>, TagCard>,
    pub(super) sections: HashMap<Id<Section>, SectionCard>,
    pub(super) images: HashMap<Id<Image>, ImageView>,
    pub(super) articles: HashSet<ArticleId>,
}

impl Around {
    /// Looks up what contents name, in a fixed number of queries.
    pub(in crate::articles) fn load(app: &App, conn: &mut Conn, contents: &[&Content]) -> Result<Self> {
        let links = &app.config.links;
        let own = contents.iter().flat_map(|content| [content.hero_image, content.seo.image].into_iter().flatten());
        let mut wanted: HashSet<Id<Image>> =
            own.chain(contents.iter().flat_map(|content| content.relations.images.iter().copied())).collect();
        let authors: Vec<Id<Author>> = contents.iter().flat_map(|content| content.relations.authors.iter().copied()).collect();
        let authors = queries::authors(conn, &authors)?;
        wanted.extend(authors.iter().filter_map(|author| author.avatar_id));
        let images = images::views(conn, links, &wanted.into_iter().collect::<Vec<_>>())?;
        let card = |author: &Author| author.card(links, author.avatar_id.and_then(|id| images.get(&id).cloned()));
        let authors = authors.iter().map(|author| (author.id, card(author))).collect();
        let tags: Vec<Id<Tag>> = contents.iter().flat_map(|content| content.relations.tags.iter().copied()).collect();
        let tags = queries::tags(conn, &tags)?.iter().map(|tag| (tag.id, tag.card(links))).collect();
        let sections: Vec<Id<Section>> = contents.iter().filter_map(|content| content.section).collect();
        let sections = taxonomy::section_cards(conn, links, &sections)?;
        let groups: Vec<ArticleId> = contents.iter().map(|content| content.translation_group).collect();
        let articles = queries::existing(conn, &groups)?.into_iter().collect();
        Ok(Self { authors, tags, sections, images, articles })
    }

    /// What a save of an article says, and what it named that is gone.
    pub(super) fn content(&self, article: ArticleId, content: &Content) -> (RevisionContent, Vec<Missing>) {
        let translation_of = (content.translation_group != article).then_some(content.translation_group);
        let seo = &content.seo;
        let whole = RevisionContent {
            kind: content.kind,
            slug: content.slug.clone(),
            title: content.title.clone(),
            dek: content.dek.clone(),
            excerpt: content.excerpt.clone(),
            body: RevisionBody { markdown: content.markdown.clone() },
            locale: content.locale.clone(),
            translation_of: translation_of.filter(|id| self.articles.contains(id)),
            hero_image: content.hero_image.and_then(|id| self.images.get(&id).cloned()),
            authors: content.relations.authors.iter().filter_map(|id| self.authors.get(id).cloned()).collect(),
            section: content.section.and_then(|id| self.sections.get(&id).cloned()),
            tags: content.relations.tags.iter().filter_map(|id| self.tags.get(id).cloned()).collect(),
            featured: content.featured,
            comments_open: content.comments_open,
            seo: RevisionSeo {
                title: seo.title.clone(),
                description: seo.description.clone(),
                canonical_url: seo.canonical_url.clone(),
                image: seo.image.and_then(|id| self.images.get(&id)).map(|image| image.social()),
                noindex: seo.noindex,
            },
            custom: content.custom.clone(),
        };
        (whole, self.missing(article, content))
    }

    /// What a save of an article named that is gone.
    pub(super) fn missing(&self, article: ArticleId, content: &Content) -> Vec<Missing> {
        let mut missing = Vec::new();
        let gone_image = |id: &Id<Image>| !self.images.contains_key(id);
        if content.translation_group != article && !self.articles.contains(&content.translation_group) {
            missing.push(Missing::new("/translation_of", &content.translation_group, "This article is no longer there."));
        }
        missing
            .extend(content.hero_image.filter(gone_image).map(|id| Missing::new("/hero_image", &id, "This picture is no longer there.")));
        for (index, id) in content.relations.authors.iter().enumerate().filter(|(_, id)| !self.authors.contains_key(id)) {
            missing.push(Missing::new(format!("/authors/{index}"), id, "This author is no longer there."));
        }
        if let Some(id) = content.section.filter(|id| !self.sections.contains_key(id)) {
            missing.push(Missing::new("/section", &id, "This section is no longer there."));
        }
        for (index, id) in content.relations.tags.iter().enumerate().filter(|(_, id)| !self.tags.contains_key(id)) {
            missing.push(Missing::new(format!("/tags/{index}"), id, "This tag is no longer there."));
        }
        missing.extend(content.seo.image.filter(gone_image).map(|id| Missing::new("/seo/image", &id, "This picture is no longer there.")));
        let in_text = content.relations.images.iter().filter(|id| Some(**id) != content.seo.image);
        for id in in_text.filter(|id| gone_image(id)) {
            missing.push(Missing::new("/body/markdown", id, "The text shows this picture, which is no longer there."));
        }
        missing
    }
}
