//! All SQL of notices.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::digest::Digest;
use super::operations::QUIET;
use crate::articles::ArticleId;
use crate::comments::comment::{Comment, CommentId, CommentStatus};
use crate::db::{Conn, Id, Timestamp, straight};
use crate::error::Result;
use crate::schema::{articles, comment_digests, comment_notices, comment_refusals, comments, users};
use crate::users::{Role, User};

/// How long it is remembered that somebody was told of a reply, in seconds.
const KEPT: i64 = 30 * 24 * 60 * 60;
/// As many replies are told of in one mail.
const IN_ONE_MAIL: i64 = 100;

/// A reply that somebody is to be told of.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = comment_notices)]
pub(super) struct Notice {
    pub(super) reply_id: CommentId,
    pub(super) email: String,
    pub(super) created_at: Timestamp,
}

/// Whether somebody was told of a reply, or is about to be.
pub(super) fn is_known(conn: &mut Conn, reply: CommentId) -> Result<bool> {
    let same = comment_notices::table.filter(comment_notices::reply_id.eq(reply));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// The comment with an id, where it shows, and all replies that show beneath it.
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

/// Which replies show that nobody was told of, from a comment downwards, and whom to tell. What others told of is remembered for a
/// month, so that replies older than that are passed over: nobody is told twice.
pub(super) fn untold(conn: &mut Conn, comment: CommentId, now: Timestamp) -> Result<Vec<(CommentId, String)>> {
    let query = sql_query(UNTOLD).bind::<Text, _>(comment).bind::<BigInt, _>(now.plus_seconds(-KEPT));
    let rows: Vec<Untold> = query.load(conn)?;
    Ok(rows.into_iter().map(|row| (row.reply_id, row.email)).collect())
}

/// Whether a mail to an address is on its way.
pub(super) fn is_asked(conn: &mut Conn, email: &str) -> Result<bool> {
    let asked = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.is_null());
    Ok(asked.count().get_result::<i64>(conn)? > 0)
}

/// Stores a notice.
pub(super) fn insert(conn: &mut Conn, notice: &Notice) -> Result<()> {
    diesel::insert_into(comment_notices::table).values(notice).execute(conn)?;
    Ok(())
}

/// When an address was last mailed to, but for this mail.
pub(super) fn last_mailed(conn: &mut Conn, email: &str, but: &str) -> Result<Option<Timestamp>> {
    let sent = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.ne(but));
    Ok(sent.select(diesel::dsl::max(comment_notices::sent_at)).first(conn)?)
}

/// Puts all that an address is to be told into one mail.
pub(super) fn take(conn: &mut Conn, email: &str, mail: &str, now: Timestamp) -> Result<()> {
    let waiting = comment_notices::table.filter(comment_notices::email.eq(email)).filter(comment_notices::mail_id.is_null());
    diesel::update(waiting).set((comment_notices::mail_id.eq(mail), comment_notices::sent_at.eq(now))).execute(conn)?;
    Ok(())
}

/// What a mail tells of: under which articles there are replies that readers see, one for each.
pub(super) fn of_mail(conn: &mut Conn, mail: &str) -> Result<Vec<ArticleId>> {
    let told = comment_notices::table
        .inner_join(comments::table.on(comments::id.eq(comment_notices::reply_id)))
        .filter(comment_notices::mail_id.eq(mail))
        .filter(comments::shown.eq(true));
    Ok(told.order(comments::created_at.asc()).select(comments::article_id).limit(IN_ONE_MAIL).load(conn)?)
}

/// Whether the owner of an address has refused.
pub(super) fn has_refused(conn: &mut Conn, email_hash: &str) -> Result<bool> {
    let refused = comment_refusals::table.filter(comment_refusals::email_hash.eq(email_hash));
    Ok(refused.count().get_result::<i64>(conn)? > 0)
}

/// Writes down that the owner of an address has refused.
pub(super) fn refuse(conn: &mut Conn, email_hash: &str, now: Timestamp) -> Result<()> {
    let row = (comment_refusals::email_hash.eq(email_hash), comment_refusals::created_at.eq(now));
    diesel::insert_into(comment_refusals::table).values(row).execute(conn)?;
    Ok(())
}

/// Forgets what an address was to be told, and that it was.
pub(super) fn forget_address(conn: &mut Conn, email: &str) -> Result<()> {
    diesel::delete(comment_notices::table.filter(comment_notices::email.eq(email))).execute(conn)?;
    Ok(())
}

/// Forgets what is yet to be told of the replies to a comment that was deleted. What was told already still keeps further mails back.
pub(in crate::comments) fn forget_unsent(conn: &mut Conn, parent: CommentId) -> Result<()> {
    let replies = comments::table.filter(comments::parent_id.eq(parent)).select(comments::id);
    let unsent = comment_notices::table.filter(comment_notices::reply_id.eq_any(replies)).filter(comment_notices::mail_id.is_null());
    diesel::delete(unsent).execute(conn)?;
    Ok(())
}

/// Forgets whom a mail went to when that keeps no further mail back, and after a month that there was one.
pub(crate) fn forget_sent(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let quiet_over =
        comment_notices::table.filter(comment_notices::sent_at.lt(now.plus_seconds(-QUIET))).filter(comment_notices::email.ne(""));
    diesel::update(quiet_over).set(comment_notices::email.eq("")).execute(conn)?;
    diesel::delete(comment_notices::table.filter(comment_notices::sent_at.lt(now.plus_seconds(-KEPT)))).execute(conn)?;
    Ok(())
}

/// Somebody's digest, where they want it.
pub(super) fn digest(conn: &mut Conn, user: Id<User>) -> Result<Option<Digest>> {
    let own = comment_digests::table.filter(comment_digests::user_id.eq(user));
    Ok(own.select(Digest::as_select()).first(conn).optional()?)
}

/// Stores that somebody wants the digest.
pub(super) fn insert_digest(conn: &mut Conn, digest: &Digest) -> Result<()> {
    diesel::insert_into(comment_digests::table).values(digest).execute(conn)?;
    Ok(())
}

/// Stores that somebody wants the digest no more; says whether they did.
pub(super) fn delete_digest(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    Ok(diesel::delete(comment_digests::table.filter(comment_digests::user_id.eq(user))).execute(conn)? > 0)
}

/// Those whose next digest is not yet on its way.
pub(super) fn idle_digests(conn: &mut Conn) -> Result<Vec<Digest>> {
    let idle = comment_digests::table.filter(comment_digests::asked.eq(false)).order(comment_digests::user_id.asc());
    Ok(straight!(conn, conn => idle.select(Digest::as_select()).load(conn))?)
}

/// Sends a digest on its way; of all who try at once, one is told that it did.
pub(super) fn ask_digest(conn: &mut Conn, user: Id<User>) -> Result<bool> {
    let idle = comment_digests::table.filter(comment_digests::user_id.eq(user)).filter(comment_digests::asked.eq(false));
    Ok(diesel::update(idle).set(comment_digests::asked.eq(true)).execute(conn)? == 1)
}

/// Writes down that a digest was written, or that there was nothing to write.
pub(super) fn settle_digest(conn: &mut Conn, user: Id<User>, sent_at: Option<Timestamp>) -> Result<()> {
    let own = comment_digests::table.filter(comment_digests::user_id.eq(user));
    diesel::update(own).set((comment_digests::asked.eq(false), comment_digests::sent_at.eq(sent_at))).execute(conn)?;
    Ok(())
}

/// Name and address of somebody who looks after comments, where they still do.
pub(super) fn recipient(conn: &mut Conn, user: Id<User>) -> Result<Option<(String, String)>> {
    let active = users::table.filter(users::id.eq(user)).filter(users::suspended.eq(false)).filter(users::role.eq_any([
        Role::Editor,
        Role::Moderator,
        Role::Admin,
    ]));
    Ok(active.select((users::name, users::email)).first(conn).optional()?)
}

/// How many comments wait.
pub(super) fn count_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(comments::table.filter(comments::status.eq(CommentStatus::Pending)).count().get_result(conn)?)
}

/// How many comments were reported that readers may see.
pub(super) fn count_reported(conn: &mut Conn) -> Result<i64> {
    let reported = comments::table.filter(comments::reported.gt(0)).filter(comments::status.eq(CommentStatus::Approved));
    Ok(reported.count().get_result(conn)?)
}

/// The reported comments that readers may see, those with the most reports first.
pub(super) fn most_reported(conn: &mut Conn, limit: i64) -> Result<Vec<Comment>> {
    let order = (comments::reported.desc(), comments::created_at.desc(), comments::id.desc());
    let reported = comments::table.filter(comments::reported.gt(0)).filter(comments::status.eq(CommentStatus::Approved));
    Ok(reported.order(order).limit(limit).select(Comment::as_select()).load(conn)?)
}

/// Those that have waited for the shortest time, and the headlines that they stand under.
pub(super) fn newest_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<(Comment, String)>> {
    let waiting = comments::table.inner_join(articles::table).filter(comments::status.eq(CommentStatus::Pending));
    let newest = waiting.order((comments::created_at.desc(), comments::id.desc())).limit(limit);
    Ok(newest.select((Comment::as_select(), articles::title)).load(conn)?)
}
