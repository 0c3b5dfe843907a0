//! SQL queries for notices.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::digest::Digest;
use super::operations::MIN_MAIL_INTERVAL;
use crate::articles::ArticleId;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::db::{Conn, Id, Timestamp, on_engine};
use crate::error::Result;
use crate::schema::{articles, comment_digests, comment_notices, comment_refusals, comments, users};
use crate::users::{Role, User};

/// The time for which a sent notice is kept, in seconds. The notice prevents a second announcement of its reply.
const KEPT: i64 = 30 * 24 * 60 * 60;
/// The maximum number of replies in one email.
const MAX_REPLIES_PER_MAIL: i64 = 100;

/// A notice about a reply, as stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = comment_notices)]
pub(super) struct Notice {
    pub(super) reply_id: CommentId,
    pub(super) email: String,
    pub(super) created_at: Timestamp,
}

/// Checks whether a reply was announced or is about to be.
pub(super) fn is_known(conn: &mut Conn, reply: CommentId) -> Result<bool> {
    let same = comment_notices::table.filter(comment_notices::reply_id.eq(reply));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// Selects the unannounced replies in the visible thread from a comment downwards, with the email address to notify.
const UNTOLD: &str = "
    WITH RECURSIVE thread (id) AS (
        SELECT id FROM comments WHERE id = $1 AND shown
        UNION ALL SELECT reply.id FROM comments reply JOIN thread ON reply.parent_id = thread.id WHERE reply.shown
    )
    SELECT reply.id AS reply_id, parent.author_email AS email
    FROM thread JOIN comments reply ON reply.id = thread.id JOIN comments parent ON parent.id = reply.parent_id
    WHERE parent.notify_replies AND parent.author_email IS NOT NULL AND NOT reply.erased
        AND (reply.author_email IS NULL OR reply.author_email <> parent.author_email)
        AND (reply.id = $1 OR reply.created_at >= $2)
        AND NOT EXISTS (SELECT 1 FROM comment_notices told WHERE told.reply_id = reply.id)
    ORDER BY reply.created_at, reply.id LIMIT 500";

#[derive(QueryableByName)]
struct Untold {
    #[diesel(sql_type = Text)]
    reply_id: CommentId,
    #[diesel(sql_type = Text)]
    email: String,
}

/// Returns the visible replies, from a comment downwards, that were not announced yet, with the email addresses to
/// notify. Replies beneath the comment are ignored if they are older than a month: their notices may have been deleted, and
/// nobody may be notified twice.
pub(super) fn unnotified_replies(conn: &mut Conn, comment: CommentId, now: Timestamp) -> Result<Vec<(CommentId, String)>> {
    let query = sql_query(UNTOLD).bind::<Text, _>(comment).bind::<BigInt, _>(now.plus_seconds(-KEPT));
    let rows: Vec<Untold> = query.load(conn)?;
    Ok(rows.into_iter().map(|row| (row.reply_id, row.email)).collect())
}

/// Checks whether an email is queued for an email address.
pub(super) fn is_asked(conn: &mut Conn, email: &str) -> Result<bool> {
    let asked = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.is_null());
    Ok(asked.count().get_result::<i64>(conn)? > 0)
}

/// Stores a notice.
pub(super) fn insert(conn: &mut Conn, notice: &Notice) -> Result<()> {
    diesel::insert_into(comment_notices::table).values(notice).execute(conn)?;
    Ok(())
}

/// Returns the time of the last email to an email address, except the email `but`.
pub(super) fn last_mailed(conn: &mut Conn, email: &str, but: &str) -> Result<Option<Timestamp>> {
    let sent = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.ne(but));
    Ok(sent.select(diesel::dsl::max(comment_notices::sent_at)).first(conn)?)
}

/// Assigns all waiting notices for an email address to one email.
pub(super) fn take(conn: &mut Conn, email: &str, mail: &str, now: Timestamp) -> Result<()> {
    let waiting = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.is_null());
    diesel::update(waiting).set((comment_notices::mail_id.eq(mail), comment_notices::sent_at.eq(now))).execute(conn)?;
    Ok(())
}

/// Returns the articles of the visible replies that an email announces, one entry for each reply.
pub(super) fn of_mail(conn: &mut Conn, mail: &str) -> Result<Vec<ArticleId>> {
    let told = comment_notices::table
        .inner_join(comments::table.on(comments::id.eq(comment_notices::reply_id)))
        .filter(comment_notices::mail_id.eq(mail))
        .filter(comments::shown.eq(true));
    Ok(told.order(comments::created_at.asc()).select(comments::article_id).limit(MAX_REPLIES_PER_MAIL).load(conn)?)
}

/// Checks whether the owner of an email address has unsubscribed.
pub(super) fn has_refused(conn: &mut Conn, email_hash: &str) -> Result<bool> {
    let refused = comment_refusals::table.filter(comment_refusals::email_hash.eq(email_hash));
    Ok(refused.count().get_result::<i64>(conn)? > 0)
}

/// Stores that the owner of an email address has unsubscribed.
pub(super) fn refuse(conn: &mut Conn, email_hash: &str, now: Timestamp) -> Result<()> {
    let row = (comment_refusals::email_hash.eq(email_hash), comment_refusals::created_at.eq(now));
    diesel::insert_into(comment_refusals::table).values(row).execute(conn)?;
    Ok(())
}

/// Deletes all notices to an email address.
pub(super) fn forget_address(conn: &mut Conn, email: &str) -> Result<()> {
    diesel::delete(comment_notices::table.filter(comment_notices::email.eq(email))).execute(conn)?;
    Ok(())
}

/// Deletes the unsent notices about replies to a deleted comment. Sent notices are kept, because they limit further emails.
pub(in crate::comments) fn forget_unsent(conn: &mut Conn, parent: CommentId) -> Result<()> {
    let replies = comments::table.filter(comments::parent_id.eq(parent)).select(comments::id);
    let unsent = comment_notices::table.filter(comment_notices::reply_id.eq_any(replies)).filter(comment_notices::mail_id.is_null());
    diesel::delete(unsent).execute(conn)?;
    Ok(())
}

/// Deletes the recipients of sent notices when the hour between two emails is over, and the notices after a month.
pub(crate) fn forget_sent(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let quiet_over = comment_notices::table
        .filter(comment_notices::sent_at.lt(now.plus_seconds(-MIN_MAIL_INTERVAL)))
        .filter(comment_notices::email.ne(""));
    diesel::update(quiet_over).set(comment_notices::email.eq("")).execute(conn)?;
    diesel::delete(comment_notices::table.filter(comment_notices::sent_at.lt(now.plus_seconds(-KEPT)))).execute(conn)?;
    Ok(())
}

/// Returns a moderator's digest subscription, if there is one.
pub(super) fn digest(conn: &mut Conn, user: Id<User>) -> Result<Option<Digest>> {
    let own = comment_digests::table.filter(comment_digests::user_id.eq(user));
    Ok(own.select(Digest::as_select()).first(conn).optional()?)
}

/// Stores a digest subscription.
pub(super) fn insert_digest(conn: &mut Conn, digest: &Digest) -> Result<()> {
    diesel::insert_into(comment_digests::table).values(digest).execute(conn)?;
    Ok(())
}

/// Deletes a digest subscription. Returns whether it existed.
pub(super) fn delete_digest(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    Ok(diesel::delete(comment_digests::table.filter(comment_digests::user_id.eq(user))).execute(conn)? > 0)
}

/// Returns the subscriptions whose next digest is not queued yet.
pub(super) fn idle_digests(conn: &mut Conn) -> Result<Vec<Digest>> {
    let idle = comment_digests::table.filter(comment_digests::asked.eq(false)).order(comment_digests::user_id.asc());
    Ok(on_engine!(conn, conn => idle.select(Digest::as_select()).load(conn))?)
}

/// Marks a digest as queued. If several callers try at once, exactly one gets `true`.
pub(super) fn ask_digest(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    let idle = comment_digests::table.filter(comment_digests::user_id.eq(user)).filter(comment_digests::asked.eq(false));
    Ok(diesel::update(idle).set(comment_digests::asked.eq(true)).execute(conn)? == 1)
}

/// Stores that a queued digest was composed, or that there was nothing to send.
pub(super) fn settle_digest(conn: &mut Conn, user: Id<User>, sent_at: Option<Timestamp>) -> Result<()> {
    let own = comment_digests::table.filter(comment_digests::user_id.eq(user));
    diesel::update(own).set((comment_digests::asked.eq(false), comment_digests::sent_at.eq(sent_at))).execute(conn)?;
    Ok(())
}

/// Returns the name and email address of a user, if they may still moderate comments.
pub(super) fn recipient(conn: &mut Conn, user: Id<User>) -> Result<Option<(String, String)>> {
    let active = users::table.filter(users::id.eq(user)).filter(users::suspended.eq(false)).filter(users::role.eq_any([
        Role::Editor,
        Role::Moderator,
        Role::Admin,
    ]));
    Ok(active.select((users::name, users::email)).first(conn).optional()?)
}

/// Counts the pending comments.
pub(super) fn count_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(comments::table.filter(comments::status.eq(CommentStatus::Pending)).count().get_result(conn)?)
}

/// Counts the reported comments that are approved.
pub(super) fn count_reported(conn: &mut Conn) -> Result<i64> {
    let reported = comments::table.filter(comments::reported.gt(0)).filter(comments::status.eq(CommentStatus::Approved));
    Ok(reported.count().get_result(conn)?)
}

/// Returns the reported comments that are approved, most reports first.
pub(super) fn most_reported(conn: &mut Conn, limit: i64) -> Result<Vec<Comment>> {
    let order = (comments::reported.desc(), comments::created_at.desc(), comments::id.desc());
    let reported = comments::table.filter(comments::reported.gt(0)).filter(comments::status.eq(CommentStatus::Approved));
    Ok(reported.order(order).limit(limit).select(Comment::as_select()).load(conn)?)
}

/// Returns the newest pending comments with the titles of their articles.
pub(super) fn newest_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<(Comment, String)>> {
    let waiting = comments::table.inner_join(articles::table).filter(comments::status.eq(CommentStatus::Pending));
    let newest = waiting.order((comments::created_at.desc(), comments::id.desc())).limit(limit);
    Ok(newest.select((Comment::as_select(), articles::title)).load(conn)?)
}
