//! The content of a revision, with the members of the editor view and the current data of the resources it refers to.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleKind, ArticleSnapshot};
use super::super::desk::referents::Referents;
use crate::authors::AuthorCard;
use crate::images::{ImageView, SocialImage};
use crate::taxonomy::{SectionCard, TagCard};

/// The content of a revision, with the members of the editor view.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionContent {
    /// The kind: article or standing page.
    pub(crate) kind: ArticleKind,
    /// The slug: the article's name in URLs.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// The sentence under the headline.
    #[schema(example = "The first trams run on Saturday")]
    pub(crate) dek: Option<String>,
    /// The excerpt for lists; `null` if it is taken from the text.
    pub(crate) excerpt: Option<String>,
    /// The text of the article.
    pub(crate) body: RevisionBody,
    /// The language of the article, as a BCP 47 tag.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The id of the first article in the group of translations; `null` for that article itself.
    pub(crate) translation_of: Option<ArticleId>,
    /// The image above the text.
    pub(crate) hero_image: Option<ImageView>,
    /// The authors, in the order of the byline.
    pub(crate) authors: Vec<AuthorCard>,
    /// The section of the article.
    pub(crate) section: Option<SectionCard>,
    /// The tags, in order.
    pub(crate) tags: Vec<TagCard>,
    /// Whether front ends should highlight the article.
    pub(crate) featured: bool,
    /// Whether readers may comment, if the site's settings permit it.
    pub(crate) comments_open: bool,
    /// The metadata for search engines and social networks; members that are derived from the article are `null`.
    pub(crate) seo: RevisionSeo,
    /// The site's custom members.
    #[schema(value_type = Object)]
    pub(crate) custom: Map<String, Value>,
}

/// The text of a revision.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionBody {
    /// The text as Markdown.
    #[schema(example = "The first trams run on **Saturday**.")]
    pub(crate) markdown: String,
}

/// The metadata for search engines and social networks, as saved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionSeo {
    /// The title for search engines.
    #[schema(example = "Tram line 9 opens on Saturday")]
    pub(crate) title: Option<String>,
    /// The description for search engines.
    #[schema(example = "Eleven stops in the east of the city.")]
    pub(crate) description: Option<String>,
    /// The canonical URL of the article.
    #[schema(format = "iri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) canonical_url: Option<String>,
    /// The image for link previews on social networks.
    pub(crate) image: Option<SocialImage>,
    /// Whether search engines should not list the article.
    pub(crate) noindex: bool,
}

impl RevisionContent {
    /// Returns the content of a revision.
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
