//! SQL queries that compare a comment with others.

use diesel::prelude::*;

use crate::db::{Conn, Timestamp, on_engine};
use crate::error::Result;
use crate::schema::{comment_moderation, comments};

/// The highest count that matters.
const MAX_COUNT: i64 = 10;

/// Counts the comments with the same text since a time.
pub(super) fn repeats(conn: &mut Conn, text_hash: &str, since: Timestamp) -> Result<usize> {
    let same = comment_moderation::table.filter(comment_moderation::text_hash.eq(text_hash));
    let same = same.filter(comment_moderation::created_at.ge(since));
    Ok(on_engine!(conn, conn => same.select(comment_moderation::created_at).limit(MAX_COUNT).load::<Timestamp>(conn))?.len())
}

/// Counts the guests' comments from an IP address since a time.
pub(super) fn from_address(conn: &mut Conn, address: &str, since: Timestamp) -> Result<i64> {
    let near = comment_moderation::table.filter(comment_moderation::address.eq(address));
    let near = near.filter(comment_moderation::created_at.ge(since));
    let near = near.inner_join(comments::table).filter(comments::is_staff.eq(false));
    let found = on_engine!(conn, conn => near.select(comment_moderation::created_at).limit(MAX_COUNT).load::<Timestamp>(conn))?.len();
    Ok(i64::try_from(found).unwrap_or(MAX_COUNT))
}
