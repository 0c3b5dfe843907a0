//! Processes a table one page of rows at a time, so that a step needs the same memory for a table of any length.

use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::super::conn::Conn;
use super::Failure;

/// The number of rows in memory at a time.
const PAGE: usize = 200;

/// A row that a step reads.
#[derive(QueryableByName)]
pub(super) struct StepRow {
    /// The primary key.
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    /// The text from which the step computes the column.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) text: Option<String>,
    /// The current value of the column.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) made: Option<String>,
}

/// A column that is computed from other columns of its row.
pub(super) struct Derived {
    /// The name of the table.
    pub(super) table: &'static str,
    /// The column of the primary key, which is a text.
    pub(super) id: &'static str,
    /// The SQL expression of the text from which the column is computed.
    pub(super) text: &'static str,
    /// The name of the column.
    pub(super) column: &'static str,
    /// The condition that selects the rows; `TRUE` for all.
    pub(super) only: &'static str,
}

impl Derived {
    /// Recomputes the column for each row, and writes the values that have changed.
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

    /// Returns the next page of rows after an id.
    fn page(&self, conn: &mut Conn, last: &str) -> Result<Vec<StepRow>, Failure> {
        let Self { table, id, text, column, only } = self;
        let select = format!(
            "SELECT {id} AS id, {text} AS text, {column} AS made FROM {table} WHERE {only} AND {id} > $1 ORDER BY {id} LIMIT {PAGE}"
        );
        Ok(sql_query(select).bind::<Text, _>(last).load(conn)?)
    }
}
