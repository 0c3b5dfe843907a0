//! HTTP handlers for articles.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::content::view::{ArticleCard, ArticleView};
use super::desk::draft::ArticleDraft;
use super::desk::listing::{DESK, asks_for_the_desk};
use super::desk::operations::{self, ArticleChange, Saving};
use super::desk::parse;
use super::desk::views::{ArticleEditorCard, ArticleEditorView};
use super::previews::{self, Previewed};
use super::public::listing::{self, PUBLIC};
use super::public::publication::Publication;
use super::public::queries;
use super::public::trending::{self, Window};
use super::public::views::{self, PublicAnswer, load_views, measured, tags_of, tags_of_whole};
use super::publishing::{handlers as publishing, saving, trash};
use super::revisions;
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::Result;
use crate::events::KindTag;
use crate::former_slugs::Moved;
use crate::http::parameters::{self, parameter};
use crate::http::{
    Body, MAX_PAGE, Mount, NoteParameter, Page, PublishParameter, Request, Selecting, Serialized, Tags, ViewParameter, created, editor,
    editor_page, moved, no_content, public_written,
};
use crate::input::Input;
use crate::users::{Caller, GuestOr, Writer};

/// Mounts the operations.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .service(list_articles)
        .service(create_article)
        .service(read_article)
        .service(replace_article)
        .service(revise_article)
        .service(delete_article)
        .service(restore_article)
        .configure(publishing::routes)
        .configure(revisions::routes)
        .configure(trending::routes);
}

/// A public article or, with `view=editor`, the working copy.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the two answers of one operation")]
pub(crate) enum ArticleOrWorkingCopy {
    /// The public view.
    Public(Box<ArticleView>),
    /// The editor view: the working copy.
    Editor(Box<ArticleEditorView>),
}

/// An article in a list: a card, with `include=body` the whole public view, or with `view=editor` a card of the working copy.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the three kinds of items of one operation")]
pub(crate) enum ArticleItem {
    /// A public article without its text.
    Card(Box<ArticleCard>),
    /// A public article with its text.
    Whole(Box<ArticleView>),
    /// A working copy without its text.
    Editor(Box<ArticleEditorCard>),
}

/// The parameters of the list of articles: those of published articles and those of working copies.
struct ArticleList;

impl IntoParams for ArticleList {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
        let mut all = parameters::of_listing(&PUBLIC);
        let mut own = parameters::of_listing(&DESK);
        // If both lists have a parameter, the description for published articles is used; its values are valid for both lists.
        all.retain(|parameter| parameter.name != "sort" && parameter.name != "fields");
        own.retain(|parameter| parameter.name != "sort");
        let known: Vec<String> = all.iter().map(|parameter| parameter.name.clone()).collect();
        all.extend(own.into_iter().filter(|parameter| !known.contains(&parameter.name)));
        let term = "-?(title|published_at|updated_at|comments|created_at|scheduled_at)";
        all.push(parameter(
            "sort",
            "The sort fields, separated by commas, with `-` for descending order: title, published_at, updated_at, comments (the number \
             of comments) and, with `view=editor`, created_at and scheduled_at (articles that are not scheduled count as the latest). Each \
             field may occur once. The default is `-published_at`, or `-updated_at` with `view=editor`. `trending`, which cannot be \
             combined with other fields, lists the articles viewed within the `window`, most views first, then newest first, and omits \
             articles without views. The ranking is recomputed every minute; all pages of a list use the ranking of its first page.",
            serde_json::json!({"type": "string", "pattern": format!("^(trending|{term}(,{term})*)$")}),
        ));
        all.push(parameter(
            "window",
            "The period whose views `sort=trending` counts; the default is `24h`. With any other sort order, the parameter is refused.",
            serde_json::json!({"type": "string", "enum": Window::WORDS}),
        ));
        all.push(parameter(
            "view",
            "`editor` returns working copies and needs a token. A filter by `status`, `trashed`, `in_review`, `has_unpublished_changes`, \
             `scheduled_at`, `created_by` or `created_at` has the same effect.",
            serde_json::json!({"type": "string", "enum": ["editor"]}),
        ));
        all
    }
}

/// List articles
///
/// Returns published articles, newest first, without their texts. Articles of the kind `page` are listed only if the query filters
/// by `kind`. With `include=body` or `fields=body`, a page of the list ends early if it would be longer than 1 MiB, and `next`
/// continues the list. With `view=editor` or a filter that only working copies have (such as `status=draft`), returns working
/// copies: editors and administrators get all of them, other callers only their own. With `preview`, returns the articles that a
/// preview of the site shows.
#[utoipa::path(
    tag = "Articles",
    params(ArticleList, Previewed, GuestOr<Writer>),
    responses(
        (status = 200, body = Page<ArticleItem>, description = "A page of articles."),
        (status = 404, description = "The preview token is not valid for the list of articles."),
    ),
)]
#[get("/articles")]
async fn list_articles(request: Request) -> Result<HttpResponse> {
    if let Some(answer) = previews::answer_list(&request).await? {
        return Ok(answer);
    }
    let mut query = request.query();
    let asks_by_view = query.word("view", &["editor"]).is_some();
    if asks_by_view || asks_for_the_desk(&query) {
        let caller = request.caller::<Writer>().await?;
        let list = query.listing(&DESK, &request.app.secrets, "articles of the desk");
        query.finish()?;
        let (list, page) = request.read(move |app, conn| operations::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
        return editor_page(&request, &list, &page);
    }
    let window = query.word("window", Window::WORDS);
    let scope = window.as_ref().map_or_else(|| "articles".to_owned(), |window| format!("articles of {window}"));
    let list = query.listing(&PUBLIC, &request.app.secrets, &scope);
    let ranking = listing::ranking(&mut query, &list, window.as_deref());
    query.finish()?;
    let work = move |app: &App, conn: &mut Conn| {
        let (page, moment) = page(app, conn, &list, ranking)?;
        let mut tags =
            Tags::of(if listing::is_by_comments(&list) { &[KindTag::Articles, KindTag::CommentCounts] } else { &[KindTag::Articles] });
        if PUBLIC.has_days(&list) {
            tags.add_kind(KindTag::Site);
        }
        moment.into_iter().map(Window::good_until).for_each(|end| tags.hold_until(end));
        if !list.selection.wants("body") {
            let page = page.with_rows(|rows| views::cards(app, conn, rows))?;
            return Serialized::page(app, &list, &page, tags_of(&page.rows, tags));
        }
        let page = page.within((MAX_PAGE, list.is_backward()), |rows| measured(load_views(app, conn, rows)?))?;
        let tags = page.rows.iter().fold(tags, |tags, row| tags_of_whole(row, tags));
        Serialized::page(app, &list, &page, tags)
    };
    Ok(public_written(&request, request.read(work).await?))
}

/// Returns a page of published articles and, for a ranking, the time of the ranking in milliseconds.
fn page(app: &App, conn: &mut Conn, list: &PageQuery, ranking: Option<Window>) -> Result<(PageOf<Publication>, Option<i64>)> {
    match ranking {
        Some(window) => trending::page(conn, list, window, app.now()).map(|(page, moment)| (page, Some(moment))),
        None => queries::page(conn, list).map(|page| (page, None)),
    }
}

/// Create an article
///
/// Creates a draft; with `publish=true`, the same request publishes it. If no slug is given, the slug is derived from the title.
/// Slugs that a site needs for its own paths, such as `search` or `tags`, are refused. The draft is saved as the first revision.
#[utoipa::path(
    tag = "Articles",
    params(PublishParameter, NoteParameter, Caller<Writer>),
    request_body = ArticleDraft,
    responses((status = 201, body = ArticleEditorView, description = "The new article.")),
)]
#[post("/articles")]
async fn create_article(body: Body, request: Request, caller: Caller<Writer>) -> Result<HttpResponse> {
    let mut query = request.query();
    let publish = query.truth("publish");
    let note = revisions::note_of(&mut query);
    query.finish()?;
    let input = prepared(&request, body).await?;
    let view =
        request.write(move |app, conn| saving::create(app, conn, &caller, &input, Saving { publish, note: note.as_deref() })).await?;
    created(&request, &format!("/articles/{}", view.card.id), &view, view.desk.version)
}

/// Read an article
///
/// A former slug gets `308` with the current one; an article that is no longer public gets `410`. With `view=editor`, returns the
/// working copy, whose `ETag` is for conditional writes. With `preview`, returns the article as the preview shows it.
#[utoipa::path(
    tag = "Articles",
    params(Previewed, ViewParameter, Selecting<ArticleView>, GuestOr<Writer>),
    responses(
        (status = 200, body = ArticleOrWorkingCopy, description = "The article."),
        (status = 308, body = Moved, description = "The article has a new slug; `Location` is its new URL."),
    ),
)]
#[get("/articles/{article}")]
async fn read_article(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if let Some(answer) = previews::answer_article(&request, &name).await? {
        return Ok(answer);
    }
    let Some(selection) = request.selection::<ArticleView>()? else {
        let caller = request.caller::<Writer>().await?;
        let view = request.read(move |app, conn| operations::read(app, conn, &caller, &name)).await?;
        return editor(&view, view.desk.version);
    };
    let work = move |app: &App, conn: &mut Conn| match views::read_published(app, conn, &name)? {
        PublicAnswer::Here(view) => Serialized::selected(&selection, &view, tags_of_whole(&view, Tags::default())).map(Ok),
        PublicAnswer::Moved(slug) => Ok(Err(slug)),
    };
    match request.read(work).await? {
        Ok(written) => Ok(public_written(&request, written)),
        Err(slug) => moved(&request, &format!("/articles/{slug}"), &Moved { canonical_slug: slug }),
    }
}

/// Replace an article's working copy
///
/// Omitted members get their defaults. Readers see the change when it is published; with `publish=true`, the same request publishes
/// it.
#[utoipa::path(
    tag = "Articles",
    params(PublishParameter, NoteParameter, Caller<Writer>),
    request_body = ArticleDraft,
    responses((status = 200, body = ArticleEditorView, description = "The changed article.")),
)]
#[put("/articles/{article}")]
async fn replace_article(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Change an article's working copy
///
/// Takes a JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default. Readers see the
/// change when it is published; with `publish=true`, the same request publishes it.
#[utoipa::path(
    tag = "Articles",
    params(PublishParameter, NoteParameter, Caller<Writer>),
    request_body(content = ArticleDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ArticleEditorView, description = "The changed article.")),
)]
#[patch("/articles/{article}")]
async fn revise_article(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

async fn change(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let publish = query.truth("publish");
    let note = revisions::note_of(&mut query);
    query.finish()?;
    let condition = request.precondition();
    let input = prepared(&request, body).await?;
    let saved = request.write(move |app, conn| {
        let saving = Saving { publish, note: note.as_deref() };
        saving::revise(app, conn, &caller, &ArticleChange { name: &name, condition: &condition, saving }, &input)
    });
    let view = saved.await?;
    editor(&view, view.desk.version)
}

/// Renders the text of a request body before the transaction, so that other writes need not wait for it, and returns the body.
async fn prepared(request: &Request, body: Body) -> Result<Input> {
    let input = body.0.clone();
    request.compute(move |app| parse::prepare(app, &input)).await?;
    Ok(body.0)
}

/// Move an article to the trash
///
/// Readers no longer see the article; `POST …/restore` restores it as a draft. With `permanent=true`, an administrator erases the
/// article forever, with its revisions and comments. If the article was ever public, its id and slugs get `410` from then on, and
/// no other article can have them.
#[utoipa::path(
    tag = "Articles",
    params(("permanent" = Option<bool>, Query, description = "Whether to erase the article forever."), Caller<Writer>),
    responses((status = 204, description = "The article is in the trash or does not exist.")),
)]
#[delete("/articles/{article}")]
async fn delete_article(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    let mut query = request.query();
    let permanent = query.truth("permanent");
    query.finish()?;
    let condition = request.precondition();
    let work = if permanent { trash::erase } else { trash::trash };
    request.write(move |app, conn| work(app, conn, &caller, &name, &condition)).await?;
    Ok(no_content())
}

/// Restore an article from the trash
///
/// The article becomes a draft, whatever its status was before, and no publication is scheduled.
#[utoipa::path(
    tag = "Articles",
    params(Caller<Writer>),
    responses((status = 200, body = ArticleEditorView, description = "The restored article.")),
)]
#[post("/articles/{article}/restore")]
async fn restore_article(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| trash::restore(app, conn, &caller, &name)).await?;
    editor(&view, view.desk.version)
}
