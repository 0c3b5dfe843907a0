//! The usages of an image that the caller may see.

use serde::Serialize;
use utoipa::ToSchema;

use super::image::Image;
use super::queries;
use crate::db::Conn;
use crate::error::Result;
use crate::users::Caller;

/// The usages of an image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usages {
    /// The number of usages, including usages that the caller may not see.
    #[schema(example = 2, minimum = 0)]
    pub(crate) total: usize,
    /// The articles that show the image, newest first, at most 100. Editors get all articles, other callers their own articles and
    /// published articles.
    pub(crate) articles: Vec<ArticleUsage>,
    /// Authors whose portrait is the image, at most 100.
    pub(crate) authors: Vec<AuthorUsage>,
    /// Whether the site settings use the image.
    pub(crate) site: bool,
    /// The number of ad creatives that show the image.
    #[schema(example = 0, minimum = 0)]
    pub(crate) creatives: usize,
}

/// An article that shows an image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleUsage {
    /// The id of the article.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
    /// The slug of the article.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// The headline of the article.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// The publication status of the article.
    #[schema(example = "published")]
    pub(crate) status: String,
}

/// An author whose portrait is an image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthorUsage {
    /// The id of the author.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
    /// The slug of the author.
    #[schema(example = "mara-lindqvist")]
    pub(crate) slug: String,
    /// The name of the author.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
}

/// Lists the usages of an image. Drafts of others are left out, so that an image does not reveal them.
pub(super) fn usages<R>(conn: &mut Conn, caller: &Caller<R>, image: &Image) -> Result<Usages> {
    let uses = queries::uses(conn, image.id)?;
    let articles = queries::articles_showing(conn, image.id)?;
    let own = |created_by| caller.edits_all() || created_by == Some(caller.user);
    let articles = articles.into_iter().filter_map(|article| match article.published {
        _ if own(article.created_by) => {
            Some(ArticleUsage { id: article.id, slug: article.slug, title: article.title, status: article.status })
        }
        Some((slug, title)) => Some(ArticleUsage { id: article.id, slug, title, status: "published".into() }),
        None => None,
    });
    let authors = queries::authors_showing(conn, image.id)?;
    Ok(Usages {
        total: uses.len(),
        articles: articles.collect(),
        authors: authors.into_iter().map(|(id, slug, name)| AuthorUsage { id, slug, name }).collect(),
        site: uses.iter().any(|(kind, _)| kind == "site"),
        creatives: uses.iter().filter(|(kind, _)| kind == "creative").count(),
    })
}
