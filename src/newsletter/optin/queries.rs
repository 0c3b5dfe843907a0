//! All SQL of the mails that subscribing brings about.

use diesel::prelude::*;

use super::tokens::{LIFETIME, MailId, OptInMail, Purpose, SLACK};
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::newsletter::subscribers::SubscriberId;
use crate::schema::newsletter_mails;

/// A mail that nobody can answer any more is kept so long, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// Stores a new mail.
pub(super) fn insert(conn: &mut Conn, mail: &OptInMail) -> Result<()> {
    diesel::insert_into(newsletter_mails::table).values(mail).execute(conn)?;
    Ok(())
}

/// The mail with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: MailId) -> Result<Option<OptInMail>> {
    Ok(newsletter_mails::table.filter(newsletter_mails::id.eq(id)).select(OptInMail::as_select()).first(conn).optional()?)
}

/// Lets a token live for its whole time from now on, since it is mailed now.
pub(super) fn renew(conn: &mut Conn, id: MailId, now: Timestamp) -> Result<()> {
    let unused = newsletter_mails::table.filter(newsletter_mails::id.eq(id)).filter(newsletter_mails::used_at.is_null());
    diesel::update(unused).set(newsletter_mails::expires_at.eq(now.plus_seconds(LIFETIME))).execute(conn)?;
    Ok(())
}

/// Whether somebody was mailed within so many seconds.
pub(super) fn was_mailed(conn: &mut Conn, id: SubscriberId, within: i64, now: Timestamp) -> Result<bool> {
    let recent = newsletter_mails::table
        .filter(newsletter_mails::subscriber_id.eq(id))
        .filter(newsletter_mails::created_at.gt(now.plus_seconds(-within)))
        .filter(newsletter_mails::created_at.lt(now.plus_seconds(within)));
    Ok(recent.count().get_result::<i64>(conn)? > 0)
}

/// The confirmation with a hash whose time is not over, used or not, if there is one.
pub(super) fn find_standing(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<OptInMail>> {
    let standing = newsletter_mails::table
        .filter(newsletter_mails::hash.eq(hash))
        .filter(newsletter_mails::purpose.eq(Purpose::Confirmation))
        .filter(newsletter_mails::expires_at.gt(now))
        .filter(newsletter_mails::expires_at.le(now.plus_seconds(LIFETIME + SLACK)));
    Ok(standing.select(OptInMail::as_select()).first(conn).optional()?)
}

/// Uses a confirmation up; of all who try, one is told that it did.
pub(super) fn use_up(conn: &mut Conn, id: MailId, now: Timestamp) -> Result<bool> {
    let unused = newsletter_mails::table.filter(newsletter_mails::id.eq(id)).filter(newsletter_mails::used_at.is_null());
    Ok(diesel::update(unused).set(newsletter_mails::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// Makes worthless what was mailed to somebody to confirm.
pub(in crate::newsletter) fn forget_confirmations(conn: &mut Conn, id: SubscriberId, now: Timestamp) -> Result<()> {
    let unused = newsletter_mails::table.filter(newsletter_mails::subscriber_id.eq(id)).filter(newsletter_mails::used_at.is_null());
    diesel::update(unused).set(newsletter_mails::used_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Forgets mails that came to their end a day ago.
pub(in crate::newsletter) fn forget_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let old = newsletter_mails::table.filter(newsletter_mails::expires_at.lt(now.plus_seconds(-KEPT)));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
