//! The views of an article: its card, and the whole article.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::content::{ArticleId, ArticleKind, Correction};
use super::seo::SeoView;
use super::text::PlainBlock;
use crate::authors::AuthorCard;
use crate::db::Timestamp;
use crate::images::ImageView;
use crate::markdown::TocEntry;
use crate::taxonomy::{SectionCard, TagCard};

/// An article without its text, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleCard {
    /// The id of the article.
    pub(crate) id: ArticleId,
    /// The kind: article or standing page.
    pub(crate) kind: ArticleKind,
    /// The slug: the article's name in URLs.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// The URL of the article's page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) url: String,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// The sentence under the headline.
    #[schema(example = "The first trams run on Saturday")]
    pub(crate) dek: Option<String>,
    /// The excerpt for lists; `null` if the text has no words. In the editor view, `null` if it is taken from the text.
    pub(crate) excerpt: Option<String>,
    /// The language of the article, as a BCP 47 tag.
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The published translations of the article.
    pub(crate) translations: Vec<Translation>,
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
    /// The number of words of the text, by the word boundaries of Unicode (UAX #29). Each Chinese or Japanese character counts as one
    /// word. In scripts without spaces between words, such as Thai, Lao, Khmer and Burmese, five characters count as one word.
    #[schema(minimum = 0, example = 640)]
    pub(crate) word_count: i32,
    /// The reading time in minutes, at 230 words or 500 Chinese or Japanese characters a minute.
    #[schema(minimum = 0, example = 3)]
    pub(crate) reading_minutes: u32,
    /// The time of the first publication; `null` if the article was never published.
    pub(crate) published_at: Option<Timestamp>,
    /// The time of the last publication; in the editor view, of the last change.
    pub(crate) updated_at: Timestamp,
    /// The corrections since the first publication, oldest first.
    pub(crate) corrections: Vec<Correction>,
    /// Whether readers can comment now, and the number of comments.
    pub(crate) comments: CommentsInfo,
    /// The URLs for share buttons; `share_networks` of the site says which of them to show.
    pub(crate) share: Share,
    /// The metadata for search engines and social networks.
    pub(crate) seo: SeoView,
    /// The site's custom members, as the custom schema for articles defines them.
    #[schema(value_type = Object)]
    pub(crate) custom: Map<String, Value>,
}

/// A published translation of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Translation {
    /// The id of the translation.
    pub(crate) id: ArticleId,
    /// The language of the translation, as a BCP 47 tag.
    #[schema(example = "de")]
    pub(crate) locale: String,
    /// The slug of the translation.
    #[schema(example = "strassenbahnlinie-9-eroeffnet")]
    pub(crate) slug: String,
}

/// The state of an article's comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentsInfo {
    /// Whether the article accepts comments now. This depends on the article, on the site's settings, and on the time since its
    /// publication.
    pub(crate) open: bool,
    /// The time when the article becomes too old for comments. A response that says `open` must not be cached beyond this time.
    #[serde(skip)]
    pub(crate) closes_at: Option<Timestamp>,
    /// The number of public comments.
    #[schema(minimum = 0, example = 12)]
    pub(crate) count: i32,
}

/// URLs that share an article, one for each network.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Share {
    /// The URL to share the article on X.
    #[schema(format = "uri", example = "https://x.com/intent/tweet?url=https%3A%2F%2Fexample.com%2Ftram&text=Tram")]
    pub(crate) x: String,
    /// The URL to share the article on Facebook.
    #[schema(format = "uri", example = "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) facebook: String,
    /// The URL to share the article by WhatsApp.
    #[schema(format = "uri", example = "https://wa.me/?text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) whatsapp: String,
    /// The URL to share the article by Telegram.
    #[schema(format = "uri", example = "https://t.me/share/url?url=https%3A%2F%2Fexample.com%2Ftram&text=Tram")]
    pub(crate) telegram: String,
    /// The URL to share the article on Reddit.
    #[schema(format = "uri", example = "https://www.reddit.com/submit?url=https%3A%2F%2Fexample.com%2Ftram&title=Tram")]
    pub(crate) reddit: String,
    /// The URL to share the article on LinkedIn.
    #[schema(format = "uri", example = "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) linkedin: String,
    /// The URL to share the article on Bluesky.
    #[schema(format = "uri", example = "https://bsky.app/intent/compose?text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) bluesky: String,
    /// The URL to share the article on Mastodon, on a page that asks for the reader's server.
    #[schema(format = "uri", example = "https://share.joinmastodon.org/#text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) mastodon: String,
    /// The URL to share the article by email.
    #[schema(example = "mailto:?subject=Tram&body=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) email: String,
}

/// A whole article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleView {
    /// All members except the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// The text of the article. Lists have it only with `include=body` or `fields=body`.
    pub(crate) body: ArticleBody,
}

/// The text of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleBody {
    /// The text as sanitised HTML.
    #[schema(example = "<p>The first trams run on <strong>Saturday</strong>.</p>")]
    pub(crate) html: String,
    /// The text as blocks, for front ends that lay it out themselves.
    pub(crate) blocks: Vec<BlockView>,
    /// The table of contents.
    pub(crate) toc: Vec<TocEntry>,
}

/// A block of a text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Block)]
#[serde(untagged)]
pub(crate) enum BlockView {
    /// An image with its current data.
    Image(Box<ImageBlock>),
    /// Any other block.
    Other(PlainBlock),
}

/// An image in the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImageBlock {
    /// The type of the block: `image`.
    #[schema(value_type = ImageBlockType)]
    pub(crate) r#type: ImageBlockType,
    /// The image.
    pub(crate) image: ImageView,
    /// The alternative text: the article's or, if that is empty, the image's own.
    #[schema(example = "A tram at the harbour")]
    pub(crate) alt: String,
    /// The caption: the article's or, if there is none, the image's own.
    pub(crate) caption: Option<String>,
}

/// The type of an image block.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImageBlockType {
    /// An image.
    Image,
}
