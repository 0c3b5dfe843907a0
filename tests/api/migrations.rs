//! Migrations: a database that this program cannot serve is refused with an explanation and not changed by a byte.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};

use masthead::app::App;
use masthead::clock::Clock;

use serde_json::json;

use crate::support::{Database, Engine, World, api_test, config, has_postgres};

/// Opens the app with a database; the error is the sentence for the operator.
fn open(database: &Database) -> Result<App, String> {
    App::open(config(database, &[]), Clock::System)
}

fn refusal(database: &Database) -> String {
    open(database).err().expect("the start is refused")
}

fn file_of(database: &Database) -> PathBuf {
    Path::new(database.url.strip_prefix("sqlite://").expect("a file")).to_owned()
}

/// Returns the database file and the files that SQLite keeps beside it.
fn bytes_of(database: &Database) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = std::fs::read_dir(database.folder.path()).expect("the folder can be read");
    let paths = folder.map(|entry| entry.expect("an entry").path()).filter(|path| path.to_string_lossy().contains("masthead.db"));
    let mut files: Vec<_> = paths.map(|path| (path.clone(), std::fs::read(path).expect("a file"))).collect();
    files.sort();
    files
}

#[test]
fn a_file_of_another_program_is_refused() {
    let database = Database::empty(Engine::Sqlite);
    database.tamper("CREATE TABLE bookmarks (id INTEGER PRIMARY KEY); INSERT INTO bookmarks VALUES (1);");
    let before = bytes_of(&database);
    let why = refusal(&database);
    assert!(why.contains("masthead.db") && why.contains("another program"), "{why}");
    assert_eq!(before, bytes_of(&database));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    for content in [&b"Dear diary, today I was mistaken for a database."[..], &vec![0x7f; 100_000], b"SQLite format 3\0 and then nothing"] {
        let database = Database::empty(Engine::Sqlite);
        std::fs::write(file_of(&database), content).expect("a file");
        let before = bytes_of(&database);
        let why = refusal(&database);
        assert!(why.contains("masthead.db"), "{why}");
        assert_eq!(before, bytes_of(&database));
    }
}

#[test]
fn a_damaged_database_is_refused() {
    let database = Database::new(Engine::Sqlite);
    let path = file_of(&database);
    let mut bytes = std::fs::read(&path).expect("the database");
    bytes.iter_mut().skip(100).take(4000).for_each(|byte| *byte = 0x55);
    std::fs::write(&path, &bytes).expect("the database");
    let before = bytes_of(&database);
    let why = refusal(&database);
    assert!(why.contains("masthead.db"), "{why}");
    assert_eq!(before, bytes_of(&database));
}

#[test]
fn a_file_of_another_length_is_refused() {
    for change in [-1000, -4096, -100_000, 1000, 4096] {
        let database = Database::new(Engine::Sqlite);
        let path = file_of(&database);
        let length = std::fs::metadata(&path).expect("the database").len();
        let file = std::fs::File::options().write(true).open(&path).expect("the database");
        file.set_len(length.checked_add_signed(change).expect("a length")).expect("the length can be set");
        let before = bytes_of(&database);
        let why = refusal(&database);
        assert!(why.contains("masthead.db is damaged") && why.contains(&length.to_string()), "{why}");
        assert_eq!(before, bytes_of(&database), "not a byte is changed, and nothing lies beside it");
    }
}

/// After a crash, some pages are only in the log, and others were being copied from the log to the file.
#[test]
fn a_log_beside_the_file_has_what_the_file_lacks() {
    let database = Database::new(Engine::Sqlite);
    let path = file_of(&database);
    let log = PathBuf::from(format!("{}-wal", path.display()));
    let short = std::fs::metadata(&path).expect("the database").len();
    let mut held = database.hold();
    held.run("COMMIT; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE");
    for number in 0..300 {
        let id = format!("01900000-0000-7000-9000-{number:012}");
        held.run(&format!("INSERT INTO events (id, at, kind, subject_kind, subject_id, tags, details) VALUES ('{id}', 1, 'tag.created', 'tag', '{}', '[]', 'null')", "x".repeat(3000)));
    }
    held.run("COMMIT");
    let (file, frames) = (std::fs::read(&path).expect("the database"), std::fs::read(&log).expect("the log"));
    held.run("PRAGMA wal_checkpoint(TRUNCATE)");
    let whole = std::fs::read(&path).expect("the database");
    drop(held);
    assert!(whole.len() > file.len());
    let short = usize::try_from(short).expect("a length");
    let cut = frames[..frames.len() / 2].to_vec();
    for (file, frames, opens) in [
        (file.clone(), &frames, true),
        (whole[..short].to_vec(), &frames, true),
        (whole[..short + 1000].to_vec(), &frames, true),
        (whole[..short - 4096].to_vec(), &frames, false),
        (whole[..short].to_vec(), &cut, false),
    ] {
        let copy = Database::new(Engine::Sqlite);
        std::fs::write(file_of(&copy), &file).expect("the copy");
        std::fs::write(format!("{}-wal", file_of(&copy).display()), frames).expect("its log");
        let before = bytes_of(&copy);
        if opens {
            open(&copy).expect("it opens");
            assert_eq!(
                copy.lines(
                    "SELECT COUNT(*) AS line FROM events WHERE kind = 'tag.created' AND length(subject_id) = 3000 HAVING COUNT(*) = 300"
                )
                .len(),
                1
            );
        } else {
            assert!(refusal(&copy).contains("is damaged"));
            assert_eq!(before, bytes_of(&copy));
        }
    }
}

api_test!(damage_that_a_longer_look_finds_makes_unready, async |world| {
    world.published(json!({"title": "Trams"})).await;
    world.app.look_for_damage().await;
    world.anonymous().get("/readyz").await.expect(200);
    let Some(path) = world.database.url.strip_prefix("sqlite://") else { return };
    world.tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    let page: u64 = world.database.lines("SELECT CAST(rootpage AS TEXT) AS line FROM sqlite_master WHERE name = 'newsletter_lists'")[0]
        .parse()
        .unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0x55; 4096], (page - 1) * 4096).unwrap();
    world.app.look_for_damage().await;
    world.anonymous().failing().get("/readyz").await.expect_problem(503, "unavailable");
    world.anonymous().get("/healthz").await.expect(200);
    world.anonymous().get("articles/trams").await.expect(200);
});

#[test]
fn a_missing_folder_is_named() {
    let mut database = Database::empty(Engine::Sqlite);
    let folder = database.folder.path().join("missing");
    database.url = format!("sqlite://{}/masthead.db", folder.display());
    let why = refusal(&database);
    assert!(why.contains("there is no folder") && why.contains("missing"), "{why}");
    assert!(!folder.exists());
}

#[test]
fn a_folder_is_no_database() {
    let database = Database::empty(Engine::Sqlite);
    std::fs::create_dir(file_of(&database)).expect("a folder");
    let why = refusal(&database);
    assert!(why.contains("it is not a file"), "{why}");
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::new(Engine::Sqlite);
    let key = database.folder.path().join("masthead.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("permissions");
    let why = refusal(&database);
    assert!(why.contains("masthead.key") && why.contains("chmod 600"), "{why}");
    std::fs::write(&key, "too short").expect("a file");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    assert!(refusal(&database).contains("damaged"));
}

/// The database was migrated by a newer program.
fn refuses_a_newer_schema(engine: Engine) {
    let database = Database::new(engine);
    database.tamper("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')");
    let before = database.dump();
    let why = refusal(&database);
    assert!(why.contains("20990101000000") && why.contains("newer"), "{why}");
    assert_eq!(before, database.dump());
}

fn runs_once_however_many_start(engine: Engine) {
    let database = Arc::new(Database::empty(engine));
    let barrier = Arc::new(Barrier::new(4));
    let starts = (0..4).map(|_| {
        let (database, barrier) = (Arc::clone(&database), Arc::clone(&barrier));
        std::thread::spawn(move || {
            barrier.wait();
            open(&database).map(drop)
        })
    });
    for start in starts.collect::<Vec<_>>() {
        start.join().expect("no start panics").expect("every start succeeds");
    }
    let migrations = database.dump().remove("__diesel_schema_migrations").expect("the table of migrations");
    open(&database).expect("a later start succeeds");
    assert_eq!(database.dump().remove("__diesel_schema_migrations"), Some(migrations));
}

/// A migration that fails leaves no changes.
fn is_whole_or_not_at_all(engine: Engine) {
    let database = Database::empty(engine);
    // A table that the first migration creates late already exists, in a database of masthead.
    database.tamper(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
         CREATE TABLE comments (id TEXT)",
    );
    let before = database.dump();
    let why = refusal(&database);
    assert!(why.contains("rolled back"), "{why}");
    assert_eq!(before, database.dump());
    database.tamper("DROP TABLE comments");
    open(&database).expect("it runs when the obstacle is gone");
}

macro_rules! on_both {
    ($($name:ident),+) => { $(
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                super::$name(Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                if has_postgres() {
                    super::$name(Engine::Postgres);
                }
            }
        }
    )+ };
}

on_both!(refuses_a_newer_schema, runs_once_however_many_start, is_whole_or_not_at_all);

#[test]
fn a_database_of_another_program_is_refused_on_postgres() {
    if !has_postgres() {
        return;
    }
    let database = Database::empty(Engine::Postgres);
    database.tamper("CREATE TABLE articles (id INTEGER PRIMARY KEY)");
    let before = database.dump();
    let why = refusal(&database);
    assert!(why.contains("rolled back") || why.contains("another program"), "{why}");
    assert_eq!(before, database.dump());
}

#[test]
fn a_server_that_is_not_there_is_said_to_be() {
    let mut database = Database::empty(Engine::Sqlite);
    database.url = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let why = refusal(&database);
    assert!(why.contains("cannot connect to PostgreSQL"), "{why}");
}

api_test!(readiness_needs_the_schema, async |world| {
    world.anonymous().get("/readyz").await.expect(200);
    world.tamper("DELETE FROM __diesel_schema_migrations");
    let unready = world.anonymous().failing().get("/readyz").await.expect_problem(503, "unavailable");
    assert!(unready.required_header("retry-after").parse::<u32>().is_ok());
    world.anonymous().get("/healthz").await.expect(200);
});

api_test!(readiness_ends_when_the_server_is_about_to_stop, async |world| {
    world.app.begin_stopping();
    world.anonymous().failing().get("/readyz").await.expect_problem(503, "unavailable");
    world.anonymous().get("/healthz").await.expect(200);
});
