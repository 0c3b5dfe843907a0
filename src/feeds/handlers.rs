//! The HTTP handlers of feeds, sitemaps and oEmbed: each unpacks a request, reads one snapshot and responds.

use actix_web::{HttpResponse, get, web};
use utoipa::IntoParams;

use super::feed::{self, Feed};
use super::json_feed::{self, JsonFeed};
use super::oembed::{self, OEmbed};
use super::{atom, rss, sitemap};
use crate::error::{Error, Fault, Result};
use crate::http::parameters::parameter;
use crate::http::{Mount, Request, public, public_document};
use crate::input::Kind;

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(read_rss_feed)
        .service(read_atom_feed)
        .service(read_json_feed)
        .service(read_sitemap_index)
        .service(read_news_sitemap)
        .service(read_sitemap)
        .service(read_oembed);
}

/// The parameters of a feed.
struct FeedParameters;

impl IntoParams for FeedParameters {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
        let text = |least: u32| serde_json::json!({"type": "string", "minLength": least, "maxLength": 400, "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*$"});
        vec![
            parameter("section", "The section of the returned articles, by id or slug.", text(1)),
            parameter("tag", "A tag of the returned articles, by id or slug.", text(1)),
            parameter("author", "An author of the returned articles, by id or slug.", text(1)),
            parameter("locale", "The language of the returned articles.", text(0)),
            parameter(
                "content",
                "Whether to return whole texts or excerpts; the default is the setting `FEED_CONTENT`.",
                serde_json::json!({"type": "string", "enum": ["full", "summary"]}),
            ),
            parameter(
                "limit",
                "The maximum number of articles.",
                serde_json::json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
            ),
        ]
    }
}

/// Read the RSS feed
///
/// Returns the newest articles as RSS 2.0. Images are enclosures and authors are `dc:creator`. An item's `guid` never changes, even
/// if the URL does.
#[utoipa::path(
    tag = "Feeds",
    params(FeedParameters),
    responses(
        (status = 200, body = String, content_type = "application/rss+xml", description = "The feed."),
        (status = 304, description = "The client already has this response."),
        (status = 404, description = "There is no such section, tag or author."),
    ),
)]
#[get("/feeds/rss.xml")]
async fn read_rss_feed(request: Request) -> Result<HttpResponse> {
    answer(&request, rss::TYPE, rss::write).await
}

/// Read the Atom feed
///
/// Returns the newest articles as Atom (RFC 4287).
#[utoipa::path(
    tag = "Feeds",
    params(FeedParameters),
    responses(
        (status = 200, body = String, content_type = "application/atom+xml", description = "The feed."),
        (status = 304, description = "The client already has this response."),
        (status = 404, description = "There is no such section, tag or author."),
    ),
)]
#[get("/feeds/atom.xml")]
async fn read_atom_feed(request: Request) -> Result<HttpResponse> {
    answer(&request, atom::TYPE, atom::write).await
}

/// Read the JSON feed
///
/// Returns the newest articles as JSON Feed 1.1.
#[utoipa::path(
    tag = "Feeds",
    params(FeedParameters),
    responses(
        (status = 200, body = JsonFeed, content_type = "application/feed+json", description = "The feed."),
        (status = 304, description = "The client already has this response."),
        (status = 404, description = "There is no such section, tag or author."),
    ),
)]
#[get("/feeds/feed.json")]
async fn read_json_feed(request: Request) -> Result<HttpResponse> {
    answer(&request, json_feed::TYPE, json_feed::write).await
}

async fn answer(request: &Request, content_type: &'static str, write: fn(Feed) -> Result<Vec<u8>>) -> Result<HttpResponse> {
    let feed_request = parse_request(request)?;
    let (body, tags, updated) = request
        .read(move |app, conn| {
            let (feed, tags) = feed::make(app, conn, feed_request)?;
            let updated = feed.updated;
            Ok((write(feed)?, tags, updated))
        })
        .await?;
    Ok(public_document(request, content_type, body, &tags, Some(updated)))
}

fn parse_request(request: &Request) -> Result<feed::FeedRequest> {
    let mut query = request.query();
    let links = &request.app.config.links;
    let raw = request.raw_query();
    let own = if raw.is_empty() { String::new() } else { format!("?{raw}") };
    let mut name = |parameter: &str| query.key(parameter, Kind::Text).map(|key| key.text());
    let (section, tag, author, locale) = (name("section"), name("tag"), name("author"), name("locale"));
    let content = query.word("content", &["full", "summary"]);
    let limit = query.limit();
    query.finish()?;
    Ok(feed::FeedRequest {
        section,
        tag,
        author,
        locale,
        limit,
        full: content.map_or(request.app.config.feeds.full, |content| content == "full"),
        own: format!("{}{}{own}", links.api_url, request.path),
    })
}

/// Read the sitemap index
///
/// Returns the list of all sitemaps, for search engines; name it in the site's `robots.txt`. Articles with `noindex` are in no sitemap.
#[utoipa::path(
    tag = "Feeds",
    responses(
        (status = 200, body = String, content_type = "application/xml", description = "The index."),
        (status = 304, description = "The client already has this response."),
    ),
)]
#[get("/sitemap.xml")]
async fn read_sitemap_index(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let (body, tags) = request.read(sitemap::index).await?;
    Ok(public_document(&request, sitemap::TYPE, body, &tags, None))
}

/// Read the news sitemap
///
/// Returns the articles of the last 48 hours, at most 1000, in Google News format.
#[utoipa::path(
    tag = "Feeds",
    responses(
        (status = 200, body = String, content_type = "application/xml", description = "The sitemap."),
        (status = 304, description = "The client already has this response."),
    ),
)]
#[get("/sitemap-news.xml")]
async fn read_news_sitemap(request: Request) -> Result<HttpResponse> {
    request.no_query()?;
    let (body, tags) = request.read(sitemap::news).await?;
    Ok(public_document(&request, sitemap::TYPE, body, &tags, None))
}

/// Read a sitemap
///
/// Reads a sitemap that the index names. `articles-2026-03.xml` lists the articles published in that month (a month with more
/// than 50,000 articles has one sitemap per day); `site.xml` lists the front page, sections, tags and authors.
#[utoipa::path(
    tag = "Feeds",
    responses(
        (status = 200, body = String, content_type = "application/xml", description = "The sitemap."),
        (status = 304, description = "The client already has this response."),
    ),
)]
#[get("/sitemaps/{sitemap}")]
async fn read_sitemap(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let (body, tags) = request.read(move |app, conn| sitemap::read(app, conn, &name)).await?;
    Ok(public_document(&request, sitemap::TYPE, body, &tags, None))
}

/// Describe the embedding of an article
///
/// Returns how other sites can show a link to an article, as oEmbed 1.0. Only URLs of published articles and pages of this site
/// are accepted.
#[utoipa::path(
    tag = "Feeds",
    params(
        ("url" = String, Query, description = "The URL of the article on the readers' site.", min_length = 1, max_length = 2000),
        ("maxwidth" = Option<i32>, Query, description = "The maximum width of the thumbnail, in pixels.", minimum = 1),
        ("maxheight" = Option<i32>, Query, description = "The maximum height of the thumbnail, in pixels.", minimum = 1),
        ("format" = inline(Option<JsonOnly>), Query, description = "The format of the response."),
    ),
    responses(
        (status = 200, body = OEmbed, description = "The description of the article."),
        (status = 304, description = "The client already has this response."),
        (status = 404, description = "The URL is not the URL of a published article."),
        (status = 410, description = "The article is no longer public."),
    ),
)]
#[get("/oembed")]
async fn read_oembed(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let url = query.text("url").filter(|url| (1..=2000).contains(&url.chars().count()));
    if url.is_none() {
        query.fault(Fault::parameter("url", "required", "Give the URL of an article, with at most 2000 characters."));
    }
    let mut bound = |name: &str| match query.key(name, Kind::Int).map(|key| key.int()) {
        Some(pixels) if pixels < 1 => {
            query.fault(Fault::parameter(name, "out_of_range", "This must be at least 1.").bound("min", 1));
            0
        }
        Some(pixels) => i32::try_from(pixels).unwrap_or(i32::MAX),
        None => i32::MAX,
    };
    let (max_width, max_height) = (bound("maxwidth"), bound("maxheight"));
    query.word("format", &["json"]);
    query.finish()?;
    let oembed_request = oembed::OembedRequest { url: url.ok_or_else(Error::not_found)?, max_width, max_height };
    let (view, tags) = request.read(move |app, conn| oembed::describe(app, conn, &oembed_request)).await?;
    public(&request, &view, tags)
}

/// The only supported oEmbed format.
#[derive(Clone, Copy, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JsonOnly {
    /// JSON.
    Json,
}
