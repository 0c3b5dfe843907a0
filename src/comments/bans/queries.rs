//! All SQL of bans.

use diesel::prelude::*;

use super::ban::{Ban, BanId, BanKind, LISTING};
use crate::db::{Backend, Conn, PageOf, PageQuery, among, keyset, straight};
use crate::error::Result;
use crate::schema::comment_bans;

/// One page of bans.
pub(super) fn page(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Ban>> {
    let rows = comment_bans::table.select(Ban::as_select()).into_boxed::<Backend>();
    Ok(keyset!(conn, LISTING, query, rows, comment_bans::table.into_boxed::<Backend>()))
}

/// How many bans there are.
pub(super) fn count(conn: &mut Conn) -> Result<i64> {
    Ok(comment_bans::table.count().get_result(conn)?)
}

/// A ban, if there is one.
pub(super) fn look_up(conn: &mut Conn, id: BanId) -> Result<Option<Ban>> {
    Ok(comment_bans::table.filter(comment_bans::id.eq(id)).select(Ban::as_select()).first(conn).optional()?)
}

/// Whether this is banned.
pub(super) fn is_banned(conn: &mut Conn, kind: BanKind, value: &str) -> Result<bool> {
    let same = comment_bans::table.filter(comment_bans::kind.eq(kind)).filter(comment_bans::value.eq(value));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// The ban of a value, if there is one.
pub(super) fn of_value(conn: &mut Conn, kind: BanKind, value: &str) -> Result<Option<Ban>> {
    let same = comment_bans::table.filter(comment_bans::kind.eq(kind)).filter(comment_bans::value.eq(value));
    Ok(same.select(Ban::as_select()).first(conn).optional()?)
}

/// Compares the ban of an address by another value from now on, and forgets why it was made; says whether there was one.
pub(super) fn rename(conn: &mut Conn, email: &str, value: &str) -> Result<bool> {
    let own = comment_bans::table.filter(comment_bans::kind.eq(BanKind::Email)).filter(comment_bans::value.eq(email));
    let renamed = (comment_bans::value.eq(value), comment_bans::note.eq(None::<String>));
    Ok(diesel::update(own).set(renamed).execute(conn)? == 1)
}

/// All that could be said against a comment: bans of what its author's e-mail address belongs to, and whatever else is banned.
pub(super) fn against(conn: &mut Conn, emails: &[String]) -> Result<Vec<(BanKind, String)>> {
    let bans = comment_bans::table.filter(comment_bans::kind.ne(BanKind::Email).or(among(comment_bans::value, emails)));
    Ok(straight!(conn, conn => bans.select((comment_bans::kind, comment_bans::value)).load(conn))?)
}

/// All that is banned of a kind.
pub(super) fn values(conn: &mut Conn, kind: BanKind) -> Result<Vec<String>> {
    Ok(comment_bans::table.filter(comment_bans::kind.eq(kind)).select(comment_bans::value).load(conn)?)
}

/// Stores a new ban.
pub(super) fn insert(conn: &mut Conn, ban: &Ban) -> Result<()> {
    diesel::insert_into(comment_bans::table).values(ban).execute(conn)?;
    Ok(())
}

/// Lifts a ban.
pub(super) fn delete(conn: &mut Conn, id: BanId) -> Result<()> {
    diesel::delete(comment_bans::table.filter(comment_bans::id.eq(id))).execute(conn)?;
    Ok(())
}
