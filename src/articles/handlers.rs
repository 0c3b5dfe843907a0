//! The operations on articles over HTTP: unpack, one unit of work, answer.

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
use super::public::views::{self, PublicAnswer, measured, tags_of, tags_of_whole, whole};
use super::publishing::{handlers as publishing, saving, trash};
use super::revisions;
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Fault, Result};
use crate::events::KindTag;
use crate::former_slugs::Moved;
use crate::http::parameters::{self, parameter};
use crate::http::{
    Body, MAX_PAGE, Mount, Page, Request, Serialized, Tags, created, editor, editor_page, moved, no_content, public_written,
};
use crate::input::Input;
use crate::users::{Caller, Writer};

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
    /// What readers see.
    Public(Box<ArticleView>),
    /// What the desk sees.
    Editor(Box<ArticleEditorView>),
}

/// An item of a list of articles: whole with `include=body`, and as the desk sees it with `view=editor`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the three kinds of items of one operation")]
pub(crate) enum ArticleItem {
    /// What readers see, without the text.
    Card(Box<ArticleCard>),
    /// What readers see, with the text.
    Whole(Box<ArticleView>),
    /// What the desk sees.
    Editor(Box<ArticleEditorCard>),
}

/// The parameters of the list: those of both copies.
struct ArticleList;

impl IntoParams for ArticleList {
    fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
        let mut all = parameters::of_listing(&PUBLIC);
        let mut own = parameters::of_listing(&DESK);
        // Where both have one, the public description holds; its values go for both.
        all.retain(|parameter| parameter.name != "sort" && parameter.name != "fields");
        own.retain(|parameter| parameter.name != "sort");
        let known: Vec<String> = all.iter().map(|parameter| parameter.name.clone()).collect();
        all.extend(own.into_iter().filter(|parameter| !known.contains(&parameter.name)));
        let term = "-?(title|published_at|updated_at|comments|created_at|scheduled_at)";
        all.push(parameter(
            "sort",
            "What to sort by, separated by commas, `-` for descending: title, published_at, updated_at, comments (how many there are) and, with \
             `view=editor`, created_at and scheduled_at (what is not planned comes after all that is). Each may stand once; `-published_at` where absent, with `view=editor` `-updated_at`. Or `trending`, which \
             stands alone: the articles that were viewed within the `window`, most views first, then the newest; those that \
             nobody viewed are left out. It is made anew every minute, and its pages stay as they were when the first was asked for.",
            serde_json::json!({"type": "string", "pattern": format!("^(trending|{term}(,{term})*)$")}),
        ));
        all.push(parameter(
            "window",
            "How far back `sort=trending` looks, `24h` if absent. Refused with any other sort.",
            serde_json::json!({"type": "string", "enum": Window::WORDS}),
        ));
        all.push(parameter(
            "view",
            "`editor` asks for working copies; needs a token. A filter by `status`, `trashed`, `in_review`, `has_unpublished_changes`, `scheduled_at`, `created_by` \
             or `created_at` asks for them as well.",
            serde_json::json!({"type": "string", "enum": ["editor"]}),
        ));
        all
    }
}

/// Lists articles.
///
/// Published articles, the newest first, without their texts; pages only where `kind` asks for them. With `include=body`, a page ends
/// early where it would be longer than 1 MiB, and `next` leads on. With `view=editor`, or
/// filtered by what only working copies have (`status=draft`), the working copies that the caller may see: their own, or for editors and
/// administrators all. With `preview`, what the token of
/// a preview of the site opens.
#[utoipa::path(tag = "Articles", params(ArticleList, Previewed), security((), ("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = Page<ArticleItem>, description = "A page of articles."), (status = 404, description = "The token opens nothing.")))]
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
    if list.fields.as_ref().is_some_and(|fields| fields.iter().any(|field| field == "body")) && list.includes.is_empty() {
        query.fault(Fault::parameter("fields", "unknown_name", "Lists have the body only with include=body."));
    }
    query.finish()?;
    let work = move |app: &App, conn: &mut Conn| {
        let (page, moment) = page(app, conn, &list, ranking)?;
        let mut tags =
            Tags::of(if listing::is_by_comments(&list) { &[KindTag::Articles, KindTag::CommentCounts] } else { &[KindTag::Articles] });
        if PUBLIC.has_days(&list) {
            tags.add_kind(KindTag::Site);
        }
        moment.into_iter().map(Window::good_until).for_each(|end| tags.hold_until(end));
        if list.includes.is_empty() {
            let page = page.with_rows(|rows| views::cards(app, conn, rows))?;
            return Serialized::page(app, &list, &page, tags_of(&page.rows, tags));
        }
        let page = page.within((MAX_PAGE, list.is_backward()), |rows| measured(whole(app, conn, rows)?))?;
        let tags = page.rows.iter().fold(tags, |tags, row| tags_of_whole(row, tags));
        Serialized::page(app, &list, &page, tags)
    };
    Ok(public_written(&request, request.read(work).await?))
}

/// One page of what is published; of a ranking also the moment that it is made as of.
fn page(app: &App, conn: &mut Conn, list: &PageQuery, ranking: Option<Window>) -> Result<(PageOf<Publication>, Option<i64>)> {
    match ranking {
        Some(window) => trending::page(conn, list, window, app.now()).map(|(page, moment)| (page, Some(moment))),
        None => queries::page(conn, list).map(|page| (page, None)),
    }
}

/// Creates an article.
///
/// A draft, unless `publish=true` publishes it in the same step. The slug is made from the title where none is given; words
/// that a site needs for its own paths, such as `search` or `tags`, are refused. The save is the first revision.
#[utoipa::path(tag = "Articles", params(("publish" = Option<bool>, Query, description = "Whether to publish in the same step."),
        ("note" = Option<String>, Query, description = "What the history shall say of the save; one that changes nothing keeps none.", min_length = 1, max_length = 400, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$")), request_body = ArticleDraft,
    security(("bearer" = ["contributor", "author", "editor", "admin"])), responses((status = 201, body = ArticleEditorView, description = "The article.")))]
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

/// Reads an article.
///
/// By id or slug. An old slug answers `308` with the new one; what is public no more answers `410`. With `view=editor`, the
/// working copy, whose `ETag` guards writes. With `preview`, what the token of a preview opens.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug."), Previewed, ("view" = inline(Option<crate::http::EditorView>), Query, description = "Ask for the working copy.")),
    security((), ("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = ArticleOrWorkingCopy, description = "The article."), (status = 308, body = Moved, description = "The article has moved; Location has its address.")))]
#[get("/articles/{article}")]
async fn read_article(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    if let Some(answer) = previews::answer_article(&request, &name).await? {
        return Ok(answer);
    }
    if request.wants_editor_view()? {
        let caller = request.caller::<Writer>().await?;
        let view = request.read(move |app, conn| operations::read(app, conn, &caller, &name)).await?;
        return editor(&view, view.desk.version);
    }
    let work = move |app: &App, conn: &mut Conn| match views::read_published(app, conn, &name)? {
        PublicAnswer::Here(view) => Serialized::of(&view, tags_of_whole(&view, Tags::default())).map(Ok),
        PublicAnswer::Moved(slug) => Ok(Err(slug)),
    };
    match request.read(work).await? {
        Ok(written) => Ok(public_written(&request, written)),
        Err(slug) => moved(&request, &format!("/articles/{slug}"), &Moved { canonical_slug: slug }),
    }
}

/// Replaces an article's working copy.
///
/// Members that are left out get their defaults. Readers see nothing of it until it is published, which `publish=true` does in
/// the same step.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug."), ("publish" = Option<bool>, Query, description = "Whether to publish in the same step."),
        ("note" = Option<String>, Query, description = "What the history shall say of the save; one that changes nothing keeps none.", min_length = 1, max_length = 400, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$")), request_body = ArticleDraft,
    security(("bearer" = ["contributor", "author", "editor", "admin"])), responses((status = 200, body = ArticleEditorView, description = "The article.")))]
#[put("/articles/{article}")]
async fn replace_article(body: Body, request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    change(body, request, caller, name).await
}

/// Changes an article's working copy.
///
/// A JSON Merge Patch (RFC 7396): members that are left out stay, `null` gives the default. Readers see nothing of it until it
/// is published, which `publish=true` does in the same step.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug."), ("publish" = Option<bool>, Query, description = "Whether to publish in the same step."),
        ("note" = Option<String>, Query, description = "What the history shall say of the save; one that changes nothing keeps none.", min_length = 1, max_length = 400, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\xa0][^\\x00-\\x1f\\x7f-\\x9f]*$")),
    request_body(content = ArticleDraft, content_type = "application/merge-patch+json"), security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = ArticleEditorView, description = "The article.")))]
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

/// A body whose text is rendered already, so that no other write waits for that.
async fn prepared(request: &Request, body: Body) -> Result<Input> {
    let input = body.0.clone();
    request.compute(move |app| parse::prepare(app, &input)).await?;
    Ok(body.0)
}

/// Moves an article to the trash.
///
/// Readers see it no more; `POST …/restore` brings it back as a draft. With `permanent=true`, an administrator erases it for
/// ever, with its revisions and comments. Where it was public once, its id and addresses answer `410` from then on, and no
/// other article gets them.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug."), ("permanent" = Option<bool>, Query, description = "Whether to erase it for ever.")),
    security(("bearer" = ["contributor", "author", "editor", "admin"])), responses((status = 204, description = "It is in the trash, or there is none.")))]
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

/// Brings an article back from the trash.
///
/// It is a draft then, whatever it was before; nothing is planned for it.
#[utoipa::path(tag = "Articles", params(("article" = String, Path, description = "Id or slug.")), security(("bearer" = ["contributor", "author", "editor", "admin"])),
    responses((status = 200, body = ArticleEditorView, description = "The article.")))]
#[post("/articles/{article}/restore")]
async fn restore_article(request: Request, caller: Caller<Writer>, name: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.write(move |app, conn| trash::restore(app, conn, &caller, &name)).await?;
    editor(&view, view.desk.version)
}
