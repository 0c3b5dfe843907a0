//! A feed as JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>). Empty members are omitted.

use serde::Serialize;
use utoipa::ToSchema;

use super::feed::{Feed, FeedEntry};
use crate::db::Zone;
use crate::error::Result;

/// The media type.
pub(super) const TYPE: &str = "application/feed+json";

/// A feed in JSON Feed 1.1 format.
#[derive(Serialize, ToSchema)]
pub(crate) struct JsonFeed {
    /// The URL of the format's version.
    #[schema(example = "https://jsonfeed.org/version/1.1")]
    version: &'static str,
    /// The feed's title.
    #[schema(example = "The Harbour Post")]
    title: String,
    /// The URL of the HTML page with the same content.
    #[schema(format = "uri", example = "https://example.com/")]
    home_page_url: String,
    /// The feed's own URL.
    #[schema(format = "uri", example = "https://api.example.com/feeds/feed.json")]
    feed_url: String,
    /// The site's tagline, or its name.
    #[schema(example = "News from both banks of the river")]
    description: String,
    /// The URL of the site's logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://api.example.com/media/9f86d081.png")]
    icon: Option<String>,
    /// The feed's language, as a BCP 47 tag.
    #[schema(example = "en")]
    language: String,
    /// The articles, newest first.
    items: Vec<JsonFeedItem>,
}

/// An article in a JSON feed.
#[derive(Serialize, ToSchema)]
pub(crate) struct JsonFeedItem {
    /// The permanent id of the article, independent of its URL.
    #[schema(example = "urn:uuid:019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    id: String,
    /// The URL of the article's page.
    #[schema(format = "uri", example = "https://example.com/tram-line-9-opens")]
    url: String,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    title: String,
    /// The whole text, as HTML. Absent if the feed contains excerpts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "<p>The first trams run on <strong>Saturday</strong>.</p>")]
    content_html: Option<String>,
    /// The excerpt, as plain text. Present if `content_html` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "The first trams run on Saturday.")]
    content_text: Option<String>,
    /// The excerpt, as plain text.
    #[schema(example = "The first trams run on Saturday.")]
    summary: String,
    /// The URL of the article's hero image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://api.example.com/media/9f86d081.jpg")]
    image: Option<String>,
    /// The time of the first publication, in RFC 3339 format, in the site's time zone.
    #[schema(example = "2026-01-31T20:30:00.000-08:00")]
    date_published: String,
    /// The time of the last publication, in RFC 3339 format, in the site's time zone.
    #[schema(example = "2026-01-31T20:30:00.000-08:00")]
    date_modified: String,
    /// The authors, in the order of the byline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    authors: Vec<JsonFeedAuthor>,
    /// The names of the section and the tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["City", "Public transport"]))]
    tags: Vec<String>,
    /// The article's language, as a BCP 47 tag.
    #[schema(example = "en")]
    language: String,
}

/// An author of an article in a JSON feed.
#[derive(Serialize, ToSchema)]
pub(crate) struct JsonFeedAuthor {
    /// The author's name.
    #[schema(example = "Mara Lind")]
    name: String,
    /// The URL of the author's page.
    #[schema(format = "uri", example = "https://example.com/authors/mara-lind")]
    url: String,
}

/// Writes a feed.
pub(super) fn write(feed: Feed) -> Result<Vec<u8>> {
    let feed = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: feed.title,
        home_page_url: feed.home,
        feed_url: feed.own,
        description: feed.description,
        icon: feed.logo.map(|logo| logo.url.clone()),
        language: feed.language,
        items: feed.entries.into_iter().map(|entry| item(entry, &feed.zone)).collect(),
    };
    Ok(serde_json::to_vec(&feed)?)
}

fn item(entry: FeedEntry, zone: &Zone) -> JsonFeedItem {
    JsonFeedItem {
        id: entry.id,
        url: entry.url,
        title: entry.title,
        // JSON Feed requires `content_html` or `content_text` in every item.
        content_text: entry.html.is_none().then(|| entry.summary.clone()),
        content_html: entry.html,
        summary: entry.summary,
        image: entry.image.map(|image| image.url.clone()),
        date_published: zone.rfc3339(entry.published),
        date_modified: zone.rfc3339(entry.updated),
        authors: entry.authors.into_iter().map(|(name, url)| JsonFeedAuthor { name, url }).collect(),
        tags: entry.categories,
        language: entry.language,
    }
}
