//! SQL queries for email tokens.

use diesel::prelude::*;

use super::token::{MailToken, MailTokenId, Purpose};
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::mail_tokens;
use crate::users::accounts::UserId;

/// The minimum time between two emails of one kind to one email address, in seconds, if strangers can request these emails.
pub(super) const QUIET_SECONDS: i64 = 60 * 60;
/// The time for which an expired token is kept, in seconds. The limit of one email an hour needs recent tokens.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Stores a new token.
pub(super) fn insert(conn: &mut Conn, token: &MailToken) -> Result<()> {
    diesel::insert_into(mail_tokens::table).values(token).execute(conn)?;
    Ok(())
}

/// Returns the unused token with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: MailTokenId) -> Result<Option<MailToken>> {
    let unused = mail_tokens::table.filter(mail_tokens::id.eq(id)).filter(mail_tokens::used_at.is_null());
    Ok(unused.select(MailToken::as_select()).first(conn).optional()?)
}

/// Starts a token's lifetime now, because its email is sent now.
pub(super) fn renew(conn: &mut Conn, token: &MailToken, now: Timestamp) -> Result<()> {
    let unused = mail_tokens::table.filter(mail_tokens::id.eq(token.id)).filter(mail_tokens::used_at.is_null());
    let end = now.plus_seconds(token.purpose.lifetime());
    diesel::update(unused).set(mail_tokens::expires_at.eq(end)).execute(conn)?;
    Ok(())
}

/// Returns the valid token with a hash and a purpose, if there is one.
pub(super) fn find_usable(conn: &mut Conn, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<MailToken>> {
    let usable = mail_tokens::table
        .filter(mail_tokens::hash.eq(hash))
        .filter(mail_tokens::purpose.eq(purpose))
        .filter(mail_tokens::used_at.is_null())
        .filter(mail_tokens::expires_at.gt(now))
        .filter(mail_tokens::expires_at.le(purpose.latest_end(now)));
    Ok(usable.select(MailToken::as_select()).first(conn).optional()?)
}

/// Returns the token with a hash and a purpose, used or not, if it has not expired.
pub(super) fn find_standing(conn: &mut Conn, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<MailToken>> {
    let standing = mail_tokens::table
        .filter(mail_tokens::hash.eq(hash))
        .filter(mail_tokens::purpose.eq(purpose))
        .filter(mail_tokens::expires_at.gt(now))
        .filter(mail_tokens::expires_at.le(purpose.latest_end(now)));
    Ok(standing.select(MailToken::as_select()).first(conn).optional()?)
}

/// Marks a token as used. If several callers try, exactly one gets `true`.
pub(super) fn use_up(conn: &mut Conn, id: MailTokenId, now: Timestamp) -> Result<bool> {
    let unused =
        mail_tokens::table.filter(mail_tokens::id.eq(id)).filter(mail_tokens::used_at.is_null()).filter(mail_tokens::expires_at.gt(now));
    Ok(diesel::update(unused).set(mail_tokens::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// Checks whether a token of a kind was sent to an email address within the last hour.
pub(super) fn was_mailed(conn: &mut Conn, email: &str, purpose: Purpose, now: Timestamp) -> Result<bool> {
    let recent = mail_tokens::table
        .filter(mail_tokens::email.eq(email))
        .filter(mail_tokens::purpose.eq(purpose))
        .filter(mail_tokens::created_at.gt(now.plus_seconds(-QUIET_SECONDS)))
        .filter(mail_tokens::created_at.lt(now.plus_seconds(QUIET_SECONDS)));
    Ok(recent.count().get_result::<i64>(conn)? > 0)
}

/// Counts the confirmations that an account asked for within the last hour.
pub(super) fn count_recent_confirmations(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<i64> {
    let recent = mail_tokens::table
        .filter(mail_tokens::user_id.eq(user))
        .filter(mail_tokens::purpose.eq(Purpose::EmailConfirmation))
        .filter(mail_tokens::created_at.gt(now.plus_seconds(-QUIET_SECONDS)));
    Ok(recent.count().get_result(conn)?)
}

/// Returns the valid confirmation tokens of some accounts, newest last.
pub(super) fn waiting(conn: &mut Conn, users: &[UserId], now: Timestamp) -> Result<Vec<MailToken>> {
    let purpose = Purpose::EmailConfirmation;
    let waiting = mail_tokens::table
        .filter(mail_tokens::user_id.eq_any(users.to_vec()))
        .filter(mail_tokens::purpose.eq(purpose))
        .filter(mail_tokens::used_at.is_null())
        .filter(mail_tokens::expires_at.gt(now))
        .filter(mail_tokens::expires_at.le(purpose.latest_end(now)));
    Ok(waiting.select(MailToken::as_select()).order_by((mail_tokens::created_at, mail_tokens::id)).load(conn)?)
}

/// Invalidates all unused confirmation tokens of an account.
pub(in crate::users) fn forget_confirmations(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<()> {
    let unused = mail_tokens::table
        .filter(mail_tokens::user_id.eq(user))
        .filter(mail_tokens::purpose.eq(Purpose::EmailConfirmation))
        .filter(mail_tokens::used_at.is_null());
    diesel::update(unused).set(mail_tokens::used_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Deletes tokens that expired more than a day ago.
pub(in crate::users) fn forget_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let before = now.plus_seconds(-KEPT_SECONDS);
    diesel::delete(mail_tokens::table.filter(mail_tokens::expires_at.lt(before))).execute(conn)?;
    Ok(())
}
