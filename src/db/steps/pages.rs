//! Goes through a table a page of rows at a time, so that a step takes the same memory however long the table is.

use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::super::conn::Conn;
use super::Failure;

/// How many rows are in memory at a time.
const PAGE: usize = 200;

/// A row as a step reads it.
#[derive(QueryableByName)]
pub(super) struct Row {
    /// The primary key.
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    /// The text that the step makes something of.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) text: Option<String>,
    /// The text that was made of it before.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) made: Option<String>,
}

/// A column that is made of other columns of its row.
pub(super) struct Derived {
    /// The table.
    pub(super) table: &'static str,
    /// The column of its primary key, a text.
    pub(super) id: &'static str,
    /// The SQL expression of the text that the column is made of.
    pub(super) text: &'static str,
    /// The column.
    pub(super) column: &'static str,
    /// The condition that rows must meet; `TRUE` for all.
    pub(super) only: &'static str,
}

impl Derived {
    /// Makes the column of each row anew, and writes those that differ from what was stored.
    pub(super) fn renew(&self, conn: &mut Conn, make: impl Fn(&str) -> Option<String>) -> Result<(), Failure> {
        let Self { table, id, column, .. } = self;
        let update = format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2");
        let mut last = String::new();
        loop {
            let rows = self.page(conn, &last)?;
            for row in &rows {
                let renewed = row.text.as_deref().and_then(&make);
                if renewed != row.made {
                    sql_query(&update).bind::<Nullable<Text>, _>(renewed).bind::<Text, _>(&row.id).execute(conn)?;
                }
            }
            match rows.last() {
                Some(row) if rows.len() == PAGE => last.clone_from(&row.id),
                _ => return Ok(()),
            }
        }
    }

    /// The rows after one of this id, as many as a page has.
    fn page(&self, conn: &mut Conn, last: &str) -> Result<Vec<Row>, Failure> {
        let Self { table, id, text, column, only } = self;
        let select = format!(
            "SELECT {id} AS id, {text} AS text, {column} AS made FROM {table} WHERE {only} AND {id} > $1 ORDER BY {id} LIMIT {PAGE}"
        );
        Ok(sql_query(select).bind::<Text, _>(last).load(conn)?)
    }
}
