//! oEmbed 1.0 (<https://oembed.com>): how other sites show a link to an article.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::articles::{self, tags_of};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::events::KindTag;
use crate::http::Tags;
use crate::pages::{self, ResolvedKind};
use crate::{redirects, site};

/// The description of a link to an article, in oEmbed 1.0 format. Empty members are omitted.
#[derive(Serialize, ToSchema)]
pub(crate) struct OEmbed {
    /// The oEmbed version.
    #[schema(example = "1.0")]
    version: &'static str,
    /// The oEmbed type: always `link`.
    #[schema(example = "link")]
    r#type: &'static str,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    title: String,
    /// The name of the first author.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mara Lind")]
    author_name: Option<String>,
    /// The URL of the first author's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://example.com/authors/mara-lind")]
    author_url: Option<String>,
    /// The site's name.
    #[schema(example = "The Harbour Post")]
    provider_name: String,
    /// The URL of the site.
    #[schema(format = "uri", example = "https://example.com")]
    provider_url: String,
    /// The URL of the article's hero image. Absent if the image is larger than `maxwidth` or `maxheight`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://api.example.com/media/9f86d081.jpg")]
    thumbnail_url: Option<String>,
    /// The width of the thumbnail, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1600)]
    thumbnail_width: Option<i32>,
    /// The height of the thumbnail, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1067)]
    thumbnail_height: Option<i32>,
}

/// The parameters of an oEmbed request.
pub(super) struct OembedRequest {
    pub(super) url: String,
    pub(super) max_width: i32,
    pub(super) max_height: i32,
}

/// Describes the article at a URL.
///
/// # Errors
/// `404` if the URL is not that of a published article of this site; `410` if the article is no longer public.
pub(super) fn describe(app: &App, conn: &mut Conn, request: &OembedRequest) -> Result<(OEmbed, Tags)> {
    let links = &app.config.links;
    if !request.url.starts_with(&links.site_url) {
        return Err(Error::not_found());
    }
    let path = links.path_within_site(&request.url).map(|path| redirects::normal(&path)).ok_or_else(Error::not_found)?;
    let (found, mut tags) = pages::at_path(app, conn, &path)?.ok_or_else(Error::not_found)?;
    let id = found.id.filter(|_| matches!(found.kind, ResolvedKind::Article | ResolvedKind::Page)).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(Error::not_found)?;
    let card = articles::cards(app, conn, &[id])?.remove(&id).ok_or_else(Error::not_found)?;
    let provider_name = site::settings(conn)?.name;
    tags.add_kind(KindTag::Site);
    let tags = tags_of(std::slice::from_ref(&card), tags);
    let picture = card.hero_image.filter(|image| image.width <= request.max_width && image.height <= request.max_height);
    let author = card.authors.into_iter().next();
    let view = OEmbed {
        version: "1.0",
        r#type: "link",
        title: card.title,
        author_name: author.as_ref().map(|author| author.name.clone()),
        author_url: author.map(|author| author.url),
        provider_name,
        provider_url: links.site_url.clone(),
        thumbnail_width: picture.as_ref().map(|image| image.width),
        thumbnail_height: picture.as_ref().map(|image| image.height),
        thumbnail_url: picture.map(|image| image.url.clone()),
    };
    Ok((view, tags))
}
