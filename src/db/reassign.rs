//! Replaces an entry of ordered lists (the authors and the tags of an article) by another.

use diesel::sql_types::Text;
use diesel::{RunQueryDsl, sql_query};

use super::conn::Conn;
use super::id::Id;
use crate::error::Result;

/// Replaces `from` by `to` in every list; a list that already contains `to` only loses `from`.
///
/// `table` and `column` are names of the schema, such as `article_tags` and `tag_id`.
pub(crate) fn reassign_references<T>(conn: &mut Conn, (table, column): (&'static str, &'static str), from: Id<T>, to: Id<T>) -> Result<()> {
    let twice = format!(
        "DELETE FROM {table} WHERE {column} = $1 AND article_id IN (SELECT other.article_id FROM {table} AS other WHERE other.{column} = $2)"
    );
    sql_query(twice).bind::<Text, _>(from).bind::<Text, _>(to).execute(conn)?;
    // SQLite numbers `$n` by first occurrence, so `to` must come first here.
    let moved = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
    sql_query(moved).bind::<Text, _>(to).bind::<Text, _>(from).execute(conn)?;
    Ok(())
}
