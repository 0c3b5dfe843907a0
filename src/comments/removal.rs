//! Deleting: one comment, which keeps its place while there are replies to it, or a whole thread.
//!
//! Nobody's deletion takes away what others wrote, except for that of a thread, which staff ask for by name.

use super::changes::{announce, apply};
use super::comment::{Comment, CommentStatus};
use super::erasure::blank;
use super::{notices, queries};
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::scrub::{self, Scrub};

/// What is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One comment.
    One,
    /// A comment and all replies beneath it.
    Thread,
}

/// Deletes a comment. One that has replies loses its text and its author and keeps its place; one that has none is removed.
pub(super) fn remove(app: &App, conn: &mut Conn, actor: Option<String>, comment: &Comment, extent: Extent) -> Result<()> {
    let (touched, kind) = match extent {
        Extent::Thread => (take_out(app, conn, comment.clone())?, "comment.thread_deleted"),
        Extent::One if queries::has_replies(conn, comment.id)? => (keep_place(app, conn, comment)?, "comment.deleted"),
        Extent::One => (take_out(app, conn, comment.clone())?, "comment.deleted"),
    };
    announce(app, conn, actor, comment, kind, touched)?;
    scrub::ask(app, conn, Scrub::Comments)
}

/// Removes a comment with all replies to it, then each erased comment above it that was kept for its replies and has none left.
fn take_out(app: &App, conn: &mut Conn, mut comment: Comment) -> Result<Vec<String>> {
    let mut touched = Vec::new();
    loop {
        touched.extend(apply(app, conn, &mut comment, CommentStatus::Rejected)?);
        queries::delete(conn, comment.id)?;
        let parent = comment.parent_id.map(|id| queries::look_up(conn, id)).transpose()?.flatten();
        match parent {
            Some(parent) if parent.erased && !queries::has_replies(conn, parent.id)? => comment = parent,
            _ => return Ok(touched),
        }
    }
}

/// Takes text and author out of a comment and leaves its place to the replies. A place that waited is approved: nothing is left to
/// decide on, and the replies show again.
fn keep_place(app: &App, conn: &mut Conn, comment: &Comment) -> Result<Vec<String>> {
    let mut touched = if comment.shown { super::changes::tags(comment) } else { Vec::new() };
    blank(conn, &[comment.id])?;
    notices::forget_unsent(conn, comment.id)?;
    if comment.status == CommentStatus::Pending
        && let Some(mut place) = queries::look_up(conn, comment.id)?
    {
        touched.extend(apply(app, conn, &mut place, CommentStatus::Approved)?);
    }
    Ok(touched)
}
