//! Scrubbing: removes deleted data from free pages and logs.
//!
//! SQLite overwrites deleted data (`secure_delete`), but the file changes only when the log (WAL) is copied into it, and the log keeps
//! the old data until it is overwritten. Therefore the whole log is copied into the file and then emptied. PostgreSQL keeps dead rows
//! until `VACUUM`; its own log is the operator's responsibility.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::conn::{Conn, Location};
use super::pool::{Db, blocking};
use crate::error::{Error, Result};

/// The maximum number of attempts to empty the log while other connections read from it.
const MAX_TRIES: u32 = 20;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// The time that one attempt waits for writers and readers, in milliseconds. Meanwhile, new writers wait for the attempt.
const TRY_TIMEOUT: &str = "PRAGMA busy_timeout = 200";
/// PostgreSQL's time limits for one table, including the wait for another `VACUUM` of the table.
const VACUUM_TIMEOUT: &str = "SET statement_timeout = '60s'; SET lock_timeout = '60s'";

impl Db {
    /// Removes the deleted data of these tables from the files; fails if other connections read the old data for too long.
    pub(crate) async fn scrub(&self, tables: &'static [&'static str]) -> Result<()> {
        let location = self.location.clone();
        blocking((), move || scrub(&location, tables)).await
    }
}

/// Uses a connection of its own, outside any transaction.
fn scrub(location: &Location, tables: &[&str]) -> Result<()> {
    match (Conn::open(location).map_err(|error| Error::unavailable(&error.to_string()))?, location) {
        (Conn::Sqlite(mut conn), _) => empty_log(&mut conn),
        (Conn::Postgres(mut conn), _) => {
            conn.batch_execute(VACUUM_TIMEOUT)?;
            tables.iter().try_for_each(|table| Ok(conn.batch_execute(&format!("VACUUM {table}"))?))
        }
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Copies the log into the file and empties the log. Most pages are copied while other connections write; writers wait only at the
/// end.
fn empty_log(conn: &mut SqliteConnection) -> Result<()> {
    conn.batch_execute(TRY_TIMEOUT)?;
    for _ in 0..MAX_TRIES {
        conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?;
        let done: Checkpoint = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
        if done.busy == 0 {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    Err(Error::unavailable("the log of the database was not emptied, because other connections read from the log during every attempt"))
}
