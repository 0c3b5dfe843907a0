//! Hands the places in ordered lists (an article's authors, its tags) over to an heir.

use diesel::sql_types::Text;
use diesel::{RunQueryDsl, sql_query};

use super::conn::Conn;
use super::id::Id;
use crate::error::Result;

/// Puts `to` in the places of `from` in every list; a list that has the heir already only loses `from`.
///
/// `table` and `column` are names of the schema, such as `article_tags` and `tag_id`.
pub(crate) fn hand_over<T>(conn: &mut Conn, (table, column): (&'static str, &'static str), from: Id<T>, to: Id<T>) -> Result<()> {
    let twice = format!(
        "DELETE FROM {table} WHERE {column} = $1 AND article_id IN (SELECT other.article_id FROM {table} AS other WHERE other.{column} = $2)"
    );
    sql_query(twice).bind::<Text, _>(from).bind::<Text, _>(to).execute(conn)?;
    // SQLite numbers `$n` by where it first stands, so that the heir must come first here.
    let moved = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
    sql_query(moved).bind::<Text, _>(to).bind::<Text, _>(from).execute(conn)?;
    Ok(())
}
