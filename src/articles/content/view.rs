//! What is shown of an article: as a card, and whole.

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
    /// Its id.
    pub(crate) id: ArticleId,
    /// Article or standing page.
    pub(crate) kind: ArticleKind,
    /// Its address.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// Its page on the readers' site.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    pub(crate) url: String,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// The sentence under the headline.
    #[schema(example = "The first trams run on Saturday")]
    pub(crate) dek: Option<String>,
    /// What lists show of the text; null where the text has no words. In the editor view as stored: null where it is taken from the text.
    pub(crate) excerpt: Option<String>,
    /// The language that it is written in (BCP 47).
    #[schema(example = "en")]
    pub(crate) locale: String,
    /// The same article in other languages.
    pub(crate) translations: Vec<Translation>,
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
    /// How many words the text has, by the word boundaries of Unicode (UAX #29). Each Chinese or Japanese character counts as one; in
    /// scripts that put no spaces between words, such as Thai, Lao, Khmer and Burmese, a word is taken to have five characters.
    #[schema(minimum = 0, example = 640)]
    pub(crate) word_count: i32,
    /// How many minutes reading takes, at 230 words or 500 Chinese or Japanese characters a minute.
    #[schema(minimum = 0, example = 3)]
    pub(crate) reading_minutes: u32,
    /// When it was first published.
    pub(crate) published_at: Option<Timestamp>,
    /// When it was last published or, in the editor view, last saved.
    pub(crate) updated_at: Timestamp,
    /// What was corrected since.
    pub(crate) corrections: Vec<Correction>,
    /// Its comments.
    pub(crate) comments: CommentsInfo,
    /// Addresses that share it; `share_networks` of the site says which to show.
    pub(crate) share: Share,
    /// What search engines and social networks are told.
    pub(crate) seo: SeoView,
    /// Members of the site's own.
    #[schema(value_type = Object)]
    pub(crate) custom: Map<String, Value>,
}

/// The same article in another language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Translation {
    /// Its id.
    pub(crate) id: ArticleId,
    /// Its language.
    #[schema(example = "de")]
    pub(crate) locale: String,
    /// Its address.
    #[schema(example = "strassenbahnlinie-9-eroeffnet")]
    pub(crate) slug: String,
}

/// The comments of an article.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CommentsInfo {
    /// Whether the article takes comments now: itself, by the site's mode, and by how long ago it was published.
    pub(crate) open: bool,
    /// When time alone will close them: no answer that says `open` may be kept beyond.
    #[serde(skip)]
    pub(crate) closes_at: Option<Timestamp>,
    /// How many there are to read.
    #[schema(minimum = 0, example = 12)]
    pub(crate) count: i32,
}

/// Addresses that share an article, one for each network that a site can name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Share {
    /// On X.
    #[schema(format = "uri", example = "https://x.com/intent/tweet?url=https%3A%2F%2Fexample.com%2Ftram&text=Tram")]
    pub(crate) x: String,
    /// On Facebook.
    #[schema(format = "uri", example = "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) facebook: String,
    /// By WhatsApp.
    #[schema(format = "uri", example = "https://wa.me/?text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) whatsapp: String,
    /// By Telegram.
    #[schema(format = "uri", example = "https://t.me/share/url?url=https%3A%2F%2Fexample.com%2Ftram&text=Tram")]
    pub(crate) telegram: String,
    /// On Reddit.
    #[schema(format = "uri", example = "https://www.reddit.com/submit?url=https%3A%2F%2Fexample.com%2Ftram&title=Tram")]
    pub(crate) reddit: String,
    /// On LinkedIn.
    #[schema(format = "uri", example = "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) linkedin: String,
    /// On Bluesky.
    #[schema(format = "uri", example = "https://bsky.app/intent/compose?text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) bluesky: String,
    /// On Mastodon, by a page that asks for the reader's server.
    #[schema(format = "uri", example = "https://share.joinmastodon.org/#text=Tram%20https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) mastodon: String,
    /// By e-mail.
    #[schema(example = "mailto:?subject=Tram&body=https%3A%2F%2Fexample.com%2Ftram")]
    pub(crate) email: String,
}

/// An article, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleView {
    /// All but the text.
    #[serde(flatten)]
    pub(crate) card: ArticleCard,
    /// The text.
    pub(crate) body: ArticleBody,
}

/// The text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ArticleBody {
    /// Sanitised HTML.
    #[schema(example = "<p>The first trams run on <strong>Saturday</strong>.</p>")]
    pub(crate) html: String,
    /// The same as blocks, for front ends that lay it out themselves.
    pub(crate) blocks: Vec<BlockView>,
    /// The headings.
    pub(crate) toc: Vec<TocEntry>,
}

/// A block of the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Block)]
#[serde(untagged)]
pub(crate) enum BlockView {
    /// A picture, as it is now.
    Image(Box<ImageBlock>),
    /// Any other block.
    Other(PlainBlock),
}

/// A picture in the text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImageBlock {
    /// `image`.
    #[schema(value_type = ImageBlockType)]
    pub(crate) r#type: ImageBlockType,
    /// The picture.
    pub(crate) image: ImageView,
    /// What it shows, as the text says it; else as the picture says it.
    #[schema(example = "A tram at the harbour")]
    pub(crate) alt: String,
    /// The caption that the text gives it; else the picture's own.
    pub(crate) caption: Option<String>,
}

/// The type of a picture in the text.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImageBlockType {
    /// A picture.
    Image,
}
