//! Migrates a database to this program's schema: completely or not at all, and by one process at a time.

use std::path::Path;

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{CREATE_MIGRATIONS_TABLE, Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::conn::{Conn, Location};
use super::private;
use super::sqlite_file;
use super::steps::{self, Failure};

const PORTABLE: EmbeddedMigrations = embed_migrations!("migrations/portable");

/// The state of a database's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaState {
    /// The schema is current.
    Current,
    /// The number of migrations that have not run yet.
    Pending(usize),
}

/// PostgreSQL sorts text by the locale of the database; sort keys (`*_key`) must be sorted by bytes, as in SQLite.
const SORT_BY_BYTES: &str = r#"
DO $$
DECLARE changed record;
BEGIN
    FOR changed IN
        SELECT table_name, string_agg(format('ALTER COLUMN %I TYPE TEXT COLLATE "C"', column_name), ', ') AS columns
        FROM information_schema.columns JOIN pg_tables ON tablename = table_name AND schemaname = table_schema
        WHERE table_schema = current_schema() AND column_name LIKE '%\_key' AND collation_name IS DISTINCT FROM 'C'
        GROUP BY table_name
    LOOP
        EXECUTE format('ALTER TABLE %I ', changed.table_name) || changed.columns;
    END LOOP;
END
$$
"#;

/// Reads the schema's state without changing a byte; the error tells the operator why this database cannot be served.
pub(crate) fn inspect(location: &Location) -> Result<SchemaState, String> {
    compare(&applied(location)?)
}

/// Returns the migrations that have run on a database.
fn applied(location: &Location) -> Result<Vec<String>, String> {
    match location {
        Location::Sqlite(path) => applied_on_sqlite(path),
        Location::Postgres(_) => {
            let mut conn = Conn::open(location).map_err(|error| format!("cannot connect to PostgreSQL: {error}"))?;
            applied_on_postgres(&mut conn).map_err(|error| format!("cannot read the schema: {error}"))
        }
    }
}

/// Runs all pending migrations in one transaction, so that a kill leaves either the old schema or the new one.
pub(crate) fn migrate(location: &Location) -> Result<usize, String> {
    if let Location::Sqlite(path) = location
        && std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0)
    {
        sqlite_file::check(path)?;
    }
    let before = applied(location)?;
    compare(&before)?;
    if let Location::Sqlite(path) = location {
        private::restrict(path);
    }
    let mut conn = Conn::open(location).map_err(|error| format!("cannot open the database: {error}"))?;
    let ran = conn.begin_write().map_err(Failure::from).and_then(|()| run(&mut conn));
    let ended = conn.batch_execute(if ran.is_ok() { "COMMIT" } else { "ROLLBACK" });
    let ran = ran.and_then(|ran| ended.map(|()| ran).map_err(Failure::from));
    let ran = ran.map_err(|error| format!("the migration failed and was rolled back: {error}"))?;
    if !before.is_empty() && !before.iter().any(|version| version == OVERWRITES) {
        write_anew(&mut conn);
    }
    Ok(ran)
}

/// Before this migration, SQLite left deleted data in the file; the rewrite after it removes that data for good.
const OVERWRITES: &str = "20261128000021";

/// Rewrites a SQLite file without deleted data. This needs as much free disk space as the file has; if it fails, the server starts
/// nevertheless.
fn write_anew(conn: &mut Conn) {
    if let Conn::Sqlite(conn) = conn
        && let Err(error) = conn.batch_execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
    {
        tracing::warn!(%error, "data deleted by earlier versions is still in the database file; run VACUUM when there is enough disk space");
    }
}

/// Runs each pending migration: its SQL, then its step in Rust if it has one, then the row that records the migration.
fn run(conn: &mut Conn) -> Result<usize, Failure> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(6041969)")?;
    }
    diesel::sql_query(CREATE_MIGRATIONS_TABLE).execute(conn)?;
    let applied: Vec<String> = diesel::sql_query(APPLIED).load::<MigrationName>(conn)?.into_iter().map(|row| row.name).collect();
    let pending: Vec<String> = known()?.into_iter().filter(|version| !applied.contains(version)).collect();
    for version in &pending {
        run_sql(conn, version)?;
        if let Some(step) = steps::of(version) {
            step(conn)?;
        }
        diesel::sql_query(APPLY).bind::<Text, _>(version).execute(conn)?;
    }
    Ok(pending.len())
}

fn run_sql(conn: &mut Conn, version: &str) -> Result<(), Failure> {
    match conn {
        Conn::Sqlite(conn) => embedded::<Sqlite>(version)?.run(conn),
        Conn::Postgres(conn) => {
            embedded::<Pg>(version)?.run(conn)?;
            // This must happen before the next migration, because that migration may create a view of these columns, and PostgreSQL
            // cannot alter the columns of a view.
            Ok(conn.batch_execute(SORT_BY_BYTES)?)
        }
    }
}

fn embedded<DB: Backend>(version: &str) -> Result<Box<dyn Migration<DB>>, Failure> {
    let found = PORTABLE.migrations()?.into_iter().find(|migration| version_of(&**migration) == version);
    found.ok_or_else(|| format!("there is no migration {version}").into())
}

fn version_of<DB: Backend>(migration: &dyn Migration<DB>) -> String {
    migration.name().version().to_string()
}

/// Returns the versions of all migrations, in ascending order.
fn known() -> Result<Vec<String>, String> {
    let migrations: Vec<Box<dyn Migration<Sqlite>>> = PORTABLE.migrations().map_err(|error| error.to_string())?;
    let mut versions: Vec<String> = migrations.iter().map(|migration| version_of(&**migration)).collect();
    versions.sort_unstable();
    Ok(versions)
}

fn compare(applied: &[String]) -> Result<SchemaState, String> {
    let known = known()?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(format!(
            "the database has schema {newer}, which is newer than this program (masthead {}); start a newer masthead, or restore a backup",
            env!("CARGO_PKG_VERSION")
        ));
    }
    Ok(match known.len() - applied.len() {
        0 => SchemaState::Current,
        pending => SchemaState::Pending(pending),
    })
}

#[derive(QueryableByName)]
struct MigrationName {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

const APPLY: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ($1)";
const APPLIED: &str = "SELECT version AS name FROM __diesel_schema_migrations ORDER BY version";

fn applied_on_sqlite(path: &str) -> Result<Vec<String>, String> {
    let file = Path::new(path);
    let Ok(metadata) = std::fs::metadata(file) else {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        return match folder.filter(|folder| !folder.is_dir()) {
            Some(folder) => Err(format!("cannot create {path}: there is no folder {}", folder.display())),
            None => Ok(Vec::new()),
        };
    };
    if !metadata.is_file() {
        return Err(format!("cannot open {path}: it is not a file"));
    }
    if metadata.len() == 0 {
        return Ok(Vec::new());
    }
    let mut conn = SqliteConnection::establish(path).map_err(|error| format!("cannot open {path}: {error}"))?;
    let tables = conn
        .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;")
        .and_then(|()| diesel::sql_query("SELECT name FROM sqlite_master WHERE type = 'table'").load::<MigrationName>(&mut conn))
        .map_err(|error| format!("cannot read {path} as a database: {error}"))?;
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    if !tables.iter().any(|table| table.name == "__diesel_schema_migrations") {
        return Err(format!("{path} is a database of another program: it has tables, but not the schema of Masthead"));
    }
    let applied = diesel::sql_query(APPLIED).load::<MigrationName>(&mut conn).map_err(|error| format!("cannot read {path}: {error}"))?;
    Ok(applied.into_iter().map(|row| row.name).collect())
}

fn applied_on_postgres(conn: &mut Conn) -> diesel::QueryResult<Vec<String>> {
    let Conn::Postgres(conn) = conn else { return Ok(Vec::new()) };
    let found = diesel::sql_query("SELECT table_name::text AS name FROM information_schema.tables WHERE table_name = '__diesel_schema_migrations' AND table_schema = ANY (current_schemas(false))")
        .load::<MigrationName>(conn)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    Ok(diesel::sql_query(APPLIED).load::<MigrationName>(conn)?.into_iter().map(|row| row.name).collect())
}
