//! HTTP handlers for previews, and for reading with a preview token.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, delete, get, post, web};
use utoipa::openapi::path::Parameter;

use super::super::content::view::ArticleView;
use super::super::desk::listing::PREVIEW;
use super::super::public::listing::{self, PUBLIC};
use super::super::public::queries as published_queries;
use super::super::public::views::{PublicAnswer, load_views, measured, read_published};
use super::preview::{ArticlePreviewDraft, LISTING, NewPreview, PreviewView, SitePreviewDraft};
use super::simulation::{self, Simulation};
use super::{operations, reading};
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::http::parameters::parameter;
use crate::http::{
    MAX_PAGE, Mount, OptionalBody, Page, Request, created, editor_page, listing_parameters, no_content, private, private_selected,
};
use crate::input::{Selectable, Selection};
use crate::users::{Caller, Editor, Writer};

listing_parameters!(PreviewList, LISTING);

/// The version of every preview: previews never change.
const VERSION: i32 = 1;

/// Mounts the operations.
pub(in crate::articles) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_article_previews)
        .service(create_article_preview)
        .service(read_article_preview)
        .service(delete_article_preview)
        .service(list_site_previews)
        .service(create_site_preview)
        .service(read_site_preview)
        .service(delete_site_preview);
}

/// The parameter that holds a preview token.
pub(crate) struct Previewed;

impl utoipa::IntoParams for Previewed {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<Parameter> {
        vec![parameter(
            "preview",
            "The token of a preview, which shows unpublished content in the public view. If the token is not valid for this request, the \
             response is `404`.",
            serde_json::json!({"type": "string", "maxLength": 200}),
        )]
    }
}

/// Returns the article that the request's preview token shows; `None` if the request has no token.
pub(in crate::articles) async fn answer_article(request: &Request, name: &str) -> Result<Option<HttpResponse>> {
    let mut query = request.query();
    let Some(token) = query.text("preview") else { return Ok(None) };
    let selection = query.selection(Selectable::of::<ArticleView>());
    query.finish()?;
    let (name, shown) = (name.to_owned(), token.clone());
    let view = match request.read(move |app, conn| reading::time(app, conn, &token)).await? {
        None => request.read(move |app, conn| reading::read(app, conn, &shown, &name)).await?,
        Some(at) => simulation::read(request, Simulation::Until(at), move |app, conn| published(app, conn, &name)).await?,
    };
    Ok(Some(unlisted(private_selected(&selection, &view)?)))
}

/// Returns the list that the request's preview token shows; `None` if the request has no token.
pub(in crate::articles) async fn answer_list(request: &Request) -> Result<Option<HttpResponse>> {
    let mut query = request.query();
    let Some(token) = query.text("preview") else { return Ok(None) };
    let shown = token.clone();
    let time = request.read(move |app, conn| reading::time(app, conn, &shown)).await?;
    let secrets = &request.app.secrets;
    let list = if time.is_some() {
        let list = query.listing(&PUBLIC, secrets, "articles as of a time");
        if listing::ranking(&mut query, &list, None).is_some() {
            query.fault(Fault::parameter("sort", "unknown_name", "A preview of the site at a later time cannot be sorted by views."));
        }
        list
    } else {
        query.listing(&PREVIEW, secrets, "articles of a preview")
    };
    let whole = list.selection.wants("body");
    query.finish()?;
    let (list, page) = match time {
        None => request.read(move |app, conn| reading::list(app, conn, &token, &list).map(|page| (list, page))).await?,
        Some(at) => {
            simulation::read(request, Simulation::Until(at), move |app, conn| public_page_of(app, conn, &list).map(|page| (list, page)))
                .await?
        }
    };
    let answer = if whole { editor_page(request, &list, &page) } else { editor_page(request, &list, &reading::cards(page)?) };
    Ok(Some(unlisted(answer?)))
}

/// Returns the page that a preview token shows, as the public will see it; `article` is the article of the page.
pub(crate) async fn answer_page<T, F>(
    request: &Request,
    token: String,
    article: Option<String>,
    selection: Selection,
    reading: F,
) -> Result<HttpResponse>
where
    T: serde::Serialize + Send + 'static,
    F: FnOnce(&App, &mut Conn, Option<&str>) -> Result<T> + Send + 'static,
{
    let (simulation, name) = request.read(move |app, conn| reading::simulation(app, conn, &token, article)).await?;
    let page = simulation::read(request, simulation, move |app, conn| reading(app, conn, name.as_deref())).await?;
    Ok(unlisted(private_selected(&selection, &page)?))
}

/// Returns the published article with an id, slug or former slug.
fn published(app: &App, conn: &mut Conn, name: &str) -> Result<ArticleView> {
    match read_published(app, conn, name)? {
        PublicAnswer::Here(view) => Ok(*view),
        PublicAnswer::Moved(slug) => match read_published(app, conn, &slug)? {
            PublicAnswer::Here(view) => Ok(*view),
            PublicAnswer::Moved(_) => Err(Error::not_found()),
        },
    }
}

fn public_page_of(app: &App, conn: &mut Conn, list: &PageQuery) -> Result<PageOf<ArticleView>> {
    let page = published_queries::page(conn, list)?;
    page.within((MAX_PAGE, list.is_backward()), |rows| measured(load_views(app, conn, rows)?))
}

/// Keeps a response out of search engines.
fn unlisted(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    answer
}

/// List the previews of an article
///
/// Returns the previews that have not expired, newest first. Allowed for users who can read the working copy.
#[utoipa::path(
    tag = "Previews",
    params(PreviewList, Caller<Writer>),
    responses((status = 200, body = Page<PreviewView>, description = "A page of previews.")),
)]
#[get("/articles/{article}/previews")]
async fn list_article_previews(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let article = request.read(move |_, conn| operations::article(conn, &caller, &name)).await?;
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, &format!("previews of {article}"));
    query.finish()?;
    let (list, page) =
        request.read(move |app, conn| operations::list_of_article(app, conn, article, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create a preview of an article
///
/// People with the link see the current working copy in the public view (`GET /articles/{article}?preview=…`, or its page at `GET
/// /pages/article/{article}?preview=…`), until the preview expires or is revoked. The token is only in this response: the server
/// stores its hash. Users who can read the working copy can create a preview; it works as long as its creator can read the working
/// copy.
#[utoipa::path(
    tag = "Previews",
    params(Caller<Writer>),
    request_body = ArticlePreviewDraft,
    responses((status = 201, body = NewPreview, description = "The new preview, with its token.")),
)]
#[post("/articles/{article}/previews")]
async fn create_article_preview(
    body: OptionalBody,
    request: Request,
    caller: Caller<Writer>,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    request.no_query()?;
    let preview = request.write(move |app, conn| operations::create_of_article(app, conn, &caller, &name, &body.0)).await?;
    let article = preview.view.article_id.map(|id| id.to_string()).unwrap_or_default();
    created(&request, &format!("/articles/{article}/previews/{}", preview.view.id), &preview, VERSION)
}

/// Read a preview of an article
///
/// Returns the user who created the preview, the time of creation, and the time of expiry, but not the token.
#[utoipa::path(
    tag = "Previews",
    params(Caller<Writer>),
    responses((status = 200, body = PreviewView, description = "The preview, without its token.")),
)]
#[get("/articles/{article}/previews/{preview}")]
async fn read_article_preview(request: Request, caller: Caller<Writer>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    request.no_query()?;
    let (name, id) = path.into_inner();
    let read = request.read(move |app, conn| {
        let article = operations::article(conn, &caller, &name)?;
        operations::read(app, conn, Some(article), &id)
    });
    private(200, &read.await?)
}

/// Revoke a preview of an article
///
/// The token stops working at once.
#[utoipa::path(tag = "Previews", params(Caller<Writer>), responses((status = 204, description = "The preview no longer exists.")))]
#[delete("/articles/{article}/previews/{preview}")]
async fn delete_article_preview(request: Request, caller: Caller<Writer>, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    request.no_query()?;
    let (name, id) = path.into_inner();
    let write = request.write(move |app, conn| {
        let article = operations::article(conn, &caller, &name)?;
        operations::delete(app, conn, &caller, Some(article), &id)
    });
    write.await?;
    Ok(no_content())
}

/// List the previews of the site
///
/// Returns the previews that have not expired, newest first.
#[utoipa::path(
    tag = "Previews",
    params(PreviewList, Caller<Editor>),
    responses((status = 200, body = Page<PreviewView>, description = "A page of previews.")),
)]
#[get("/previews")]
async fn list_site_previews(request: Request, _caller: Caller<Editor>) -> Result<HttpResponse> {
    let mut query = request.query();
    let list = query.listing(&LISTING, &request.app.secrets, "previews of the site");
    query.finish()?;
    let (list, page) = request.read(move |app, conn| operations::list_of_site(app, conn, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Create a preview of the site
///
/// With `at`, the token shows articles, the list of articles (`GET /articles?preview=…`) and whole pages (`GET
/// /pages/home?preview=…`) as readers will see them at that time, after all publications and ends scheduled until then. Without `at`,
/// it shows articles, their pages and the list of articles as if every working copy outside the trash were published. The token is
/// only in this response: the server stores its hash.
#[utoipa::path(
    tag = "Previews",
    params(Caller<Editor>),
    request_body = SitePreviewDraft,
    responses((status = 201, body = NewPreview, description = "The new preview, with its token.")),
)]
#[post("/previews")]
async fn create_site_preview(body: OptionalBody, request: Request, caller: Caller<Editor>) -> Result<HttpResponse> {
    request.no_query()?;
    let preview = request.write(move |app, conn| operations::create_of_site(app, conn, &caller, &body.0)).await?;
    created(&request, &format!("/previews/{}", preview.view.id), &preview, VERSION)
}

/// Read a preview of the site
///
/// Returns the user who created the preview, the time as of which it shows the site, and the time of expiry, but not the token.
#[utoipa::path(
    tag = "Previews",
    params(Caller<Editor>),
    responses((status = 200, body = PreviewView, description = "The preview, without its token.")),
)]
#[get("/previews/{preview}")]
async fn read_site_preview(request: Request, _caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    private(200, &request.read(move |app, conn| operations::read(app, conn, None, &id)).await?)
}

/// Revoke a preview of the site
///
/// The token stops working at once.
#[utoipa::path(tag = "Previews", params(Caller<Editor>), responses((status = 204, description = "The preview no longer exists.")))]
#[delete("/previews/{preview}")]
async fn delete_site_preview(request: Request, caller: Caller<Editor>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    request.write(move |app, conn| operations::delete(app, conn, &caller, None, &id)).await?;
    Ok(no_content())
}
