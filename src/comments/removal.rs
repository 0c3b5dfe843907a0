//! Deletion of one comment, which keeps its place while it has replies, or of a whole thread.
//!
//! A deletion never removes other people's comments, except the deletion of a thread, which staff must ask for explicitly.

use super::comment::{Comment, CommentStatus};
use super::erasure::clear_personal_data;
use super::visibility::{apply, record_event};
use super::{notices, queries};
use crate::app::App;
use crate::db::Conn;
use crate::error::Result;
use crate::events::{CacheTag, EventKind};
use crate::scrub::{self, Scrub};

/// The extent of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One comment.
    One,
    /// A comment and all replies beneath it.
    Thread,
}

/// Deletes a comment. A comment with replies loses its text and its author and keeps its place; a comment without
/// replies is removed.
pub(super) fn remove(app: &App, conn: &mut Conn, actor: Option<String>, comment: &Comment, extent: Extent) -> Result<()> {
    let (touched, kind) = match extent {
        Extent::Thread => (take_out(app, conn, comment.clone())?, EventKind::CommentThreadDeleted),
        Extent::One if queries::has_replies(conn, comment.id)? => (keep_place(app, conn, comment)?, EventKind::CommentDeleted),
        Extent::One => (take_out(app, conn, comment.clone())?, EventKind::CommentDeleted),
    };
    record_event(app, conn, actor, comment, kind, touched)?;
    scrub::ask(app, conn, Scrub::Comments)
}

/// Removes a comment with all replies to it, then each erased comment above it that has no replies left.
fn take_out(app: &App, conn: &mut Conn, mut comment: Comment) -> Result<Vec<CacheTag>> {
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

/// Erases the text and the author of a comment and keeps its place for the replies. A pending comment is approved,
/// because no text is left to moderate and its replies can be shown again.
fn keep_place(app: &App, conn: &mut Conn, comment: &Comment) -> Result<Vec<CacheTag>> {
    let mut touched = if comment.shown { super::visibility::tags(comment) } else { Vec::new() };
    clear_personal_data(conn, &[comment.id])?;
    notices::forget_unsent(conn, comment.id)?;
    if comment.status == CommentStatus::Pending
        && let Some(mut place) = queries::look_up(conn, comment.id)?
    {
        touched.extend(apply(app, conn, &mut place, CommentStatus::Approved)?);
    }
    Ok(touched)
}
