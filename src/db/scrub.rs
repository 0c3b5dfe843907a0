//! Scrubbing the files: what was deleted is in no free page and no log any more.
//!
//! SQLite overwrites what is deleted (`secure_delete`), but the file gets that only from the log (WAL), and the log keeps what was
//! before until it is written over. So all of it is written into the file, and the log is emptied. PostgreSQL keeps dead rows until
//! `VACUUM`; its own log belongs to the operator.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::conn::{Conn, Location};
use super::pool::{Db, blocking};
use crate::error::{Error, Result};

/// How often it is tried to empty the log while others read from it.
const MAX_TRIES: u32 = 20;
/// How long lies between two tries.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one try waits for writers and readers, in milliseconds; writers wait as long.
const TRY_TIMEOUT: &str = "PRAGMA busy_timeout = 200";
/// How long PostgreSQL may take for a table, other cleaning of it included.
const VACUUM_TIMEOUT: &str = "SET statement_timeout = '60s'; SET lock_timeout = '60s'";

impl Db {
    /// Takes what was deleted from these tables out of the files; fails where others read too long from what was before.
    pub(crate) async fn scrub(&self, tables: &'static [&'static str]) -> Result<()> {
        let location = self.location.clone();
        blocking((), move || scrub(&location, tables)).await
    }
}

/// On a connection of its own: it is in no transaction, and nobody waits for it.
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

/// Writes the log into the file and empties it. Most is written while others write on; only the end needs them to wait.
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
    Err(Error::unavailable("others read from the database's log all the time"))
}
