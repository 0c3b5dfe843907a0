//! SQL queries for sessions and refresh tokens.

use diesel::prelude::*;

use super::session::{Bearer, LISTING, Session, SessionId};
use crate::authors::Author;
use crate::db::{Backend, Conn, Id, PageOf, PageQuery, Timestamp, keyset, on_engine};
use crate::error::Result;
use crate::schema::{authors, refresh_tokens, sessions, users};
use crate::users::accounts::{User, UserId};
use crate::users::role::Role;

/// Returns a session with the present state of its user, if the session exists.
pub(in crate::users) fn find_bearer(conn: &mut Conn, id: SessionId) -> Result<Option<Bearer>> {
    let found = on_engine!(conn, conn => sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .left_join(authors::table.on(authors::user_id.eq(users::id.nullable())))
        .filter(sessions::id.eq(id))
        .select((Session::as_select(), users::role, users::suspended, users::token_version, authors::id.nullable()))
        .first::<(Session, Role, bool, i32, Option<Id<Author>>)>(conn)
        .optional())?;
    Ok(found.map(|(session, role, suspended, user_version, author)| Bearer {
        user: session.user_id,
        role,
        author,
        session,
        suspended,
        user_version,
    }))
}

/// Returns one page of a user's sessions that have not expired.
pub(super) fn page(conn: &mut Conn, query: &PageQuery, user: UserId, now: Timestamp) -> Result<PageOf<Session>> {
    let own = || sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::expires_at.gt(now));
    Ok(keyset!(conn, LISTING, query, own().select(Session::as_select()).into_boxed::<Backend>(), own().into_boxed::<Backend>()))
}

/// Stores a new session.
pub(super) fn insert(conn: &mut Conn, session: &Session) -> Result<()> {
    diesel::insert_into(sessions::table).values(session).execute(conn)?;
    Ok(())
}

/// Stores the time of a refresh. Returns whether the session still exists.
pub(super) fn touch(conn: &mut Conn, id: SessionId, now: Timestamp) -> Result<bool> {
    let own = sessions::table.filter(sessions::id.eq(id));
    Ok(diesel::update(own).set(sessions::last_used_at.eq(now)).execute(conn)? > 0)
}

/// Deletes a session.
pub(super) fn end(conn: &mut Conn, id: SessionId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes a session of a user. Returns whether it existed.
pub(super) fn end_own(conn: &mut Conn, id: SessionId, user: UserId) -> Result<bool> {
    let own = sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user));
    Ok(diesel::delete(own).execute(conn)? > 0)
}

/// Deletes all sessions of a user.
pub(in crate::users) fn end_all(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Deletes all sessions of a user except one, which gets the user's new token version. Returns the number of deleted sessions.
pub(in crate::users) fn end_others(conn: &mut Conn, user: &User, kept: SessionId) -> Result<usize> {
    let others = sessions::table.filter(sessions::user_id.eq(user.id)).filter(sessions::id.ne(kept));
    let ended = diesel::delete(others).execute(conn)?;
    let own = sessions::table.filter(sessions::id.eq(kept)).filter(sessions::user_id.eq(user.id));
    diesel::update(own).set(sessions::token_version.eq(user.token_version)).execute(conn)?;
    Ok(ended)
}

/// Stores an unused refresh token.
pub(super) fn insert_token(conn: &mut Conn, hash: &str, session: SessionId, now: Timestamp) -> Result<()> {
    let row = (refresh_tokens::hash.eq(hash), refresh_tokens::session_id.eq(session), refresh_tokens::created_at.eq(now));
    diesel::insert_into(refresh_tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// Marks a refresh token as used. If several callers try, exactly one gets `true`.
pub(super) fn use_token(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<bool> {
    let unused = refresh_tokens::table.filter(refresh_tokens::hash.eq(hash)).filter(refresh_tokens::used_at.is_null());
    Ok(diesel::update(unused).set(refresh_tokens::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// Returns the session of a refresh token, used or not.
pub(super) fn session_of_token(conn: &mut Conn, hash: &str) -> Result<Option<SessionId>> {
    Ok(refresh_tokens::table.filter(refresh_tokens::hash.eq(hash)).select(refresh_tokens::session_id).first(conn).optional()?)
}
