//! SQL queries for the emails that subscribing causes.

use diesel::prelude::*;

use super::tokens::{CLOCK_SKEW, LIFETIME, MailId, OptInMail, OptInPurpose};
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::newsletter::subscribers::SubscriberId;
use crate::schema::newsletter_mails;

/// The time for which an expired email is kept, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// Stores a new email.
pub(super) fn insert(conn: &mut Conn, mail: &OptInMail) -> Result<()> {
    diesel::insert_into(newsletter_mails::table).values(mail).execute(conn)?;
    Ok(())
}

/// Returns the email with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: MailId) -> Result<Option<OptInMail>> {
    Ok(newsletter_mails::table.filter(newsletter_mails::id.eq(id)).select(OptInMail::as_select()).first(conn).optional()?)
}

/// Starts a token's lifetime now, because its email is sent now.
pub(super) fn renew(conn: &mut Conn, id: MailId, now: Timestamp) -> Result<()> {
    let unused = newsletter_mails::table.filter(newsletter_mails::id.eq(id)).filter(newsletter_mails::used_at.is_null());
    diesel::update(unused).set(newsletter_mails::expires_at.eq(now.plus_seconds(LIFETIME))).execute(conn)?;
    Ok(())
}

/// Checks whether a subscriber was sent an email within a number of seconds.
pub(super) fn was_mailed(conn: &mut Conn, id: SubscriberId, within: i64, now: Timestamp) -> Result<bool> {
    let recent = newsletter_mails::table
        .filter(newsletter_mails::subscriber_id.eq(id))
        .filter(newsletter_mails::created_at.gt(now.plus_seconds(-within)))
        .filter(newsletter_mails::created_at.lt(now.plus_seconds(within)));
    Ok(recent.count().get_result::<i64>(conn)? > 0)
}

/// Returns the used or unused confirmation with a token hash, if it has not expired.
pub(super) fn find_standing(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<OptInMail>> {
    let standing = newsletter_mails::table
        .filter(newsletter_mails::hash.eq(hash))
        .filter(newsletter_mails::purpose.eq(OptInPurpose::Confirmation))
        .filter(newsletter_mails::expires_at.gt(now))
        .filter(newsletter_mails::expires_at.le(now.plus_seconds(LIFETIME + CLOCK_SKEW)));
    Ok(standing.select(OptInMail::as_select()).first(conn).optional()?)
}

/// Marks a confirmation as used. If several callers try, exactly one gets `true`.
pub(super) fn use_up(conn: &mut Conn, id: MailId, now: Timestamp) -> Result<bool> {
    let unused = newsletter_mails::table.filter(newsletter_mails::id.eq(id)).filter(newsletter_mails::used_at.is_null());
    Ok(diesel::update(unused).set(newsletter_mails::used_at.eq(Some(now))).execute(conn)? == 1)
}

/// Invalidates the unused confirmation tokens of a subscriber.
pub(in crate::newsletter) fn forget_confirmations(conn: &mut Conn, id: SubscriberId, now: Timestamp) -> Result<()> {
    let unused = newsletter_mails::table.filter(newsletter_mails::subscriber_id.eq(id)).filter(newsletter_mails::used_at.is_null());
    diesel::update(unused).set(newsletter_mails::used_at.eq(Some(now))).execute(conn)?;
    Ok(())
}

/// Deletes emails that expired more than a day ago.
pub(in crate::newsletter) fn forget_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let old = newsletter_mails::table.filter(newsletter_mails::expires_at.lt(now.plus_seconds(-KEPT)));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
