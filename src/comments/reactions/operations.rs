//! Operations on votes and reports: functions of a connection and parsed input.

use super::super::moderation;
use super::super::notices;
use super::super::queries as comments;
use super::super::visibility::record_event;
use super::queries;
use super::report::{LISTING, Report, ReportDraft, ReportView};
use super::visitor::ReactingClient;
use super::votes::{Vote, Votes};
use crate::app::App;
use crate::comments::comment::Comment;
use crate::db::{Conn, Id, PageOf, PageQuery};
use crate::error::{Code, Error, Result};
use crate::events::{CacheTag, EventKind};
use crate::input::{Input, Query};
use crate::users::{Caller, Moderator};

/// Votes for a comment. A second vote has no effect.
pub(super) fn vote(app: &App, conn: &mut Conn, id: &str, who: &ReactingClient) -> Result<Votes> {
    let mut comment = seen(conn, id)?;
    let visitor = who.visitor(app, comment.id);
    if queries::may_vote(conn, comment.id, &visitor)? {
        let vote = Vote { comment_id: comment.id, visitor: visitor.visitor, place: visitor.place, created_at: app.now() };
        queries::insert_vote(conn, &vote)?;
        count(app, conn, &mut comment, 1)?;
    }
    Ok(Votes { votes: comment.score })
}

/// Withdraws a vote. Withdrawing a missing vote has no effect.
pub(super) fn withdraw_vote(app: &App, conn: &mut Conn, id: &str, who: &ReactingClient) -> Result<()> {
    let mut comment = seen(conn, id)?;
    if queries::delete_vote(conn, comment.id, &who.visitor(app, comment.id))? {
        count(app, conn, &mut comment, -1)?;
    }
    Ok(())
}

fn count(app: &App, conn: &mut Conn, comment: &mut Comment, change: i32) -> Result<()> {
    queries::count_vote(conn, comment.id, change)?;
    comment.score += change;
    record_event(app, conn, None, comment, EventKind::TRANSIENT, vec![CacheTag::comments_of(comment.article_id)])
}

/// Reports a comment. A second report has no effect.
pub(super) fn report(app: &App, conn: &mut Conn, id: &str, who: &ReactingClient, input: &Input) -> Result<()> {
    let comment = seen(conn, id)?;
    let ReportDraft { reason, note } = input.plain()?;
    let visitor = who.visitor(app, comment.id);
    if !queries::may_report(conn, comment.id, &visitor)? {
        return Ok(());
    }
    let now = app.now();
    let report = Report {
        id: Id::new(now),
        comment_id: comment.id,
        visitor: visitor.visitor,
        place: visitor.place,
        reason,
        note: note.map(|note| note.0).filter(|note| !note.trim().is_empty()),
        dismissed: false,
        created_at: now,
    };
    queries::insert_report(conn, &report)?;
    notices::notify_moderators(app, conn)?;
    record_event(app, conn, None, &comment, EventKind::CommentReported, Vec::new())
}

/// Returns a comment that readers can see, and locks the comments of its article until the transaction ends.
fn seen(conn: &mut Conn, id: &str) -> Result<Comment> {
    comments::lock_thread(conn, id)?;
    let id = id.parse().map_err(|_| Error::not_found())?;
    let comment = comments::look_up(conn, id)?.filter(|comment| comment.shown && !comment.erased).ok_or_else(Error::not_found)?;
    let withdrawn = |error: Error| if error.code() == Code::Gone { Error::not_found() } else { error };
    comments::article_of(conn, &comment.article_id.to_string()).map_err(withdrawn)?;
    Ok(comment)
}

/// Returns one page of the reports of a comment, with the parsed query.
pub(super) fn list_reports(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Moderator>,
    id: &str,
    mut query: Query,
) -> Result<(PageQuery, PageOf<ReportView>)> {
    let comment = moderation::found(conn, caller, id)?.ok_or_else(Error::not_found)?;
    let list = query.listing(&LISTING, &app.secrets, &format!("reports of {}", comment.id));
    query.finish()?;
    let page = queries::page_of_reports(conn, comment.id, &list)?.with_rows(|rows| Ok(rows.iter().map(Report::view).collect()))?;
    Ok((list, page))
}

/// Dismisses all reports of a comment.
pub(super) fn dismiss_reports(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, id: &str) -> Result<()> {
    comments::lock_thread(conn, id)?;
    let Some(comment) = moderation::found(conn, caller, id)? else { return Ok(()) };
    if queries::dismiss(conn, comment.id)? == 0 {
        return Ok(());
    }
    record_event(app, conn, caller.actor(), &comment, EventKind::CommentReportsDismissed, Vec::new())
}
