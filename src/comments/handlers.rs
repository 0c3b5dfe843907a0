//! HTTP handlers for comments.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::comment::{CommentView, LISTING, OwnStatus};
use super::draft::{CommentDraft, CommentRevisionDraft, ModerationDraft};
use super::moderation::{self, Decisions};
use super::posting::{self, Commenter, OwnComment, PostedComment, Poster};
use super::queue::{QUEUE, StaffComment};
use super::removal::Extent;
use super::visibility;
use super::{bans, erasure, notices, reactions, spam, threads};
use crate::articles::ArticleId;
use crate::db::PageQuery;
use crate::error::{Error, Result};
use crate::events::KindTag;
use crate::http::{
    Body, Limit, Mount, Page, Request, Tags, created, editor, editor_page, listing_parameters, no_content, private, public_page,
};
use crate::input::Input;
use crate::users::{Caller, GuestOr, Moderator};

listing_parameters!(CommentList, LISTING);
listing_parameters!(CommentQueue, QUEUE);

/// Mounts the routes.
pub(crate) fn routes(mount: &mut impl Mount) {
    mount
        .configure(bans::routes)
        .configure(spam::routes)
        .configure(reactions::routes)
        .configure(notices::routes)
        .configure(erasure::routes)
        .service(list_article_comments)
        .service(create_comment)
        .service(list_comment_replies)
        .service(list_comments)
        .service(moderate_comments)
        .service(read_comment)
        .service(revise_comment)
        .service(delete_comment);
}

fn tags(article: ArticleId) -> Tags {
    let mut tags = Tags::default();
    tags.add(article);
    tags.add_comments_of(article);
    tags
}

/// Returns the cache tags of a list of an article's comments; with filters by day, it depends on the site's time zone.
fn tags_of_list(article: ArticleId, list: &PageQuery) -> Tags {
    let mut tags = tags(article);
    if LISTING.has_days(list) {
        tags.add_kind(KindTag::Site);
    }
    tags
}

/// List an article's comments
///
/// Returns the approved top-level comments of a published article, each with its first replies: at most three per
/// comment, nested at most three levels deep. The pinned comment comes first, in every sort order. If there are more
/// replies, `replies.next` is a cursor for the comment's `/replies`.
#[utoipa::path(
    tag = "Comments",
    params(CommentList),
    responses((status = 200, body = Page<CommentView>, description = "A page of comments.")),
)]
#[get("/articles/{article}/comments")]
async fn list_article_comments(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let query = request.query();
    let (article, list, page) = request.read(move |app, conn| threads::list(app, conn, &name, query)).await?;
    public_page(&request, &list, &page, tags_of_list(article, &list))
}

/// List the replies to a comment
///
/// Returns the approved direct replies, each with its own first replies.
#[utoipa::path(
    tag = "Comments",
    params(CommentList),
    responses((status = 200, body = Page<CommentView>, description = "A page of replies.")),
)]
#[get("/articles/{article}/comments/{comment}/replies")]
async fn list_comment_replies(request: Request, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let query = request.query();
    let (article, list, page) = request.read(move |app, conn| threads::list_replies(app, conn, &path.0, &path.1, query)).await?;
    public_page(&request, &list, &page, tags_of_list(article, &list))
}

/// Write a comment
///
/// Guests send no token. `201` means that the comment is public; `202` means that it waits for approval, and is also the
/// response to spam. The `edit_token` can change or delete the comment for 15 minutes. Staff send a token and no `author_…`
/// member; their comments have the name of their profile or account and are published at once. If the article accepts no
/// comments, the response is `409`.
#[utoipa::path(
    tag = "Comments",
    params(GuestOr<Commenter>),
    request_body = CommentDraft,
    responses(
        (status = 201, body = PostedComment, description = "The published comment."),
        (status = 202, body = PostedComment, description = "The pending comment."),
    ),
)]
#[post("/articles/{article}/comments")]
async fn create_comment(body: Body, request: Request, caller: Result<Caller<Commenter>>, name: web::Path<String>) -> Result<HttpResponse> {
    let caller = if request.header("authorization").is_some() {
        Some(caller?)
    } else {
        request.app.limits.check(Limit::Comment, request.address)?;
        None
    };
    request.no_query()?;
    let program = |text: &str| text.chars().filter(|c| !c.is_control()).take(300).collect();
    let writer = Poster { caller, address: request.address.to_string(), user_agent: request.header("user-agent").map(program) };
    let input = prepared(&request, body).await?;
    let posted = request.write(move |app, conn| posting::create(app, conn, &name, &writer, &input)).await?;
    match posted.status {
        OwnStatus::Approved => created(&request, &format!("/comments/{}", posted.view.id), &posted, 1),
        OwnStatus::Pending => private(202, &posted),
    }
}

/// The maximum size of a text that is rendered on the request's own thread, in bytes.
const DEFAULT_REPLIES: usize = 2048;

/// Renders the text in advance, so that the write transaction does not have to.
async fn prepared(request: &Request, body: Body) -> Result<Input> {
    match visibility::text_to_render(&body.0) {
        // For a usual text, a thread switch would take longer than the rendering.
        Some(text) if text.len() <= DEFAULT_REPLIES => drop(request.app.renderings.comment(&text)),
        Some(text) => request.compute(move |app| drop(app.renderings.comment(&text))).await?,
        None => {}
    }
    Ok(body.0)
}

/// A changed comment, as the user who changed it may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RevisedComment {
    /// The view for moderators.
    Staff(Box<StaffComment>),
    /// The view for the comment's author, who sent the edit token.
    Own(Box<OwnComment>),
}

/// Change a comment
///
/// Takes a JSON Merge Patch (RFC 7396). With `X-Edit-Token`, the author can change the `body` within 15 minutes; on a
/// site that approves comments before publication, the comment and its replies are then hidden until it is approved
/// again. With a bearer token, moderators can change `body` and `status`; authors can do so for comments on their own
/// articles. A comment that is not `approved` hides all replies beneath it, and they return with it. `DELETE` removes
/// one comment and keeps the replies.
#[utoipa::path(
    tag = "Comments",
    params(
        ("X-Edit-Token" = Option<String>, Header, description = "The comment's `edit_token`; it takes precedence over `Authorization`."),
        GuestOr<Moderator>,
    ),
    request_body(content = CommentRevisionDraft, content_type = "application/merge-patch+json"),
    responses((status = 200, body = RevisedComment, description = "The changed comment.")),
)]
#[patch("/comments/{id}")]
async fn revise_comment(body: Body, request: Request, caller: Result<Caller<Moderator>>, id: web::Path<String>) -> Result<HttpResponse> {
    let condition = request.precondition();
    if let Some(token) = request.header("x-edit-token").map(str::to_owned) {
        request.no_query()?;
        let input = prepared(&request, body).await?;
        let own = request.write(move |app, conn| posting::revise(app, conn, &id, &token, &condition, &input)).await?;
        return private(200, &RevisedComment::Own(Box::new(own)));
    }
    let caller = caller?;
    request.no_query()?;
    let input = prepared(&request, body).await?;
    let view = request.write(move |app, conn| moderation::revise(app, conn, &caller, &id, &condition, &input)).await?;
    let version = view.version;
    editor(&RevisedComment::Staff(Box::new(view)), version)
}

/// Delete a comment
///
/// A comment without replies is removed forever. A comment with replies loses its text and its author's name forever
/// and stays in its place as `erased`, so that other people's replies are kept; it is removed with its last reply.
/// Allowed for the author with `X-Edit-Token` within 15 minutes, and for moderators. With `thread=true`, which only
/// moderators can send, all replies beneath the comment are deleted, too. To hide a comment for a while, reject it:
/// that hides all replies beneath it.
#[utoipa::path(
    tag = "Comments",
    params(
        ("thread" = Option<bool>, Query, description = "Whether to delete all replies beneath the comment, too; for moderators only."),
        ("X-Edit-Token" = Option<String>, Header, description = "The comment's `edit_token`; it takes precedence over `Authorization`."),
        GuestOr<Moderator>,
    ),
    responses((status = 204, description = "The comment no longer exists.")),
)]
#[delete("/comments/{id}")]
async fn delete_comment(request: Request, caller: Result<Caller<Moderator>>, id: web::Path<String>) -> Result<HttpResponse> {
    let condition = request.precondition();
    if let Some(token) = request.header("x-edit-token").map(str::to_owned) {
        let mut query = request.query();
        let thread = query.truth("thread");
        query.finish()?;
        if thread {
            return Err(Error::forbidden("An edit token can delete one comment only; moderators can delete threads."));
        }
        request.write(move |app, conn| posting::delete(app, conn, &id, &token, &condition)).await?;
        return Ok(no_content());
    }
    let caller = caller?;
    let mut query = request.query();
    let extent = if query.truth("thread") { Extent::Thread } else { Extent::One };
    query.finish()?;
    request.write(move |app, conn| moderation::delete(app, conn, &caller, &id, extent, &condition)).await?;
    Ok(no_content())
}

/// List comments for moderation
///
/// Returns all comments, whatever their status, newest first. Authors get the comments on their own articles, without
/// email address, IP address and user agent, and cannot filter by these either.
#[utoipa::path(
    tag = "Comments",
    params(CommentQueue, Caller<Moderator>),
    responses((status = 200, body = Page<StaffComment>, description = "A page of comments.")),
)]
#[get("/comments")]
async fn list_comments(request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    let list = moderation::parse_query(&request.app, &caller, request.query())?;
    let (list, page) = request.read(move |app, conn| moderation::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Moderate many comments
///
/// Applies the decision to all comments. If one of them is unknown, or the caller may not moderate it, no comment changes. A comment
/// that is not `approved` hides all replies beneath it.
#[utoipa::path(
    tag = "Comments",
    params(Caller<Moderator>),
    request_body = ModerationDraft,
    responses((status = 200, body = Decisions, description = "The result for each comment.")),
)]
#[post("/comments/moderate")]
async fn moderate_comments(body: Body, request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    request.no_query()?;
    let decisions = request.write(move |app, conn| moderation::moderate(app, conn, &caller, &body.0)).await?;
    private(200, &decisions)
}

/// Read a comment
///
/// Returns the comment as moderators see it. Readers get comments from their article.
#[utoipa::path(tag = "Comments", params(Caller<Moderator>), responses((status = 200, body = StaffComment, description = "The comment.")))]
#[get("/comments/{id}")]
async fn read_comment(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| moderation::read(app, conn, &caller, &id)).await?;
    editor(&view, view.version)
}
