//! When to send notices, and how to end them: functions of a connection, a caller and parsed input.

use serde_json::Value;

use super::super::queries as comments;
use super::delivery::CommentMail;
use super::digest::{Digest, DigestView};
use super::queries::{self, Notice};
use super::tokens;
use crate::app::App;
use crate::comments::comment::{Comment, CommentId};
use crate::comments::moderation::CommentDesk;
use crate::db::{Conn, Lock};
use crate::error::Result;
use crate::events::{self, Event, EventKind};
use crate::jobs::{self, Job};
use crate::users::Caller;

/// The minimum time, in seconds, between two emails about replies that go to the same email address, and between two digests
/// to the same moderator.
pub(super) const MIN_MAIL_INTERVAL: i64 = 60 * 60;

/// Locks the notices until the transaction ends. Take this lock last and hold it briefly.
pub(super) fn lock_notices(conn: &mut Conn) -> Result<()> {
    Lock::CommentNotices.take(conn)
}

/// Queues a notice to the author of the parent comment, if they asked for it and the reply is published.
pub(in crate::comments) fn notify_author_of_parent(app: &App, conn: &mut Conn, reply: &Comment) -> Result<()> {
    let Some(parent) = reply.parent_id.filter(|_| reply.shown) else { return Ok(()) };
    let Some(parent) = comments::look_up(conn, parent)?.filter(|parent| parent.notify_replies) else { return Ok(()) };
    let Some(email) = parent.author_email.filter(|email| reply.author_email.as_ref() != Some(email)) else { return Ok(()) };
    lock_notices(conn)?;
    queue_notice(app, conn, reply.id, email)
}

/// Queues notices about a comment that has become visible, and about all replies that have become visible with it. Each
/// reply is announced once.
pub(in crate::comments) fn notify_authors_of_parents(app: &App, conn: &mut Conn, comment: CommentId) -> Result<()> {
    let news = queries::unnotified_replies(conn, comment, app.now())?;
    if news.is_empty() {
        return Ok(());
    }
    lock_notices(conn)?;
    news.into_iter().try_for_each(|(reply, email)| queue_notice(app, conn, reply, email))
}

/// Queues a notice about a reply, unless the reply has a notice already. A person gets one email about all waiting notices.
fn queue_notice(app: &App, conn: &mut Conn, reply: CommentId, email: String) -> Result<()> {
    if queries::is_known(conn, reply)? {
        return Ok(());
    }
    let asked = queries::is_asked(conn, &email)?;
    queries::insert(conn, &Notice { reply_id: reply, email: email.clone(), created_at: app.now() })?;
    if asked {
        return Ok(());
    }
    // The job checks whether an hour has passed since the last email.
    jobs::enqueue(app, conn, &Job::CommentMail(CommentMail::Replies { email }))
}

/// Queues digests to the moderators who want them, because a comment waits or was reported.
pub(in crate::comments) fn notify_moderators(app: &App, conn: &mut Conn) -> Result<()> {
    for digest in queries::idle_digests(conn)? {
        if queries::ask_digest(conn, digest.user_id)? {
            let now = app.now();
            let due = digest.sent_at.map_or(now, |sent| sent.plus_seconds(MIN_MAIL_INTERVAL).max(now));
            jobs::enqueue_at(app, conn, &Job::CommentMail(CommentMail::Digest(digest.user_id)), due)?;
        }
    }
    Ok(())
}

/// Returns whether the caller gets the digest.
pub(super) fn read_digest(conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<DigestView> {
    Ok(DigestView::of(queries::digest(conn, caller.user)?.as_ref()))
}

/// Subscribes the caller to the digest.
pub(super) fn want_digest(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<DigestView> {
    lock_notices(conn)?;
    if let Some(digest) = queries::digest(conn, caller.user)? {
        return Ok(DigestView::of(Some(&digest)));
    }
    let digest = Digest { user_id: caller.user, asked: false, sent_at: None };
    queries::insert_digest(conn, &digest)?;
    record_event(app, conn, Some(caller), EventKind::CommentDigestWanted)?;
    if queries::count_waiting(conn)? > 0 || queries::count_reported(conn)? > 0 {
        notify_moderators(app, conn)?;
    }
    Ok(DigestView::of(Some(&digest)))
}

/// Unsubscribes the caller from the digest.
pub(super) fn refuse_digest(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<()> {
    if queries::delete_digest(conn, caller.user)? { record_event(app, conn, Some(caller), EventKind::CommentDigestRefused) } else { Ok(()) }
}

/// Ends all emails about replies to the email address in a token.
pub(super) fn refuse(app: &App, conn: &mut Conn, token: &str) -> Result<()> {
    let email = tokens::of_refusal(app, token).ok_or_else(tokens::bad_token)?;
    let hash = tokens::address_hash(app, &email);
    lock_notices(conn)?;
    if queries::has_refused(conn, &hash)? {
        return Ok(());
    }
    queries::refuse(conn, &hash, app.now())?;
    record_event(app, conn, None, EventKind::CommentNoticesRefused)
}

/// Checks whether the owner of an email address refuses emails about replies.
pub(in crate::comments) fn has_refused(app: &App, conn: &mut Conn, email: &str) -> Result<bool> {
    queries::has_refused(conn, &tokens::address_hash(app, email))
}

/// Deletes all notices to an email address and the emails queued for it.
pub(in crate::comments) fn forget_address(app: &App, conn: &mut Conn, email: &str) -> Result<()> {
    queries::forget_address(conn, email)?;
    let is_theirs = |job: &Job| matches!(job, Job::CommentMail(CommentMail::Replies { email: told }) if told == email);
    jobs::forget_mails(app, conn, is_theirs)
}

fn record_event(app: &App, conn: &mut Conn, caller: Option<&Caller<CommentDesk>>, kind: EventKind) -> Result<()> {
    let subject_id = caller.map_or_else(|| "replies".to_owned(), |caller| caller.user.to_string());
    let actor = caller.and_then(Caller::actor);
    let event = Event { kind, actor, subject_kind: "comment_notices", subject_id, tags: Vec::new(), details: Value::Null };
    events::record(conn, app.now(), event)
}
