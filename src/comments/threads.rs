//! Threads: comments with their first replies, loaded with a fixed number of statements.

use std::collections::HashMap;

use super::comment::{Comment, CommentId, CommentView, LISTING, Replies};
use super::pinned;
use super::queries::{self, EMBEDDED};
use crate::app::App;
use crate::articles::ArticleId;
use crate::db::{Conn, Key, PageOf, PageQuery, Position};
use crate::error::{Error, Result};
use crate::input::{Query, seal_cursor};

/// The number of levels of replies that are embedded beneath a page's comments.
const LEVELS: usize = 3;

/// Returns the scope of cursors for an article's comments.
fn scope(article: ArticleId) -> String {
    format!("comments of {article}")
}

fn scope_of_replies(comment: CommentId) -> String {
    format!("replies to {comment}")
}

/// Returns one page of an article's comments, with the parsed query.
pub(crate) fn list(app: &App, conn: &mut Conn, name: &str, mut query: Query) -> Result<(ArticleId, PageQuery, PageOf<CommentView>)> {
    let article = queries::article_of(conn, name)?.id;
    let list = query.listing(&LISTING, &app.secrets, &scope(article)).of_texts();
    query.finish()?;
    let page = pinned::page(conn, article, &list)?.with_rows(|rows| threads(app, conn, &rows))?;
    Ok((article, list, page))
}

/// Returns one page of the replies to a comment, with the parsed query.
pub(super) fn list_replies(
    app: &App,
    conn: &mut Conn,
    name: &str,
    comment: &str,
    mut query: Query,
) -> Result<(ArticleId, PageQuery, PageOf<CommentView>)> {
    let article = queries::article_of(conn, name)?.id;
    let comment = comment.parse().map_err(|_| Error::not_found())?;
    let comment = queries::shown_comment(conn, article, comment)?.ok_or_else(Error::not_found)?;
    let list = query.listing(&LISTING, &app.secrets, &scope_of_replies(comment.id)).of_texts();
    query.finish()?;
    let page = queries::page_of_replies(conn, comment.id, &list)?.with_rows(|rows| threads(app, conn, &rows))?;
    Ok((article, list, page))
}

/// Returns public comments with their first replies.
fn threads(app: &App, conn: &mut Conn, roots: &[Comment]) -> Result<Vec<CommentView>> {
    let mut beneath: HashMap<CommentId, Vec<Comment>> = HashMap::new();
    let mut parents = answered(roots);
    for _ in 0..LEVELS {
        if parents.is_empty() {
            break;
        }
        let replies = queries::first_replies(conn, &parents)?;
        parents = answered(&replies);
        for reply in replies {
            if let Some(parent) = reply.parent_id {
                beneath.entry(parent).or_default().push(reply);
            }
        }
    }
    Ok(roots.iter().map(|root| thread(app, root, &beneath)).collect())
}

fn answered(comments: &[Comment]) -> Vec<CommentId> {
    comments.iter().filter(|comment| comment.reply_count > 0).map(|comment| comment.id).collect()
}

/// Builds the view of a comment with all replies that were loaded.
fn thread(app: &App, comment: &Comment, beneath: &HashMap<CommentId, Vec<Comment>>) -> CommentView {
    let loaded = beneath.get(&comment.id).map_or(&[][..], Vec::as_slice);
    let data: Vec<CommentView> = loaded.iter().map(|reply| thread(app, reply, beneath)).collect();
    comment.view(Replies { next: next(app, comment, loaded), count: comment.reply_count, data })
}

/// Returns the number of replies, without any reply.
pub(super) fn reply_count(app: &App, comment: &Comment) -> Replies {
    Replies { count: comment.reply_count, data: Vec::new(), next: next(app, comment, &[]) }
}

/// Returns the cursor for the replies after those that were loaded.
fn next(app: &App, comment: &Comment, loaded: &[Comment]) -> Option<String> {
    let more = usize::try_from(comment.reply_count).unwrap_or_default() > loaded.len();
    if !more {
        return None;
    }
    let end = loaded.get(EMBEDDED - 1);
    let position = Position {
        keys: vec![Key::Int(end.map_or(-1, |reply| reply.created_at.millis()))],
        id: end.map(|reply| reply.id.to_string()).unwrap_or_default(),
        backward: false,
    };
    let list = Query::parse("").listing(&LISTING, &app.secrets, &scope_of_replies(comment.id));
    seal_cursor(&list, &position, &app.secrets)
}
