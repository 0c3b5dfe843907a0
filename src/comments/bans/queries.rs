//! SQL queries for bans.

use diesel::prelude::*;

use super::ban::{Ban, BanId, BanKind, LISTING};
use crate::db::{Backend, Conn, PageOf, PageQuery, in_list, keyset, on_engine};
use crate::error::Result;
use crate::schema::comment_bans;

/// Returns one page of bans.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Ban>> {
    let rows = comment_bans::table.select(Ban::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, comment_bans::table.into_boxed::<Backend>()))
}

/// Counts the bans.
pub(super) fn count(conn: &mut Conn) -> Result<i64> {
    Ok(comment_bans::table.count().get_result(conn)?)
}

/// Returns a ban, if it exists.
pub(super) fn look_up(conn: &mut Conn, id: BanId) -> Result<Option<Ban>> {
    Ok(comment_bans::table.filter(comment_bans::id.eq(id)).select(Ban::as_select()).first(conn).optional()?)
}

/// Checks whether a value is banned.
pub(super) fn is_banned(conn: &mut Conn, kind: BanKind, value: &str) -> Result<bool> {
    let same = comment_bans::table.filter(comment_bans::kind.eq(kind)).filter(comment_bans::value.eq(value));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// Returns the ban of a value, if there is one.
pub(super) fn of_value(conn: &mut Conn, kind: BanKind, value: &str) -> Result<Option<Ban>> {
    let same = comment_bans::table.filter(comment_bans::kind.eq(kind)).filter(comment_bans::value.eq(value));
    Ok(same.select(Ban::as_select()).first(conn).optional()?)
}

/// Replaces the value of an email address's ban and deletes the note. Returns whether there was a ban.
pub(super) fn rename(conn: &mut Conn, email: &str, value: &str) -> Result<bool> {
    let own = comment_bans::table.filter(comment_bans::kind.eq(BanKind::Email)).filter(comment_bans::value.eq(email));
    let renamed = (comment_bans::value.eq(value), comment_bans::note.eq(None::<String>));
    Ok(diesel::update(own).set(renamed).execute(conn)? == 1)
}

/// Returns the bans that may match a comment: bans of the given email values, and all bans of networks and words.
pub(super) fn against(conn: &mut Conn, emails: &[String]) -> Result<Vec<(BanKind, String)>> {
    let bans = comment_bans::table.filter(comment_bans::kind.ne(BanKind::Email).or(in_list(comment_bans::value, emails)));
    Ok(on_engine!(conn, conn => bans.select((comment_bans::kind, comment_bans::value)).load(conn))?)
}

/// Returns all banned values of a kind.
pub(super) fn values(conn: &mut Conn, kind: BanKind) -> Result<Vec<String>> {
    Ok(comment_bans::table.filter(comment_bans::kind.eq(kind)).select(comment_bans::value).load(conn)?)
}

/// Stores a new ban.
pub(super) fn insert(conn: &mut Conn, ban: &Ban) -> Result<()> {
    diesel::insert_into(comment_bans::table).values(ban).execute(conn)?;
    Ok(())
}

/// Deletes a ban.
pub(super) fn delete(conn: &mut Conn, id: BanId) -> Result<()> {
    diesel::delete(comment_bans::table.filter(comment_bans::id.eq(id))).execute(conn)?;
    Ok(())
}
