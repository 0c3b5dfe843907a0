//! Reads every page of a SQLite file in the background, to find damage that only reading reveals.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use tokio::sync::oneshot;

use super::conn::Location;
use crate::threads::stand_back;

/// The pause between two tables, in which SQLite can empty its write-ahead log.
const PAUSE: Duration = Duration::from_millis(20);
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -1024; PRAGMA mmap_size = 0;";
const TABLES: &str = "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name";
/// The error messages of SQLite for a damaged file, as opposed to a file that is temporarily inaccessible.
const SIGNS: [&str; 2] = ["malformed", "not a database"];

#[derive(QueryableByName)]
struct IntegrityRow {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// The damage that was found, if any.
#[derive(Clone, Default)]
pub(super) struct Soundness(Arc<OnceLock<String>>);

impl Soundness {
    /// Returns the damage that was found.
    pub(super) fn damage(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// Checks all tables and their indexes, one after the other, on a thread of its own.
    pub(super) async fn look(&self, location: &Location) {
        let Location::Sqlite(path) = location.clone() else { return };
        let (sender, receiver) = oneshot::channel();
        let looking = std::thread::Builder::new().name("masthead-soundness".into()).spawn(move || {
            stand_back();
            // The server may have stopped meanwhile, so a closed channel is no error.
            let _ = sender.send(look_through(&path));
        });
        if let Err(error) = looking {
            tracing::warn!(%error, "the database could not be checked for damage");
            return;
        }
        match receiver.await {
            Ok(Ok(None)) => tracing::debug!("the database was checked; no page is damaged"),
            Ok(Ok(Some(damage))) => self.report(damage),
            Ok(Err(error)) if SIGNS.iter().any(|sign| error.contains(sign)) => self.report(error),
            Ok(Err(error)) => tracing::warn!(error, "the database could not be checked for damage"),
            Err(_) => tracing::warn!("the database could not be checked for damage: the thread ended"),
        }
    }

    fn report(&self, damage: String) {
        let text = damage.clone();
        if self.0.set(damage).is_ok() {
            tracing::error!(damage = text, "the database is damaged; /readyz fails. Stop the server and restore a backup");
        }
    }
}

/// Returns the first damage that is found.
fn look_through(path: &str) -> Result<Option<String>, String> {
    let mut conn = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
    conn.batch_execute(SETTINGS).map_err(|error| error.to_string())?;
    let tables: Vec<IntegrityRow> = sql_query(TABLES).load(&mut conn).map_err(|error| error.to_string())?;
    for IntegrityRow { line: table } in tables {
        let query = format!("PRAGMA quick_check(\"{}\")", table.replace('"', "\"\""));
        let findings: Vec<Finding> = sql_query(query).load(&mut conn).map_err(|error| error.to_string())?;
        if let Some(found) = findings.into_iter().find(|found| found.quick_check != "ok") {
            return Ok(Some(format!("{table}: {}", found.quick_check)));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(None)
}
