//! One connection type for both engines, and the few differences between them.

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, ConnectionResult, PgConnection, RunQueryDsl, SqliteConnection};

use super::private;
use crate::error::Result;

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub(crate) enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs a query on the engine's own connection: `on_engine!(conn, inner => query.load(inner))`.
///
/// Use this macro for frequent queries. If a query runs on `Conn` itself, its SQL is built three times per run to find the cached
/// statement.
macro_rules! on_engine {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($inner) => $query,
            $crate::db::Conn::Postgres($inner) => $query,
        }
    };
}

pub(crate) use on_engine;

/// The backend for which every query is written.
pub(crate) type Backend = MultiBackend;

/// The location of the database, parsed from `DATABASE_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// The path of the database file.
    Sqlite(String),
    /// A libpq connection URL.
    Postgres(String),
}

impl Location {
    /// Parses a `DATABASE_URL`; the error lists the accepted forms.
    pub(crate) fn parse(url: &str) -> std::result::Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            let path = path.split('?').next().unwrap_or_default();
            if path.is_empty() {
                return Err("names no file; write sqlite://masthead.db or sqlite:///var/lib/masthead/masthead.db".into());
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err("must begin with sqlite:// or postgres://".into())
    }

    /// Returns the name of the engine, for logs and errors.
    pub(crate) fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

/// SQLite's timeout comes first, so that all later pragmas and statements wait, too.
const SQLITE_SETTINGS: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA mmap_size = 0;
    PRAGMA cache_size = -1024;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 4000;
";

const POSTGRES_SETTINGS: &str = "
    SET TIME ZONE 'UTC';
    SET statement_timeout = '5s';
    SET lock_timeout = '5s';
    SET idle_in_transaction_session_timeout = '30s';
    SET client_min_messages = 'warning';
";

impl Conn {
    /// Opens a connection with the engine's settings; the error comes from the engine.
    pub(crate) fn open(location: &Location) -> ConnectionResult<Self> {
        let (mut conn, settings) = match location {
            Location::Sqlite(path) => {
                private::begin(path);
                (Self::Sqlite(SqliteConnection::establish(path)?), SQLITE_SETTINGS)
            }
            Location::Postgres(url) => (Self::Postgres(PgConnection::establish(url)?), POSTGRES_SETTINGS),
        };
        conn.batch_execute(settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    /// Returns whether other connections can write at the same time. If so, data that was read before a lock was taken may have
    /// changed by the time the lock is held.
    pub(crate) fn has_other_writers(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Begins a transaction that may write. SQLite takes the write lock at once, so that it never deadlocks.
    pub(super) fn begin_write(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute("BEGIN IMMEDIATE"),
            Self::Postgres(conn) => conn.batch_execute("BEGIN"),
        }
    }

    /// Begins a read-only transaction on one snapshot.
    pub(super) fn begin_read(&mut self) -> diesel::QueryResult<()> {
        match self {
            Self::Sqlite(conn) => conn.batch_execute("BEGIN DEFERRED"),
            Self::Postgres(conn) => conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Millis {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    millis: i64,
}

/// Returns the time of the database's own clock, which is the same for all nodes, in milliseconds since 1970-01-01T00:00:00Z.
pub(crate) fn millis(conn: &mut Conn) -> Result<i64> {
    let query = match conn {
        Conn::Sqlite(_) => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS millis",
        Conn::Postgres(_) => "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis",
    };
    let Millis { millis } = diesel::sql_query(query).get_result(conn)?;
    Ok(millis)
}
