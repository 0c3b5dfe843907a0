//! oEmbed 1.0 (<https://oembed.com>): how other sites show a link to an article.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::articles::{self, tags_of};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::http::Tags;
use crate::pages::{self, ResolvedKind};
use crate::{redirects, site};

/// How to show a link to an article, in the form of oEmbed 1.0; what is empty is left out.
#[derive(Serialize, ToSchema)]
pub(crate) struct OEmbed {
    /// The form that it has.
    #[schema(example = "1.0")]
    version: &'static str,
    /// What it is: `link`.
    #[schema(example = "link")]
    r#type: &'static str,
    /// The headline.
    #[schema(example = "Tram line 9 opens")]
    title: String,
    /// Who signs it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mara Lind")]
    author_name: Option<String>,
    /// Their page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://example.com/authors/mara-lind")]
    author_url: Option<String>,
    /// The site's name.
    #[schema(example = "The Harbour Post")]
    provider_name: String,
    /// The site.
    #[schema(format = "uri", example = "https://example.com")]
    provider_url: String,
    /// The picture above the text, where it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", example = "https://api.example.com/media/9f86d081.jpg")]
    thumbnail_url: Option<String>,
    /// Its width, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1600)]
    thumbnail_width: Option<i32>,
    /// Its height, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, example = 1067)]
    thumbnail_height: Option<i32>,
}

/// What is asked.
pub(super) struct Asked {
    pub(super) url: String,
    pub(super) max_width: i32,
    pub(super) max_height: i32,
}

/// How to show the article at an address.
///
/// # Errors
/// `404` for every address that is no published article's of this site, `410` where one was.
pub(super) fn describe(app: &App, conn: &mut Conn, asked: &Asked) -> Result<(OEmbed, Tags)> {
    let links = &app.config.links;
    if !asked.url.starts_with(&links.site_url) {
        return Err(Error::not_found());
    }
    let path = links.path_within_site(&asked.url).map(|path| redirects::normal(&path)).ok_or_else(Error::not_found)?;
    let (found, mut tags) = pages::at_path(app, conn, &path)?.ok_or_else(Error::not_found)?;
    let id = found.id.filter(|_| matches!(found.kind, ResolvedKind::Article | ResolvedKind::Page)).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(Error::not_found)?;
    let card = articles::cards(app, conn, &[id])?.remove(&id).ok_or_else(Error::not_found)?;
    let provider_name = site::settings(conn)?.name;
    tags.add_kind("site");
    let tags = tags_of(std::slice::from_ref(&card), tags);
    let picture = card.hero_image.filter(|image| image.width <= asked.max_width && image.height <= asked.max_height);
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
