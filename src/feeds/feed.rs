//! A feed, independent of its format.

use std::fmt::Write as _;

use url::form_urlencoded::byte_serialize;

use super::text;
use crate::app::App;
use crate::articles::{self, ArticleCard, NewestArticles};
use crate::db::{Conn, Timestamp, Zone};
use crate::error::Result;
use crate::events::KindTag;
use crate::http::Tags;
use crate::images::{self, ImageView};
use crate::{authors, site, taxonomy};

/// The parameters of a feed.
pub(super) struct FeedRequest {
    pub(super) section: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) author: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) limit: usize,
    /// Whether the feed contains whole texts.
    pub(super) full: bool,
    /// The feed's own URL.
    pub(super) own: String,
}

/// A feed.
pub(super) struct Feed {
    pub(super) title: String,
    pub(super) description: String,
    /// The URL of the HTML page with the same content.
    pub(super) home: String,
    pub(super) own: String,
    pub(super) language: String,
    pub(super) logo: Option<ImageView>,
    pub(super) updated: Timestamp,
    /// The time zone of the feed's times.
    pub(super) zone: Zone,
    pub(super) entries: Vec<FeedEntry>,
}

/// An article in a feed.
pub(super) struct FeedEntry {
    /// The permanent id, independent of the URL.
    pub(super) id: String,
    pub(super) url: String,
    pub(super) title: String,
    /// The excerpt, as plain text.
    pub(super) summary: String,
    /// The whole text, as HTML.
    pub(super) html: Option<String>,
    /// The names of the authors and the URLs of their pages.
    pub(super) authors: Vec<(String, String)>,
    pub(super) categories: Vec<String>,
    pub(super) language: String,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) image: Option<ImageView>,
}

/// Builds a feed of the newest articles.
///
/// # Errors
/// `404` if the section, tag or author is unknown.
pub(super) fn make(app: &App, conn: &mut Conn, request: FeedRequest) -> Result<(Feed, Tags)> {
    let links = &app.config.links;
    let settings = site::settings(conn)?;
    let mut title = text::safe(&settings.name);
    let mut home = format!("{}/", links.site_url);
    let mut query = format!("limit={}", request.limit);
    let mut tags = Tags::of(&[KindTag::Site, KindTag::Articles]);
    let mut narrow = |name: &str, slug: &str, said: &str, url: String| {
        let _ = write!(query, "&{name}={slug}");
        let _ = write!(title, " – {}", text::safe(said));
        home = url;
    };
    if let Some(name) = &request.section {
        let section = taxonomy::read_section(app, conn, name)?;
        narrow("section", &section.slug, &section.name, section.url);
        tags.add(section.id);
    }
    if let Some(name) = &request.tag {
        let tag = taxonomy::read_tag(app, conn, name)?;
        narrow("tag", &tag.slug, &tag.name, tag.url);
        tags.add(tag.id);
    }
    if let Some(name) = &request.author {
        let card = authors::read(app, conn, name)?.basics.card;
        narrow("author", &card.slug, &card.name, card.url);
        tags.add(card.id);
    }
    if let Some(locale) = &request.locale {
        let _ = write!(query, "&locale={}", byte_serialize(locale.as_bytes()).collect::<String>());
    }
    let logo = match settings.logo {
        Some(id) => images::views(conn, links, &[id])?.remove(&id),
        None => None,
    };
    if let Some(logo) = &logo {
        tags.add(logo.id);
    }
    let NewestArticles { cards, mut texts, tags } = articles::newest(app, conn, &query, request.full, tags)?;
    let entries: Vec<FeedEntry> = cards.into_iter().map(|card| entry(texts.remove(&card.id), card)).collect();
    let feed = Feed {
        title,
        description: text::safe(settings.tagline.as_deref().unwrap_or(&settings.name)),
        home,
        own: request.own,
        language: request.locale.unwrap_or(settings.locale),
        zone: Zone::named(&settings.timezone),
        logo,
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(Timestamp::from_millis(0)),
        entries,
    };
    Ok((feed, tags))
}

fn entry(html: Option<String>, card: ArticleCard) -> FeedEntry {
    let section = card.section.iter().map(|section| section.name.as_str());
    FeedEntry {
        id: format!("urn:uuid:{}", card.id),
        title: text::safe(&card.title),
        summary: text::safe(card.excerpt.as_deref().unwrap_or_default()),
        html: html.map(|html| text::absolute(&html, &card.url)),
        authors: card.authors.iter().map(|author| (text::safe(&author.name), author.url.clone())).collect(),
        categories: section.chain(card.tags.iter().map(|tag| tag.name.as_str())).map(text::safe).collect(),
        language: card.locale,
        published: card.published_at.unwrap_or(card.updated_at),
        updated: card.updated_at,
        image: card.hero_image,
        url: card.url,
    }
}
