//! The operations on comments over HTTP: unpack, one unit of work, answer.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::changes;
use super::comment::{CommentView, LISTING, OwnStatus};
use super::draft::{CommentDraft, CommentRevisionDraft, ModerationDraft};
use super::moderation::{self, Decisions};
use super::posting::{self, Commenter, OwnComment, PostedComment, Poster};
use super::queue::{QUEUE, StaffComment};
use super::removal::Extent;
use super::{bans, erasure, notices, reactions, spam, threads};
use crate::articles::ArticleId;
use crate::db::PageQuery;
use crate::error::{Error, Result};
use crate::http::{
    Body, Limit, Mount, Page, Request, Tags, created, editor, editor_page, listing_parameters, no_content, private, public_page,
};
use crate::input::Input;
use crate::users::{Caller, Moderator};

listing_parameters!(CommentList, LISTING);
listing_parameters!(CommentQueue, QUEUE);

/// Mounts the operations.
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
    tags.add("article", article);
    tags.add("comments", article);
    tags
}

/// The tags of a list of its comments, in which the site's time zone says when a day begins.
fn tags_of_list(article: ArticleId, list: &PageQuery) -> Tags {
    let mut tags = tags(article);
    if LISTING.has_days(list) {
        tags.add_kind("site");
    }
    tags
}

/// Lists an article's comments.
///
/// The approved comments of a published article that answer no other, each with its first replies: three to a comment,
/// three levels deep. The pinned one comes first, in any order. Where there are more, `replies.next` is the cursor with which the comment's `/replies` go on.
#[utoipa::path(tag = "Comments", params(("article" = String, Path, description = "Id or slug."), CommentList),
    responses((status = 200, body = Page<CommentView>, description = "A page of comments.")))]
#[get("/articles/{article}/comments")]
async fn list_article_comments(request: Request, name: web::Path<String>) -> Result<HttpResponse> {
    let query = request.query();
    let (article, list, page) = request.read(move |app, conn| threads::list(app, conn, &name, query)).await?;
    public_page(&request, &list, &page, tags_of_list(article, &list))
}

/// Lists the replies to a comment.
///
/// The approved direct replies, each with its own first replies.
#[utoipa::path(tag = "Comments",
    params(("article" = String, Path, description = "Id or slug."), ("comment" = String, Path, description = "Id of a comment of this article."), CommentList),
    responses((status = 200, body = Page<CommentView>, description = "A page of replies.")))]
#[get("/articles/{article}/comments/{comment}/replies")]
async fn list_comment_replies(request: Request, path: web::Path<(String, String)>) -> Result<HttpResponse> {
    let query = request.query();
    let (article, list, page) = request.read(move |app, conn| threads::list_replies(app, conn, (&path.0, &path.1), query)).await?;
    public_page(&request, &list, &page, tags_of_list(article, &list))
}

/// Writes a comment.
///
/// Guests send no token. `201` says that the comment shows; `202` that it waits for approval, or looks as if it did.
/// `edit_token` changes or deletes it for 15 minutes. With a token, staff comment under the name of their profile or
/// account, and show at once; no `author_…` member may then be sent. An article that takes no comments answers `409`.
#[utoipa::path(tag = "Comments", params(("article" = String, Path, description = "Id or slug.")), request_body = CommentDraft,
    security((), ("bearer" = ["contributor", "author", "editor", "moderator", "admin"])),
    responses((status = 201, body = PostedComment, description = "The comment, which shows."),
        (status = 202, body = PostedComment, description = "The comment, which waits.")))]
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

/// Up to how many bytes a comment is rendered where its request is.
const USUAL: usize = 2048;

/// A body whose text is rendered already, so that no other write waits for that.
async fn prepared(request: &Request, body: Body) -> Result<Input> {
    match changes::text_to_render(&body.0) {
        // To hand a usual one to another thread would take longer.
        Some(text) if text.len() <= USUAL => drop(request.app.renderings.comment(&text)),
        Some(text) => request.compute(move |app| drop(app.renderings.comment(&text))).await?,
        None => {}
    }
    Ok(body.0)
}

/// A changed comment, as the one who changed it may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum RevisedComment {
    /// For those who look after comments.
    Staff(Box<StaffComment>),
    /// For its author, by the edit token.
    Own(Box<OwnComment>),
}

/// Changes a comment.
///
/// A JSON Merge Patch (RFC 7396). With `X-Edit-Token`, its author changes the `body` within 15 minutes; where comments
/// are approved before they show, it then waits again, and the replies to it with it. With a bearer token, those who
/// look after comments change `body` and `status`; authors, of the comments on their own articles. A comment that is not `approved`
/// hides all replies beneath it, and they come back with it; `DELETE` takes away one comment and leaves the replies.
#[utoipa::path(tag = "Comments",
    params(("id" = String, Path, description = "The comment's id."), ("X-Edit-Token" = Option<String>, Header, description = "The `edit_token` that writing the comment gave; it goes before `Authorization`.")),
    request_body(content = CommentRevisionDraft, content_type = "application/merge-patch+json"), security((), ("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = RevisedComment, description = "The comment.")))]
#[patch("/comments/{id}")]
async fn revise_comment(body: Body, request: Request, caller: Result<Caller<Moderator>>, id: web::Path<String>) -> Result<HttpResponse> {
    let condition = request.precondition();
    if let Some(token) = request.header("x-edit-token").map(str::to_owned) {
        request.no_query()?;
        let input = prepared(&request, body).await?;
        let own = request.write(move |app, conn| posting::revise(app, conn, (&id, &token), &condition, &input)).await?;
        return private(200, &RevisedComment::Own(Box::new(own)));
    }
    let caller = caller?;
    request.no_query()?;
    let input = prepared(&request, body).await?;
    let view = request.write(move |app, conn| moderation::revise(app, conn, &caller, &id, &condition, &input)).await?;
    let version = view.version;
    editor(&RevisedComment::Staff(Box::new(view)), version)
}

/// Deletes a comment.
///
/// For good. A comment without replies is removed. One with replies loses its text and its author's name and keeps its place as
/// `erased`, so that nothing that others wrote goes with it; the place is removed with the last of its replies. By its author with
/// `X-Edit-Token` within 15 minutes, or by those who look after comments. With `thread=true`, which the latter alone may send, all
/// replies beneath it are deleted as well. To hide a comment that may come back, reject it: that hides all replies beneath it.
#[utoipa::path(tag = "Comments",
    params(("id" = String, Path, description = "The comment's id."), ("thread" = Option<bool>, Query, description = "Whether to delete all replies beneath it as well; for staff."), ("X-Edit-Token" = Option<String>, Header, description = "The `edit_token` that writing the comment gave; it goes before `Authorization`.")),
    security((), ("bearer" = ["author", "editor", "moderator", "admin"])), responses((status = 204, description = "There is no such comment any more.")))]
#[delete("/comments/{id}")]
async fn delete_comment(request: Request, caller: Result<Caller<Moderator>>, id: web::Path<String>) -> Result<HttpResponse> {
    let condition = request.precondition();
    if let Some(token) = request.header("x-edit-token").map(str::to_owned) {
        let mut query = request.query();
        let thread = query.truth("thread");
        query.finish()?;
        if thread {
            return Err(Error::forbidden("An edit token deletes one comment; whole threads are deleted by those who look after comments."));
        }
        request.write(move |app, conn| posting::delete(app, conn, (&id, &token), &condition)).await?;
        return Ok(no_content());
    }
    let caller = caller?;
    let mut query = request.query();
    let extent = if query.truth("thread") { Extent::Thread } else { Extent::One };
    query.finish()?;
    request.write(move |app, conn| moderation::delete(app, conn, &caller, (&id, extent), &condition)).await?;
    Ok(no_content())
}

/// Lists comments for moderation.
///
/// All comments, whatever was made of them, newest first. Authors get those on their own articles, without e-mail
/// address, IP address and user agent, and can't ask for these either.
#[utoipa::path(tag = "Comments", params(CommentQueue), security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Page<StaffComment>, description = "A page of comments.")))]
#[get("/comments")]
async fn list_comments(request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    let list = moderation::asked(&request.app, &caller, request.query())?;
    let (list, page) = request.read(move |app, conn| moderation::list(app, conn, &caller, &list).map(|page| (list, page))).await?;
    editor_page(&request, &list, &page)
}

/// Decides on many comments.
///
/// On all of them or, where one is unknown or another's, on none. A comment that is not `approved` hides all replies beneath it.
#[utoipa::path(tag = "Comments", request_body = ModerationDraft, security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = Decisions, description = "What became of each.")))]
#[post("/comments/moderate")]
async fn moderate_comments(body: Body, request: Request, caller: Caller<Moderator>) -> Result<HttpResponse> {
    request.no_query()?;
    let decisions = request.write(move |app, conn| moderation::moderate(app, conn, &caller, &body.0)).await?;
    private(200, &decisions)
}

/// Reads a comment.
///
/// As those see it who look after comments; readers get comments from their article.
#[utoipa::path(tag = "Comments", params(("id" = String, Path, description = "The comment's id.")), security(("bearer" = ["author", "editor", "moderator", "admin"])),
    responses((status = 200, body = StaffComment, description = "The comment.")))]
#[get("/comments/{id}")]
async fn read_comment(request: Request, caller: Caller<Moderator>, id: web::Path<String>) -> Result<HttpResponse> {
    request.no_query()?;
    let view = request.read(move |app, conn| moderation::read(app, conn, &caller, &id)).await?;
    editor(&view, view.version)
}
