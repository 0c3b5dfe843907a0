//! Who shows a picture, as far as the one who asks may know.

use serde::Serialize;
use utoipa::ToSchema;

use super::image::Image;
use super::queries;
use crate::db::Conn;
use crate::error::Result;
use crate::users::Caller;

/// Who shows a picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usages {
    /// How many there are, those among them that you may not see.
    #[schema(example = 2, minimum = 0)]
    pub(crate) total: usize,
    /// Articles, the newest first, 100 at most: your own drafts, what is published; for editors all.
    pub(crate) articles: Vec<ArticleUsage>,
    /// Authors whose portrait it is, 100 at most.
    pub(crate) authors: Vec<AuthorUsage>,
    /// Whether the site as a whole shows it.
    pub(crate) site: bool,
    /// How many creatives of ads show it.
    #[schema(example = 0, minimum = 0)]
    pub(crate) creatives: usize,
}

/// An article that shows a picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleUsage {
    /// Its id.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
    /// Its address.
    #[schema(example = "tram-line-9-opens")]
    pub(crate) slug: String,
    /// Its headline.
    #[schema(example = "Tram line 9 opens")]
    pub(crate) title: String,
    /// Where it stands.
    #[schema(example = "published")]
    pub(crate) status: String,
}

/// An author whose portrait a picture is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthorUsage {
    /// Its id.
    #[schema(format = "uuid", example = "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42")]
    pub(crate) id: String,
    /// Its address.
    #[schema(example = "mara-lindqvist")]
    pub(crate) slug: String,
    /// The name.
    #[schema(example = "Mara Lindqvist")]
    pub(crate) name: String,
}

/// Who shows a picture, as far as the caller may know: nobody learns of others' drafts by a picture in them.
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
