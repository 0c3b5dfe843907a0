//! The HTTP handlers of whole pages: each unpacks a request, reads one snapshot and responds.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::operations;
use super::page::{ArticlePage, AuthorPage, HomePage, Made, SectionPage, TagPage};
use super::resolve::{self, Resolved};
use crate::app::App;
use crate::articles::{Previewed, answer_previewed_page};
use crate::db::Conn;
use crate::error::{Error, Fault, Result};
use crate::former_slugs::Moved;
use crate::http::{Mount, Request, Selecting, Serialized, moved, public_selected, public_written};
use crate::input::{Selectable, Selection};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(read_home_page)
        .service(read_article_page)
        .service(read_section_page)
        .service(read_author_page)
        .service(read_tag_page)
        .service(resolve_path);
}

/// Read the front page
///
/// Returns all content of the front page in one response.
#[utoipa::path(
    tag = "Pages",
    params(Previewed, Selecting<HomePage>),
    responses(
        (status = 200, body = HomePage, description = "The front page."),
        (status = 404, description = "The preview token is not valid for the front page."),
    ),
)]
#[get("/pages/home")]
async fn read_home_page(request: Request) -> Result<HttpResponse> {
    answer(&request, operations::home).await
}

/// Read an article's page
///
/// Returns all content of an article's page in one response. As in `GET /articles/{article}`, a former slug gets `308` with the
/// new URL, and an article that is no longer public gets `410`.
#[utoipa::path(
    tag = "Pages",
    params(Previewed, Selecting<ArticlePage>),
    responses(
        (status = 200, body = ArticlePage, description = "The page of the article."),
        (status = 308, body = Moved, description = "The article has a new slug; `Location` is the new URL of its page."),
    ),
)]
#[get("/pages/article/{article}")]
async fn read_article_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let PageParameters { token, selection } = PageParameters::of::<ArticlePage>(&request)?;
    if let Some(token) = token {
        let work = |app: &App, conn: &mut Conn, name: Option<&str>| follow_former_slug(app, conn, name.unwrap_or_default());
        return answer_previewed_page(&request, token, Some(name.into_inner()), selection, work).await;
    }
    let work = move |app: &App, conn: &mut Conn| match operations::article(app, conn, &name)? {
        Ok(Made { page, tags }) => Serialized::selected(&selection, &page, tags).map(Ok),
        Err(slug) => Ok(Err(slug)),
    };
    match request.read(work).await? {
        Ok(written) => Ok(public_written(&request, written)),
        Err(slug) => moved(&request, &format!("/pages/article/{slug}"), &Moved { canonical_slug: slug }),
    }
}

/// Read a section's page
///
/// Returns all content of a section's page in one response.
#[utoipa::path(
    tag = "Pages",
    params(Previewed, Selecting<SectionPage>),
    responses(
        (status = 200, body = SectionPage, description = "The page of the section."),
        (status = 308, body = Moved, description = "The section has a new slug; `Location` is the new URL of its page."),
    ),
)]
#[get("/pages/section/{section}")]
async fn read_section_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::section, |page| &page.section.slug).await
}

/// Read an author's page
///
/// Returns all content of an author's page in one response.
#[utoipa::path(
    tag = "Pages",
    params(Previewed, Selecting<AuthorPage>),
    responses(
        (status = 200, body = AuthorPage, description = "The page of the author."),
        (status = 308, body = Moved, description = "The author has a new slug; `Location` is the new URL of their page."),
    ),
)]
#[get("/pages/author/{author}")]
async fn read_author_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::author, |page| &page.author.basics.card.slug).await
}

/// Read a tag's page
///
/// Returns all content of a tag's page in one response.
#[utoipa::path(
    tag = "Pages",
    params(Previewed, Selecting<TagPage>),
    responses(
        (status = 200, body = TagPage, description = "The page of the tag."),
        (status = 308, body = Moved, description = "The tag has a new slug; `Location` is the new URL of its page."),
    ),
)]
#[get("/pages/tag/{tag}")]
async fn read_tag_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::tag, |page| &page.tag.slug).await
}

/// The query of a page: a preview token, and what is selected of the page.
struct PageParameters {
    token: Option<String>,
    selection: Selection,
}

impl PageParameters {
    /// Takes the parameters of a page `P`; refuses unknown ones.
    fn of<P: ToSchema + 'static>(request: &Request) -> Result<Self> {
        let mut query = request.query();
        let (token, selection) = (query.text("preview"), query.selection(Selectable::of::<P>()));
        query.finish()?;
        Ok(Self { token, selection })
    }
}

/// Responds with a page or, if the request has a preview token, with its preview.
async fn answer<P, F>(request: &Request, make: F) -> Result<HttpResponse>
where
    P: Serialize + ToSchema + Send + 'static,
    F: FnOnce(&App, &mut Conn) -> Result<Made<P>> + Send + 'static,
{
    let PageParameters { token, selection } = PageParameters::of::<P>(request)?;
    if let Some(token) = token {
        return answer_previewed_page(request, token, None, selection, move |app, conn, _| Ok(make(app, conn)?.page)).await;
    }
    let work = move |app: &App, conn: &mut Conn| {
        let Made { page, tags } = make(app, conn)?;
        Serialized::selected(&selection, &page, tags)
    };
    Ok(public_written(request, request.read(work).await?))
}

/// Responds with the page of a named resource or, for a former slug, with the page's new URL.
async fn answer_named<P>(
    request: &Request,
    name: String,
    make: fn(&App, &mut Conn, &str) -> Result<Made<P>>,
    slug: fn(&P) -> &str,
) -> Result<HttpResponse>
where
    P: Serialize + ToSchema + Send + 'static,
{
    let PageParameters { token, selection } = PageParameters::of::<P>(request)?;
    if let Some(token) = token {
        return answer_previewed_page(request, token, None, selection, move |app, conn, _| Ok(make(app, conn, &name)?.page)).await;
    }
    let work = move |app: &App, conn: &mut Conn| {
        let Made { page, tags } = make(app, conn, &name)?;
        match Moved::from(&name, slug(&page)) {
            Some(moved) => Ok(Err(moved)),
            None => Serialized::selected(&selection, &page, tags).map(Ok),
        }
    };
    match request.read(work).await? {
        Ok(written) => Ok(public_written(request, written)),
        Err(to) => {
            let folder = request.path.rsplit_once('/').map_or("", |(folder, _)| folder).trim_start_matches("/api/v1");
            moved(request, &format!("{folder}/{}", to.canonical_slug), &to)
        }
    }
}

/// Returns an article's page, also for a former slug.
fn follow_former_slug(app: &App, conn: &mut Conn, name: &str) -> Result<ArticlePage> {
    match operations::article(app, conn, name)? {
        Ok(made) => Ok(made.page),
        Err(slug) => operations::article(app, conn, &slug)?.map(|made| made.page).map_err(|_| Error::not_found()),
    }
}

/// Resolve a path
///
/// Tells a front end which content to show at a path of the site, or where to redirect the reader. Redirects take precedence; a
/// chain of redirects is followed to its last target. If no redirect begins at the path, the content is the front page, a section,
/// an author, a tag, or an article whose path matches the setting `ARTICLE_PATH`. If the path has a former slug or otherwise
/// differs from the current URL of the content, the result is a redirect to this URL. An unknown path gets `404`. The path of an
/// article that is no longer public, or of a redirect with the status 410, gets `410`.
#[utoipa::path(
    tag = "Pages",
    params(
        (
            "path" = String,
            Query,
            description = "The path from the reader's browser, percent-encoded or not. A query string is ignored.",
            max_length = 2000,
            pattern = "^/[^\\x00]*$",
        ),
        Selecting<Resolved>,
    ),
    responses(
        (status = 200, body = Resolved, description = "The content at the path, or its new URL."),
        (status = 404, description = "There is no content at the path."),
        (status = 410, description = "The content at the path is gone."),
    ),
)]
#[get("/resolve")]
async fn resolve_path(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let path = query.text("path");
    if path.as_ref().is_none_or(|path| !path.starts_with('/') || path.chars().count() > 2000) {
        query.fault(Fault::parameter("path", "invalid_value", "This must be a path of at most 2000 characters that begins with a slash."));
    }
    let selection = query.selection(Selectable::of::<Resolved>());
    query.finish()?;
    let path = path.ok_or_else(Error::not_found)?;
    let (found, tags) = request.read(move |app, conn| resolve::answer(app, conn, &path)).await?;
    public_selected(&request, &selection, &found, tags)
}
