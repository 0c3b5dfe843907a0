//! SQL queries for invitations. Expired invitations are treated as absent, except where noted.

use diesel::dsl;
use diesel::prelude::*;

use super::invitation::{Invitation, InvitationId, LISTING};
use crate::db::{Backend, Conn, PageOf, PageQuery, Timestamp, keyset};
use crate::error::Result;
use crate::schema::invitations;
use crate::users::email_tokens::Purpose;

type Living = dsl::And<dsl::Gt<invitations::expires_at, Timestamp>, dsl::LtEq<invitations::expires_at, Timestamp>>;

fn living(now: Timestamp) -> Living {
    invitations::expires_at.gt(now).and(invitations::expires_at.le(Purpose::Invitation.latest_end(now)))
}

/// Returns one page of invitations.
pub(super) fn page(conn: &mut Conn, query: &PageQuery, now: Timestamp) -> Result<PageOf<Invitation>> {
    let all = || invitations::table.filter(living(now));
    Ok(keyset!(conn, LISTING, query, all().select(Invitation::as_select()).into_boxed::<Backend>(), all().into_boxed::<Backend>()))
}

/// Returns the invitation with an id, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: InvitationId, now: Timestamp) -> Result<Option<Invitation>> {
    let found = invitations::table.filter(invitations::id.eq(id)).filter(living(now));
    Ok(found.select(Invitation::as_select()).first(conn).optional()?)
}

/// Returns the invitation with a token hash, if there is one.
pub(super) fn find_by_token(conn: &mut Conn, hash: &str, now: Timestamp) -> Result<Option<Invitation>> {
    let found = invitations::table.filter(invitations::token_hash.eq(hash)).filter(living(now));
    Ok(found.select(Invitation::as_select()).first(conn).optional()?)
}

/// Returns the invitation with an id, even if it expired while its email waited in the queue.
pub(super) fn look_up_unmailed(conn: &mut Conn, id: InvitationId) -> Result<Option<Invitation>> {
    Ok(invitations::table.filter(invitations::id.eq(id)).select(Invitation::as_select()).first(conn).optional()?)
}

/// Starts an invitation's lifetime now, because its email is sent now.
pub(super) fn renew(conn: &mut Conn, id: InvitationId, now: Timestamp) -> Result<()> {
    let end = now.plus_seconds(Purpose::Invitation.lifetime());
    diesel::update(invitations::table.filter(invitations::id.eq(id))).set(invitations::expires_at.eq(end)).execute(conn)?;
    Ok(())
}

/// Stores a new invitation.
pub(super) fn insert(conn: &mut Conn, invitation: &Invitation) -> Result<()> {
    diesel::insert_into(invitations::table).values(invitation).execute(conn)?;
    Ok(())
}

/// Deletes an invitation. If several callers try, exactly one gets `true`.
pub(super) fn delete(conn: &mut Conn, id: InvitationId) -> Result<bool> {
    Ok(diesel::delete(invitations::table.filter(invitations::id.eq(id))).execute(conn)? == 1)
}

/// Returns the invitation of an email address, expired or not.
pub(super) fn of_address(conn: &mut Conn, email: &str) -> Result<Option<Invitation>> {
    Ok(invitations::table.filter(invitations::email.eq(email)).select(Invitation::as_select()).first(conn).optional()?)
}

/// Stores a changed invitation.
pub(super) fn update(conn: &mut Conn, invitation: &Invitation) -> Result<()> {
    diesel::update(invitations::table.filter(invitations::id.eq(invitation.id))).set(invitation).execute(conn)?;
    Ok(())
}

/// Deletes the invitation of an email address, if there is one.
pub(super) fn delete_of_address(conn: &mut Conn, email: &str) -> Result<()> {
    diesel::delete(invitations::table.filter(invitations::email.eq(email))).execute(conn)?;
    Ok(())
}

/// Deletes expired invitations; returns their number.
pub(in crate::users) fn forget_expired(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(invitations::table.filter(invitations::expires_at.lt(before))).execute(conn)?)
}
