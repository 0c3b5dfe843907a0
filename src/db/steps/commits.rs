//! Makes PostgreSQL store the transaction number of each event, and indexes it.

use diesel::connection::SimpleConnection;

use super::Failure;
use crate::db::Conn;

/// Existing rows keep 0, because they were committed before any process began to follow events.
const NUMBER: &str = "
    ALTER TABLE events ALTER COLUMN tx SET DEFAULT (pg_current_xact_id()::text::bigint);
    CREATE INDEX events_by_tx ON events (tx);
";

/// Sets the default of `events.tx`. SQLite needs none, because its rows are committed in the order of their `rowid`.
pub(in crate::db) fn number(conn: &mut Conn) -> Result<(), Failure> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(NUMBER)?;
    }
    Ok(())
}
