//! What a save says, in the members of the editor view, with what it names as it is now.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleKind, ArticleSnapshot};
use super::super::desk::referents::Referents;
use crate::authors::AuthorCard;
use crate::images::{ImageView, SocialImage};
use crate::taxonomy::{SectionCard, TagCard};

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

impl RevisionContent {
    /// What a save of an article says.
    pub(super) fn of(article: ArticleId, snapshot: &ArticleSnapshot, referents: &Referents) -> Self {
        let ArticleSnapshot { content, markdown, relations } = snapshot;
        let translation_of = (content.translation_group != article).then_some(content.translation_group);
        let seo = &content.seo.0;
        Self {
            kind: content.kind,
            slug: content.slug.clone(),
            title: content.title.clone(),
            dek: content.dek.clone(),
            excerpt: content.excerpt.clone(),
            body: RevisionBody { markdown: markdown.clone() },
            locale: content.locale.clone(),
            translation_of: translation_of.filter(|id| referents.articles.contains(id)),
            hero_image: content.hero_image.and_then(|id| referents.images.get(&id).cloned()),
            authors: relations.authors.iter().filter_map(|id| referents.authors.get(id).cloned()).collect(),
            section: content.section.and_then(|id| referents.sections.get(&id).cloned()),
            tags: relations.tags.iter().filter_map(|id| referents.tags.get(id).cloned()).collect(),
            featured: content.featured,
            comments_open: content.comments_open,
            seo: RevisionSeo {
                title: seo.title.clone(),
                description: seo.description.clone(),
                canonical_url: seo.canonical_url.clone(),
                image: seo.image.and_then(|id| referents.images.get(&id)).map(|image| image.social()),
                noindex: seo.noindex,
            },
            custom: content.custom.0.clone(),
        }
    }
}
