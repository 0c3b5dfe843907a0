//! When somebody is to be told something, and when they no longer want it: plain functions of connection, caller and input.

use serde_json::Value;

use super::super::queries as comments;
use super::delivery::CommentMail;
use super::digest::{Digest, DigestView};
use super::queries::{self, Notice};
use super::tokens;
use crate::app::App;
use crate::comments::comment::{Comment, CommentId};
use crate::comments::moderation::CommentDesk;
use crate::db::{Conn, lock};
use crate::error::Result;
use crate::events::{self, Event};
use crate::jobs::{self, Job};
use crate::users::Caller;

/// An address is mailed to once in so long, and a moderator gets one digest, in seconds.
pub(super) const QUIET: i64 = 60 * 60;

/// Holds back everybody else who asks for mails of replies; taken last, and for a moment.
pub(super) fn lock_notices(conn: &mut Conn) -> Result<()> {
    lock(conn, "comment notices")
}

/// Has somebody told who asked to hear of replies, once for each reply that readers see.
pub(in crate::comments) fn tell_author_of_parent(app: &App, conn: &mut Conn, reply: &Comment) -> Result<()> {
    let Some(parent) = reply.parent_id.filter(|_| reply.shown) else { return Ok(()) };
    let Some(parent) = comments::look_up(conn, parent)?.filter(|parent| parent.notify_replies) else { return Ok(()) };
    let Some(email) = parent.author_email.filter(|email| reply.author_email.as_ref() != Some(email)) else { return Ok(()) };
    lock_notices(conn)?;
    tell(app, conn, reply.id, email)
}

/// Has those told who asked to hear of replies and whose replies show from now on: the comment itself and all replies beneath it
/// that came back with it, each once.
pub(in crate::comments) fn tell_authors_of_parents(app: &App, conn: &mut Conn, comment: CommentId) -> Result<()> {
    let news = queries::untold(conn, comment, app.now())?;
    if news.is_empty() {
        return Ok(());
    }
    lock_notices(conn)?;
    news.into_iter().try_for_each(|(reply, email)| tell(app, conn, reply, email))
}

fn tell(app: &App, conn: &mut Conn, reply: CommentId, email: String) -> Result<()> {
    if queries::is_known(conn, reply)? {
        return Ok(());
    }
    let asked = queries::is_asked(conn, &email)?;
    queries::insert(conn, &Notice { reply_id: reply, email: email.clone(), created_at: app.now() })?;
    if asked {
        return Ok(());
    }
    // Whether it has been an hour, is found out when it is written.
    jobs::enqueue(app, conn, &Job::CommentMail(CommentMail::Replies { email }))
}

/// Has those told who look after comments and want to know that one waits or was reported.
pub(in crate::comments) fn tell_desk(app: &App, conn: &mut Conn) -> Result<()> {
    for digest in queries::idle_digests(conn)? {
        if queries::ask_digest(conn, digest.user_id)? {
            let now = app.now();
            let due = digest.sent_at.map_or(now, |sent| sent.plus_seconds(QUIET).max(now));
            jobs::enqueue_at(app, conn, &Job::CommentMail(CommentMail::Digest(digest.user_id)), due)?;
        }
    }
    Ok(())
}

/// Whether the caller gets the digest.
pub(super) fn read_digest(conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<DigestView> {
    Ok(DigestView::of(queries::digest(conn, caller.user)?.as_ref()))
}

/// Gives the caller the digest from now on.
pub(super) fn want_digest(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<DigestView> {
    lock_notices(conn)?;
    if let Some(digest) = queries::digest(conn, caller.user)? {
        return Ok(DigestView::of(Some(&digest)));
    }
    let digest = Digest { user_id: caller.user, asked: false, sent_at: None };
    queries::insert_digest(conn, &digest)?;
    announce(app, conn, Some(caller), "comment_digest.wanted")?;
    if queries::count_waiting(conn)? > 0 || queries::count_reported(conn)? > 0 {
        tell_desk(app, conn)?;
    }
    Ok(DigestView::of(Some(&digest)))
}

/// Gives the caller no more of it.
pub(super) fn refuse_digest(app: &App, conn: &mut Conn, caller: &Caller<CommentDesk>) -> Result<()> {
    if queries::delete_digest(conn, caller.user)? { announce(app, conn, Some(caller), "comment_digest.refused") } else { Ok(()) }
}

/// Ends all mails of replies to whoever has the address that a token was mailed to.
pub(super) fn refuse(app: &App, conn: &mut Conn, token: &str) -> Result<()> {
    let email = tokens::of_refusal(app, token).ok_or_else(tokens::bad_token)?;
    let hash = tokens::address_hash(app, &email);
    lock_notices(conn)?;
    if queries::has_refused(conn, &hash)? {
        return Ok(());
    }
    queries::refuse(conn, &hash, app.now())?;
    announce(app, conn, None, "comment_notices.refused")
}

/// Whether the owner of an address has refused mails of replies.
pub(in crate::comments) fn has_refused(app: &App, conn: &mut Conn, email: &str) -> Result<bool> {
    queries::has_refused(conn, &tokens::address_hash(app, email))
}

/// Forgets what an address was to be told, that it was, and the mails on their way to it.
pub(in crate::comments) fn forget_address(app: &App, conn: &mut Conn, email: &str) -> Result<()> {
    queries::forget_address(conn, email)?;
    let is_theirs = |job: &Job| matches!(job, Job::CommentMail(CommentMail::Replies { email: told }) if told == email);
    jobs::forget_mails(app, conn, is_theirs)
}

fn announce(app: &App, conn: &mut Conn, caller: Option<&Caller<CommentDesk>>, kind: &'static str) -> Result<()> {
    let subject_id = caller.map_or_else(|| "replies".to_owned(), |caller| caller.user.to_string());
    let actor = caller.and_then(Caller::actor);
    let event = Event { kind, actor, subject_kind: "comment_notices", subject_id, tags: Vec::new(), details: Value::Null };
    events::record(conn, app.now(), event)
}
