//! Metadata for search engines and social networks, and URLs for share buttons.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use super::cards::CardInput;
use super::content::ArticleKind;
use super::view::Share;
use crate::authors::AuthorCard;
use crate::db::Timestamp;
use crate::images::{ImageView, SocialImage};
use crate::taxonomy::SectionCard;

/// The metadata for search engines and social networks. In the editor view, members that are not set are `null`; in the public
/// view, they are derived from the article.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ArticleSeo)]
pub(crate) struct SeoView {
    /// The title for search engines.
    #[schema(example = "Tram line 9 opens on Saturday")]
    pub(crate) title: Option<String>,
    /// The description for search engines.
    #[schema(example = "Eleven stops in the east of the city.")]
    pub(crate) description: Option<String>,
    /// The canonical URL of the article.
    #[schema(format = "iri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) canonical_url: Option<String>,
    /// The image for link previews on social networks: the chosen image or else the image above the text. In the editor view, only the
    /// chosen image.
    pub(crate) image: Option<SocialImage>,
    /// Whether search engines should not list the article.
    pub(crate) noindex: bool,
    /// The article as schema.org data, for a script element of the type `application/ld+json`.
    #[schema(value_type = Object)]
    pub(crate) json_ld: JsonLd,
}

/// An article as <https://schema.org/NewsArticle>.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JsonLd {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    headline: String,
    description: Option<String>,
    url: String,
    main_entity_of_page: String,
    in_language: String,
    date_published: Option<Timestamp>,
    date_modified: Timestamp,
    word_count: i32,
    article_section: Option<String>,
    image: Vec<String>,
    author: Vec<Person>,
}

/// An author as <https://schema.org/Person>.
#[derive(Clone, Debug, Serialize)]
struct Person {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: String,
    url: String,
}

/// The data that an article's metadata is derived from, besides the article.
pub(crate) struct SeoContext<'a> {
    pub(crate) url: &'a str,
    pub(crate) authors: &'a [AuthorCard],
    pub(crate) section: Option<&'a SectionCard>,
    pub(crate) hero: Option<&'a ImageView>,
    pub(crate) image: Option<&'a ImageView>,
}

/// Returns the metadata for readers: empty members are derived from the article.
pub(crate) fn derived(input: &CardInput, seo: &SeoContext<'_>) -> SeoView {
    let content = &input.content;
    let description = content.seo.0.description.clone().or_else(|| content.dek.clone()).or_else(|| content.excerpt.clone());
    SeoView {
        title: Some(content.seo.0.title.clone().unwrap_or_else(|| content.title.clone())),
        description,
        canonical_url: Some(content.seo.0.canonical_url.clone().unwrap_or_else(|| seo.url.to_owned())),
        image: seo.image.or(seo.hero).map(|image| image.social()),
        noindex: content.seo.0.noindex,
        json_ld: json_ld(input, seo),
    }
}

/// Returns the metadata for editors: empty members stay empty.
pub(crate) fn stored(input: &CardInput, seo: &SeoContext<'_>) -> SeoView {
    let content = &input.content;
    SeoView {
        title: content.seo.0.title.clone(),
        description: content.seo.0.description.clone(),
        canonical_url: content.seo.0.canonical_url.clone(),
        image: seo.image.map(|image| image.social()),
        noindex: content.seo.0.noindex,
        json_ld: json_ld(input, seo),
    }
}

fn json_ld(input: &CardInput, seo: &SeoContext<'_>) -> JsonLd {
    let content = &input.content;
    let image = seo.image.or(seo.hero).map(|image| image.url.clone());
    let person = |author: &AuthorCard| Person { kind: "Person", name: author.name.clone(), url: author.url.clone() };
    JsonLd {
        context: "https://schema.org",
        kind: if content.kind == ArticleKind::Article { "NewsArticle" } else { "WebPage" },
        headline: content.title.clone(),
        description: content.seo.0.description.as_ref().or(content.dek.as_ref()).or(content.excerpt.as_ref()).cloned(),
        url: seo.url.to_owned(),
        main_entity_of_page: seo.url.to_owned(),
        in_language: content.locale.clone(),
        date_published: input.published_at,
        date_modified: input.updated_at,
        word_count: input.word_count,
        article_section: seo.section.map(|section| section.name.clone()),
        image: image.into_iter().collect(),
        author: seo.authors.iter().map(person).collect(),
    }
}

/// The encoding of HTML forms, but with `%20` for a space, because not every network decodes `+` as a space.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// Returns the URLs of the share buttons.
pub(crate) fn share(url: &str, title: &str) -> Share {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let (address, title) = (encode(url), encode(title));
    Share {
        x: format!("https://x.com/intent/tweet?url={address}&text={title}"),
        facebook: format!("https://www.facebook.com/sharer/sharer.php?u={address}"),
        whatsapp: format!("https://wa.me/?text={title}%20{address}"),
        telegram: format!("https://t.me/share/url?url={address}&text={title}"),
        reddit: format!("https://www.reddit.com/submit?url={address}&title={title}"),
        linkedin: format!("https://www.linkedin.com/sharing/share-offsite/?url={address}"),
        bluesky: format!("https://bsky.app/intent/compose?text={title}%20{address}"),
        // Mastodon has many servers; this page asks readers for theirs.
        mastodon: format!("https://share.joinmastodon.org/#text={title}%20{address}"),
        email: format!("mailto:?subject={title}&body={address}"),
    }
}
