//! SQL queries that export and erase a person's data.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::articles::ArticleId;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::comments::reactions::{Report, ReportView};
use crate::comments::record::ModerationRecord;
use crate::db::Conn;
use crate::error::Result;
use crate::schema::{comment_moderation, comment_reports, comments};

/// The maximum number of comments in one statement.
const AT_ONCE: usize = 500;

/// Returns all comments written with an email address and their moderation records, oldest first.
pub(super) fn written_by(conn: &mut Conn, email: &str) -> Result<Vec<(Comment, ModerationRecord)>> {
    let written = comments::table.inner_join(comment_moderation::table).filter(comments::author_email.eq(email));
    let written = written.order((comments::created_at.asc(), comments::id.asc()));
    Ok(written.select((Comment::as_select(), ModerationRecord::as_select())).load(conn)?)
}

/// Returns the reports of some comments, oldest first.
pub(super) fn reports_of(conn: &mut Conn, ids: &[CommentId]) -> Result<HashMap<CommentId, Vec<ReportView>>> {
    let mut reports: HashMap<CommentId, Vec<ReportView>> = HashMap::new();
    for some in ids.chunks(AT_ONCE) {
        let rows = comment_reports::table.filter(comment_reports::comment_id.eq_any(some.to_vec()));
        let rows: Vec<Report> = rows.order(comment_reports::id).select(Report::as_select()).load(conn)?;
        for row in rows {
            reports.entry(row.comment_id).or_default().push(row.view());
        }
    }
    Ok(reports)
}

/// Returns the ids and articles of all comments written with an email address.
pub(super) fn places_of(conn: &mut Conn, email: &str) -> Result<Vec<(CommentId, ArticleId)>> {
    Ok(comments::table.filter(comments::author_email.eq(email)).select((comments::id, comments::article_id)).load(conn)?)
}

/// Deletes the author, the text and all other personal data of some comments.
pub(in crate::comments) fn clear_personal_data(conn: &mut Conn, ids: &[CommentId]) -> Result<()> {
    for some in ids.chunks(AT_ONCE) {
        diesel::delete(comment_reports::table.filter(comment_reports::comment_id.eq_any(some.to_vec()))).execute(conn)?;
        let these = || comments::table.filter(comments::id.eq_any(some.to_vec()));
        diesel::update(these())
            .set((
                comments::author_name.eq(""),
                comments::author_name_key.eq(""),
                comments::author_email.eq(None::<String>),
                comments::author_url.eq(None::<String>),
                comments::user_id.eq(None::<String>),
                comments::markdown.eq(""),
                comments::html.eq(""),
                comments::text.eq(""),
                comments::edit_token_hash.eq(None::<String>),
                comments::reported.eq(0),
            ))
            .execute(conn)?;
        diesel::update(comment_moderation::table.filter(comment_moderation::comment_id.eq_any(some.to_vec())))
            .set((
                comment_moderation::address.eq(None::<String>),
                comment_moderation::user_agent.eq(None::<String>),
                comment_moderation::decision_reason.eq(None::<String>),
                comment_moderation::spam_score.eq(0),
                comment_moderation::spam_signs.eq("[]"),
                comment_moderation::text_hash.eq(None::<String>),
            ))
            .execute(conn)?;
        diesel::update(these())
            .set((
                comments::notify_replies.eq(false),
                comments::pinned.eq(false),
                comments::erased.eq(true),
                comments::version.eq(comments::version + 1),
            ))
            .execute(conn)?;
        // An erased comment has no text to approve, so it no longer waits for a moderator.
        let undecided = these().filter(comments::status.ne(CommentStatus::Approved));
        diesel::update(undecided).set(comments::status.eq(CommentStatus::Rejected)).execute(conn)?;
    }
    Ok(())
}
