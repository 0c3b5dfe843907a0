//! SQL queries for votes and reports.

use diesel::prelude::*;

use super::report::{LISTING, Report};
use super::visitor::{MAX_VOTES_PER_NETWORK, Visitor};
use super::votes::Vote;
use crate::comments::comment::CommentId;
use crate::db::{Backend, Conn, PageOf, PageQuery, keyset};
use crate::error::Result;
use crate::schema::{comment_reports, comment_votes, comments};

/// Checks whether a visitor may vote: they have not voted yet, and their IP address has not used up its votes.
pub(super) fn may_vote(conn: &mut Conn, comment: CommentId, who: &Visitor) -> Result<bool> {
    let of_comment = || comment_votes::table.filter(comment_votes::comment_id.eq(comment));
    let own: i64 = of_comment().filter(comment_votes::visitor.eq(&who.visitor)).count().get_result(conn)?;
    let near: i64 = of_comment().filter(comment_votes::place.eq(&who.place)).count().get_result(conn)?;
    Ok(own == 0 && near < MAX_VOTES_PER_NETWORK)
}

/// Checks whether a visitor may report: they have not reported yet, and their IP address has not used up its reports.
pub(super) fn may_report(conn: &mut Conn, comment: CommentId, who: &Visitor) -> Result<bool> {
    let of_comment = || comment_reports::table.filter(comment_reports::comment_id.eq(comment));
    let own: i64 = of_comment().filter(comment_reports::visitor.eq(&who.visitor)).count().get_result(conn)?;
    let near: i64 = of_comment().filter(comment_reports::place.eq(&who.place)).count().get_result(conn)?;
    Ok(own == 0 && near < MAX_VOTES_PER_NETWORK)
}

/// Stores a vote.
pub(super) fn insert_vote(conn: &mut Conn, vote: &Vote) -> Result<()> {
    diesel::insert_into(comment_votes::table).values(vote).execute(conn)?;
    Ok(())
}

/// Deletes a visitor's vote. Returns whether it existed.
pub(super) fn delete_vote(conn: &mut Conn, comment: CommentId, who: &Visitor) -> Result<bool> {
    let own = comment_votes::table.filter(comment_votes::comment_id.eq(comment)).filter(comment_votes::visitor.eq(&who.visitor));
    Ok(diesel::delete(own).execute(conn)? > 0)
}

/// Adds a change to a comment's number of votes.
pub(super) fn count_vote(conn: &mut Conn, comment: CommentId, change: i32) -> Result<()> {
    let one = comments::table.filter(comments::id.eq(comment));
    diesel::update(one).set(comments::score.eq(comments::score + change)).execute(conn)?;
    Ok(())
}

/// Stores a report and counts it.
pub(super) fn insert_report(conn: &mut Conn, report: &Report) -> Result<()> {
    diesel::insert_into(comment_reports::table).values(report).execute(conn)?;
    let one = comments::table.filter(comments::id.eq(report.comment_id));
    diesel::update(one).set(comments::reported.eq(comments::reported + 1)).execute(conn)?;
    Ok(())
}

/// Returns one page of the reports of a comment.
pub(super) fn page_of_reports(conn: &mut Conn, comment: CommentId, query: &PageQuery) -> Result<PageOf<Report>> {
    let of_comment = || comment_reports::table.filter(comment_reports::comment_id.eq(comment));
    let rows = of_comment().select(Report::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, of_comment().into_boxed::<Backend>()))
}

/// Marks all open reports of a comment as dismissed. Returns their number.
pub(super) fn dismiss(conn: &mut Conn, comment: CommentId) -> Result<usize> {
    let open = comment_reports::table.filter(comment_reports::comment_id.eq(comment)).filter(comment_reports::dismissed.eq(false));
    let dismissed = diesel::update(open).set(comment_reports::dismissed.eq(true)).execute(conn)?;
    diesel::update(comments::table.filter(comments::id.eq(comment))).set(comments::reported.eq(0)).execute(conn)?;
    Ok(dismissed)
}
