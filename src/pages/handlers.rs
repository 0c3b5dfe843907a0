//! Whole pages over HTTP: unpack, one snapshot, answer.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use super::operations;
use super::page::{ArticlePage, AuthorPage, HomePage, Made, SectionPage, TagPage};
use super::resolve::{self, Resolved};
use crate::app::App;
use crate::articles::{Previewed, answer_previewed_page};
use crate::db::Conn;
use crate::error::{Error, Fault, Result};
use crate::former_slugs::Moved;
use crate::http::{Mount, Request, Written, moved, public, public_written};

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

/// Reads the front page.
///
/// Everything that the front page is made of, in one answer.
#[utoipa::path(tag = "Pages", params(Previewed), responses((status = 200, body = HomePage, description = "The page."), (status = 404, description = "The token opens nothing here.")))]
#[get("/pages/home")]
async fn read_home_page(request: Request) -> Result<HttpResponse> {
    answer(&request, operations::home).await
}

/// Reads an article's page.
///
/// Everything that an article's page is made of, in one answer. By id or slug; an old slug answers `308` with the new one, what
/// is public no more `410`, as the article itself does.
#[utoipa::path(tag = "Pages", params(("article" = String, Path, description = "Id or slug."), Previewed),
    responses((status = 200, body = ArticlePage, description = "The page."), (status = 308, body = Moved, description = "The article has moved; Location has its page.")))]
#[get("/pages/article/{article}")]
async fn read_article_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if let Some(token) = token(&request)? {
        return answer_previewed_page(&request, token, Some(name.into_inner()), |app, conn, name| {
            settled(app, conn, name.unwrap_or_default())
        })
        .await;
    }
    let work = move |app: &App, conn: &mut Conn| match operations::article(app, conn, &name)? {
        Ok(Made { page, tags }) => Written::of(&page, tags).map(Ok),
        Err(slug) => Ok(Err(slug)),
    };
    match request.read(work).await? {
        Ok(written) => Ok(public_written(&request, written)),
        Err(slug) => moved(&request, &format!("/pages/article/{slug}"), &Moved { canonical_slug: slug }),
    }
}

/// Reads a section's page.
///
/// Everything that a section's page is made of, in one answer.
#[utoipa::path(tag = "Pages", params(("section" = String, Path, description = "Id or slug."), Previewed), responses((status = 200, body = SectionPage, description = "The page."), (status = 308, body = Moved, description = "The section has another slug now; Location has its page.")))]
#[get("/pages/section/{section}")]
async fn read_section_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::section, |page| &page.section.slug).await
}

/// Reads an author's page.
///
/// Everything that an author's page is made of, in one answer.
#[utoipa::path(tag = "Pages", params(("author" = String, Path, description = "Id or slug."), Previewed), responses((status = 200, body = AuthorPage, description = "The page."), (status = 308, body = Moved, description = "The author has another slug now; Location has its page.")))]
#[get("/pages/author/{author}")]
async fn read_author_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::author, |page| &page.author.basics.card.slug).await
}

/// Reads a tag's page.
///
/// Everything that a tag's page is made of, in one answer.
#[utoipa::path(tag = "Pages", params(("tag" = String, Path, description = "Id or slug."), Previewed), responses((status = 200, body = TagPage, description = "The page."), (status = 308, body = Moved, description = "The tag has another slug now; Location has its page.")))]
#[get("/pages/tag/{tag}")]
async fn read_tag_page(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    answer_named(&request, name.into_inner(), operations::tag, |page| &page.tag.slug).await
}

/// The token of a preview, and nothing unknown besides.
fn token(request: &Request) -> Result<Option<String>> {
    let mut query = request.query();
    let token = query.text("preview");
    query.finish()?;
    Ok(token)
}

/// Answers with a page, or with what it will be.
async fn answer<P, F>(request: &Request, make: F) -> Result<HttpResponse>
where
    P: Serialize + Send + 'static,
    F: FnOnce(&App, &mut Conn) -> Result<Made<P>> + Send + 'static,
{
    if let Some(token) = token(request)? {
        return answer_previewed_page(request, token, None, move |app, conn, _| Ok(make(app, conn)?.page)).await;
    }
    let work = move |app: &App, conn: &mut Conn| {
        let Made { page, tags } = make(app, conn)?;
        Written::of(&page, tags)
    };
    Ok(public_written(request, request.read(work).await?))
}

/// Answers with the page of the subject of a name or, if that is a former slug, with where the page is now.
async fn answer_named<P>(
    request: &Request,
    name: String,
    make: fn(&App, &mut Conn, &str) -> Result<Made<P>>,
    slug: fn(&P) -> &str,
) -> Result<HttpResponse>
where
    P: Serialize + Send + 'static,
{
    if let Some(token) = token(request)? {
        return answer_previewed_page(request, token, None, move |app, conn, _| Ok(make(app, conn, &name)?.page)).await;
    }
    let work = move |app: &App, conn: &mut Conn| {
        let Made { page, tags } = make(app, conn, &name)?;
        match Moved::from(&name, slug(&page)) {
            Some(moved) => Ok(Err(moved)),
            None => Written::of(&page, tags).map(Ok),
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

/// An article's page, wherever it has moved.
fn settled(app: &App, conn: &mut Conn, name: &str) -> Result<ArticlePage> {
    match operations::article(app, conn, name)? {
        Ok(made) => Ok(made.page),
        Err(slug) => operations::article(app, conn, &slug)?.map(|made| made.page).map_err(|_| Error::not_found()),
    }
}

/// Says what stands at a path of the site.
///
/// For front ends that are asked for a path: what to show there, or where to send the reader. Redirects go first, and are
/// followed to their end; then sections, authors, tags, and articles by `ARTICLE_PATH`. An article that is asked for by an old
/// slug, or by a path that is not quite its own, has moved. `404` where nothing stands, `410` where something did.
#[utoipa::path(tag = "Pages",
    params(("path" = String, Query, description = "The path as the reader's browser has it, percent-encoded or not; a query string is passed over.", max_length = 2000, pattern = "^/[^\\x00]*$")),
    responses((status = 200, body = Resolved, description = "What stands there, or where it is now."), (status = 404, description = "Nothing stands there."), (status = 410, description = "What stood there is gone.")))]
#[get("/resolve")]
async fn resolve_path(request: Request) -> Result<HttpResponse> {
    let mut query = request.query();
    let path = query.text("path");
    if path.as_ref().is_none_or(|path| !path.starts_with('/') || path.chars().count() > 2000) {
        query.fault(Fault::parameter("path", "invalid_value", "This is a path that begins with a slash, of 2000 characters at most."));
    }
    query.finish()?;
    let path = path.ok_or_else(Error::not_found)?;
    let (found, tags) = request.read(move |app, conn| resolve::answer(app, conn, &path)).await?;
    public(&request, &found, tags)
}
