//! `Horizon`: the rows of the table `events` that a transaction sees. With it, a later transaction finds exactly the rows that were
//! committed since.
//!
//! Neither times nor ids identify these rows, because a transaction commits after it has made the ids of its rows, and the clocks
//! of nodes differ. On PostgreSQL, snapshots and the transaction number of each row (`tx`) identify them. SQLite has one writer at
//! a time, so its rows are committed in the order of their `rowid`.

use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::conn::Conn;
use crate::error::Result;

/// A description of the events that a transaction sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Horizon {
    /// The newest row, by its rowid and its id; rowid 0 if there was none.
    Sqlite { place: i64, id: String },
    /// The snapshot in PostgreSQL's notation: `xmin:xmax:running,running…`.
    Postgres { snapshot: String },
}

/// An event that was committed after a horizon.
#[derive(Debug, QueryableByName)]
pub(crate) struct Arrival {
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    /// The cache tags, as stored in the table.
    #[diesel(sql_type = Text)]
    pub(crate) tags: String,
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = Text)]
    snapshot: String,
}

#[derive(QueryableByName)]
struct RowId {
    #[diesel(sql_type = Text)]
    id: String,
}

const NEWEST: &str = "SELECT rowid AS place, id FROM events ORDER BY rowid DESC LIMIT 1";
const AT_PLACE: &str = "SELECT id FROM events WHERE rowid = $1";
const BEHIND_PLACE: &str = "SELECT id, tags FROM events WHERE rowid > $1 ORDER BY rowid LIMIT $2";
const SNAPSHOT: &str = "SELECT pg_current_snapshot()::text AS snapshot";
/// The upper bound excludes rows that were restored from another server with greater transaction numbers.
const BEHIND_SNAPSHOT: &str = "
    SELECT id, tags FROM events
    WHERE tx >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
        AND tx < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        AND NOT pg_visible_in_snapshot(tx::text::xid8, $1::pg_snapshot)
    LIMIT $2";

impl Horizon {
    /// Returns the horizon of this transaction.
    pub(crate) fn of(conn: &mut Conn) -> Result<Self> {
        match conn {
            Conn::Sqlite(conn) => {
                let newest = sql_query(NEWEST).get_result::<Newest>(conn).optional()?;
                Ok(newest
                    .map_or(Self::Sqlite { place: 0, id: String::new() }, |newest| Self::Sqlite { place: newest.place, id: newest.id }))
            }
            Conn::Postgres(conn) => {
                let Snapshot { snapshot } = sql_query(SNAPSHOT).get_result(conn)?;
                Ok(Self::Postgres { snapshot })
            }
        }
    }

    /// Returns the events committed since `earlier`: this transaction sees them, and the earlier transaction did not. Returns
    /// `None` if there are more than `most`, or if the difference is unknown because rows were removed or the database was
    /// replaced.
    pub(crate) fn arrivals(&self, conn: &mut Conn, earlier: &Self, most: usize) -> Result<Option<Vec<Arrival>>> {
        if self == earlier {
            return Ok(Some(Vec::new()));
        }
        let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let arrivals = match (conn, self, earlier) {
            (Conn::Sqlite(conn), _, Self::Sqlite { place, id }) => behind_place(conn, *place, id, limit)?,
            (Conn::Postgres(conn), Self::Postgres { snapshot: now }, Self::Postgres { snapshot }) if end(now) >= end(snapshot) => {
                behind_snapshot(conn, snapshot, limit)?
            }
            _ => return Ok(None),
        };
        Ok(arrivals.filter(|arrivals| arrivals.len() <= most))
    }
}

/// Returns `None` if the row with this rowid and id no longer exists, because a later row may then have reused the rowid.
fn behind_place(conn: &mut SqliteConnection, place: i64, id: &str, limit: i64) -> Result<Option<Vec<Arrival>>> {
    if place > 0 {
        let found = sql_query(AT_PLACE).bind::<BigInt, _>(place).get_result::<RowId>(conn).optional()?;
        if found.is_none_or(|found| found.id != id) {
            return Ok(None);
        }
    }
    Ok(Some(sql_query(BEHIND_PLACE).bind::<BigInt, _>(place).bind::<BigInt, _>(limit).load(conn)?))
}

fn behind_snapshot(conn: &mut PgConnection, snapshot: &str, limit: i64) -> Result<Option<Vec<Arrival>>> {
    Ok(Some(sql_query(BEHIND_SNAPSHOT).bind::<Text, _>(snapshot).bind::<BigInt, _>(limit).load(conn)?))
}

/// Returns the `xmax` of a snapshot, which sees no transaction with this or a greater number.
fn end(snapshot: &str) -> Option<u64> {
    snapshot.split(':').nth(1)?.parse().ok()
}
