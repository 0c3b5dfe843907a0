//! What search engines, social networks and share buttons are told.

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

/// What search engines and social networks are told. In the editor view as stored: null where it is derived.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ArticleSeo)]
pub(crate) struct SeoView {
    /// The title for search engines.
    #[schema(example = "Tram line 9 opens on Saturday")]
    pub(crate) title: Option<String>,
    /// The description for search engines.
    #[schema(example = "Eleven stops in the east of the city.")]
    pub(crate) description: Option<String>,
    /// The address that this text is to be known under.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) canonical_url: Option<String>,
    /// The picture that networks show: that which was chosen, or the one above the text.
    pub(crate) image: Option<SocialImage>,
    /// Whether search engines should leave it out.
    pub(crate) noindex: bool,
    /// The article in the words of schema.org, for a script element of the type `application/ld+json`.
    #[schema(value_type = Object)]
    pub(crate) json_ld: JsonLd,
}

/// An article in the words of <https://schema.org/NewsArticle>.
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

/// Who signs it, in the words of <https://schema.org/Person>.
#[derive(Clone, Debug, Serialize)]
struct Person {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: String,
    url: String,
}

/// What the metadata of an article is made of, besides the article.
pub(crate) struct SeoContext<'a> {
    pub(crate) url: &'a str,
    pub(crate) authors: &'a [AuthorCard],
    pub(crate) section: Option<&'a SectionCard>,
    pub(crate) hero: Option<&'a ImageView>,
    pub(crate) image: Option<&'a ImageView>,
}

/// What readers' front ends get: nothing is left empty that can be derived.
pub(crate) fn derived(input: &CardInput, around: &SeoContext<'_>) -> SeoView {
    let content = &input.content;
    let description = content.seo.0.description.clone().or_else(|| content.dek.clone()).or_else(|| content.excerpt.clone());
    SeoView {
        title: Some(content.seo.0.title.clone().unwrap_or_else(|| content.title.clone())),
        description,
        canonical_url: Some(content.seo.0.canonical_url.clone().unwrap_or_else(|| around.url.to_owned())),
        image: around.image.or(around.hero).map(|image| image.social()),
        noindex: content.seo.0.noindex,
        json_ld: json_ld(input, around),
    }
}

/// What the desk gets: as stored.
pub(crate) fn stored(input: &CardInput, around: &SeoContext<'_>) -> SeoView {
    let content = &input.content;
    SeoView {
        title: content.seo.0.title.clone(),
        description: content.seo.0.description.clone(),
        canonical_url: content.seo.0.canonical_url.clone(),
        image: around.image.map(|image| image.social()),
        noindex: content.seo.0.noindex,
        json_ld: json_ld(input, around),
    }
}

fn json_ld(input: &CardInput, around: &SeoContext<'_>) -> JsonLd {
    let content = &input.content;
    let image = around.image.or(around.hero).map(|image| image.url.clone());
    let person = |author: &AuthorCard| Person { kind: "Person", name: author.name.clone(), url: author.url.clone() };
    JsonLd {
        context: "https://schema.org",
        kind: if content.kind == ArticleKind::Article { "NewsArticle" } else { "WebPage" },
        headline: content.title.clone(),
        description: content.seo.0.description.as_ref().or(content.dek.as_ref()).or(content.excerpt.as_ref()).cloned(),
        url: around.url.to_owned(),
        main_entity_of_page: around.url.to_owned(),
        in_language: content.locale.clone(),
        date_published: input.published_at,
        date_modified: input.updated_at,
        word_count: input.word_count,
        article_section: around.section.map(|section| section.name.clone()),
        image: image.into_iter().collect(),
        author: around.authors.iter().map(person).collect(),
    }
}

/// As forms encode it; but a space is no `+`, which not every one of these takes for one.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// The addresses of the share buttons.
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
        // Every server has an address of its own; this page asks the reader for theirs.
        mastodon: format!("https://share.joinmastodon.org/#text={title}%20{address}"),
        email: format!("mailto:?subject={title}&body={address}"),
    }
}
