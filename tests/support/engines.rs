//! A database for each test: a copy of a template that is migrated and filled with users once per run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;

use super::world::{People, populate};

/// The engine that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// The database of a test, and the folder beside it; both are deleted when the test ends.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) people: People,
    pub(crate) folder: TempDir,
    dropped_with: Option<String>,
}

/// The template that every database of an engine is copied from.
struct Template {
    /// SQLite: the file. PostgreSQL: the database's name.
    source: Source,
    people: People,
    key: Vec<u8>,
}

enum Source {
    File(Vec<u8>),
    Named(String),
}

/// Returns the server in `TEST_DATABASE_URL`; without it, tests on PostgreSQL are skipped.
fn postgres_server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// Checks whether tests on PostgreSQL can run.
pub(crate) fn has_postgres() -> bool {
    postgres_server().is_some()
}

impl Database {
    /// Returns a new copy of the template.
    pub(crate) fn new(engine: Engine) -> Self {
        let template = template(engine);
        let folder = folder();
        std::fs::write(folder.path().join("masthead.key"), &template.key).expect("the key can be written");
        restrict(&folder.path().join("masthead.key"));
        let (url, dropped_with) = match &template.source {
            Source::File(bytes) => {
                let path = folder.path().join("masthead.db");
                std::fs::write(&path, bytes).expect("the database can be copied");
                (format!("sqlite://{}", path.display()), None)
            }
            Source::Named(source) => {
                let name = next_name();
                execute(&format!("CREATE DATABASE {name} TEMPLATE {source}"));
                (url_of(&name), Some(format!("DROP DATABASE {name} WITH (FORCE)")))
            }
        };
        Self { url, people: template.people.clone(), folder, dropped_with }
    }

    /// Returns an empty database, without a schema.
    pub(crate) fn empty(engine: Engine) -> Self {
        let folder = folder();
        let (url, dropped_with) = match engine {
            Engine::Sqlite => (format!("sqlite://{}", folder.path().join("masthead.db").display()), None),
            Engine::Postgres => {
                let name = next_name();
                // Use a language's collation, as servers usually do: sorting must not depend on it.
                execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"));
                (url_of(&name), Some(format!("DROP DATABASE {name} WITH (FORCE)")))
            }
        };
        Self { url, people: People::default(), folder, dropped_with }
    }

    /// Returns every row of every table, to detect changes.
    pub(crate) fn dump(&self) -> BTreeMap<String, Vec<String>> {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => dump_sqlite(&mut sqlite(path)),
            None => dump_postgres(&mut PgConnection::establish(&self.url).expect("the database opens")),
        }
    }

    /// Runs a query with a single text column `line`, and returns its rows.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => lines(&mut sqlite(path), sql),
            None => lines(&mut PgConnection::establish(&self.url).expect("the database opens"), sql),
        }
    }

    /// Returns the engine's query plan for a statement, independent of its bound values. On PostgreSQL, sequential scans are
    /// made expensive, because it would always scan tables as small as those of tests.
    pub(crate) fn plan(&self, statement: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Step {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let Some(path) = self.url.strip_prefix("sqlite://") else { return self.plan_of_postgres(statement) };
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<Step>(&mut sqlite(path));
        steps.unwrap_or_else(|why| panic!("{statement} can't be explained: {why}")).into_iter().map(|step| step.detail).collect()
    }

    fn plan_of_postgres(&self, statement: &str) -> Vec<String> {
        let mut conn = PgConnection::establish(&self.url).expect("the database opens");
        let prepared = format!(
            "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; PREPARE heard AS {statement};
            CREATE FUNCTION pg_temp.lines_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE query; END $$"
        );
        conn.batch_execute(&prepared).unwrap_or_else(|why| panic!("{statement} can't be prepared: {why}"));
        let count = lines(&mut conn, "SELECT cardinality(parameter_types)::text AS line FROM pg_prepared_statements");
        let nulls = vec!["NULL"; count.first().and_then(|count| count.parse().ok()).unwrap_or_default()].join(", ");
        let call = if nulls.is_empty() { "heard".to_owned() } else { format!("heard({nulls})") };
        lines(&mut conn, &format!("SELECT plan AS line FROM pg_temp.lines_of('EXPLAIN (COSTS OFF) EXECUTE {call}') AS plan"))
    }

    /// Begins a transaction that may write, and leaves it open.
    pub(crate) fn hold(&self) -> Held {
        let mut held = match self.url.strip_prefix("sqlite://") {
            Some(path) => Held::Sqlite(sqlite(path)),
            None => Held::Postgres(PgConnection::establish(&self.url).expect("the database opens")),
        };
        held.run(if matches!(held, Held::Sqlite(_)) { "BEGIN IMMEDIATE" } else { "BEGIN" });
        held
    }

    /// Runs SQL that the program does not know of, as another program might.
    pub(crate) fn tamper(&self, sql: &str) {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => sqlite(path).batch_execute(sql),
            None => PgConnection::establish(&self.url).expect("the database opens").batch_execute(sql),
        }
        .expect("the statements run");
    }
}

/// An open transaction of another client.
pub(crate) enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    /// Runs SQL in the transaction.
    pub(crate) fn run(&mut self, sql: &str) {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(statement) = &self.dropped_with {
            execute(statement);
        }
    }
}

fn template(engine: Engine) -> &'static Template {
    static SQLITE: OnceLock<Template> = OnceLock::new();
    static POSTGRES: OnceLock<Template> = OnceLock::new();
    match engine {
        Engine::Sqlite => SQLITE.get_or_init(sqlite_template),
        Engine::Postgres => POSTGRES.get_or_init(postgres_template),
    }
}

fn sqlite_template() -> Template {
    let database = Database::empty(Engine::Sqlite);
    let people = populate(&database);
    let copy = database.folder.path().join("template.db");
    database.tamper(&format!("VACUUM INTO '{}'", copy.display()));
    Template { source: Source::File(std::fs::read(copy).expect("the copy is there")), people, key: key_of(&database) }
}

fn postgres_template() -> Template {
    drop_leftovers();
    let mut database = Database::empty(Engine::Postgres);
    let people = populate(&database);
    let key = key_of(&database);
    let name = database.url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default().to_owned();
    database.dropped_with = None;
    // A database with connections cannot be a template.
    execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    execute(&format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"));
    Template { source: Source::Named(name), people, key }
}

/// Returns a connection that waits for locks, because the program's own may still be closing.
fn sqlite(path: &str) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(path).expect("the file opens");
    conn.batch_execute("PRAGMA busy_timeout = 5000").expect("it can wait");
    conn
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

fn lines<C: diesel::connection::LoadConnection>(conn: &mut C, sql: &str) -> Vec<String>
where
    diesel::query_builder::SqlQuery: for<'q> diesel::query_dsl::LoadQuery<'q, C, Line>,
{
    let rows: Vec<Line> = diesel::sql_query(sql).load(conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.into_iter().map(|row| row.line).collect()
}

fn dump_sqlite(conn: &mut SqliteConnection) -> BTreeMap<String, Vec<String>> {
    let tables = lines(conn, "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    let row = |conn: &mut SqliteConnection, table: &str| {
        let columns = lines(conn, &format!("SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')"));
        lines(conn, &format!("SELECT json_array({}) AS line FROM \"{table}\" ORDER BY 1", columns.join(", ")))
    };
    tables.into_iter().map(|table| (table.clone(), row(conn, &table))).collect()
}

fn dump_postgres(conn: &mut PgConnection) -> BTreeMap<String, Vec<String>> {
    let tables = lines(conn, "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'");
    let row =
        |conn: &mut PgConnection, table: &str| lines(conn, &format!("SELECT row_to_json(t)::text AS line FROM \"{table}\" t ORDER BY 1"));
    tables.into_iter().map(|table| (table.clone(), row(conn, &table))).collect()
}

fn key_of(database: &Database) -> Vec<u8> {
    std::fs::read(database.folder.path().join("masthead.key")).expect("the key is there")
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("masthead-test-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made")
}

fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("the key can be restricted");
}

/// Names contain the process id, so that leftovers of a killed run can be distinguished from databases in use.
fn next_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("masthead_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn drop_leftovers() {
    let names = lines(&mut maintenance(), "SELECT datname::text AS line FROM pg_database WHERE datname LIKE 'masthead\\_test\\_%'");
    for name in names {
        let process = name.trim_start_matches("masthead_test_").split('_').next().unwrap_or_default();
        if !PathBuf::from("/proc").join(process).exists() {
            execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn maintenance() -> PgConnection {
    let url = postgres_server().expect("TEST_DATABASE_URL is set");
    PgConnection::establish(&url).unwrap_or_else(|error| panic!("TEST_DATABASE_URL names a server that cannot be reached: {error}"))
}

fn execute(statement: &str) {
    maintenance().batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Returns the URL of another database on the same server.
fn url_of(name: &str) -> String {
    let mut url = url::Url::parse(&postgres_server().unwrap_or_default()).expect("TEST_DATABASE_URL is a URL");
    url.set_path(name);
    url.into()
}
