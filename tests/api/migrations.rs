//! Migrations: a database that this program cannot serve is refused with an explanation and not changed by a byte.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};

use masthead::app::App;
use masthead::clock::Clock;

use serde_json::json;

use crate::support::{Database, Engine, Role, World, api_test, config, has_postgres};

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

api_test!(settings_of_before_find_their_columns, async |world| {
    let logo = world.image_by(Role::Editor, 1).await;
    let policy = json!({"mode": "pre", "close_after_days": 14});
    world.admin().patch("site", json!({"logo": logo, "comment_policy": policy})).await.expect(200);
    world.published(json!({"title": "Trams"})).await;
    world.tamper(include_str!("../../migrations/portable/2026-11-22-000008_site_members/down.sql"));
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261122000008'");
    let node = world.node(&[]).await;
    assert_eq!(node.editor().get(&format!("images/{logo}/usages")).await.expect(200).at("/site"), &json!(true));
    assert_eq!(node.anonymous().get("articles/trams").await.expect(200).at("/comments/open"), &json!(true));
    node.pass(14 * 24 * 60 * 60);
    assert_eq!(node.anonymous().get("articles/trams").await.expect(200).at("/comments/open"), &json!(false));
});

api_test!(texts_of_before_find_their_table, async |world| {
    let body = "The first trams run on **Saturday**.";
    let article = world.published(json!({"title": "Trams", "body": {"markdown": body}})).await;
    world.editor().patch(&format!("articles/{article}"), json!({"body": {"markdown": "On *Sunday*."}})).await.expect(200);
    let right = world.database.dump();
    world.tamper(include_str!("../../migrations/portable/2026-11-28-000026_article_texts/down.sql"));
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000026'");
    assert!(!world.database.dump().contains_key("article_texts"));
    let node = world.node(&[]).await;
    assert_eq!(world.database.dump()["article_texts"], right["article_texts"]);
    let shown = node.editor().get(&format!("articles/{article}?view=editor")).await.expect(200);
    assert_eq!(shown.at("/body/markdown"), &json!("On *Sunday*."));
    assert_eq!(shown.at("/body/html"), &json!("<p>On <em>Sunday</em>.</p>\n"));
    let public = node.anonymous().get("articles/trams").await.expect(200);
    assert!(public.at("/body/html").as_str().unwrap().contains("<strong>Saturday</strong>"));
});

api_test!(comments_of_before_find_their_moderation, async |world| {
    let article = world.published(json!({"title": "Trams", "comments_open": true})).await;
    let comment = world.comment(&article, "A text that is long enough to be compared with https://example.org others").await;
    let decision = json!({"ids": [comment], "status": "rejected", "reason": "It's \"mere\" advertising."});
    world.moderator().post("comments/moderate", decision).await.expect(200);
    world.tamper("UPDATE comment_moderation SET user_agent = 'Lynx', spam_score = 20, spam_signs = '[\"no_form\",\"links\"]'");
    let path = format!("comments/{comment}");
    let (right, seen) = (world.database.dump(), world.moderator().get(&path).await.expect(200).json().clone());
    for name in ["ip", "user_agent", "reason"] {
        assert!(seen[name].is_string(), "{name}: {seen}");
    }
    world.tamper(MODERATION_DOWN);
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000028'");
    assert!(!world.database.dump().contains_key("comment_moderation"));
    let hashes = world.database.lines("SELECT text_hash AS line FROM comments WHERE user_agent = 'Lynx' AND spam_score = 20");
    assert_eq!(hashes.len(), 1, "the older program has all values, too");
    let node = world.node(&[]).await;
    for table in ["comments", "comment_moderation"] {
        assert_eq!(world.database.dump()[table], right[table], "{table}");
    }
    assert_eq!(node.moderator().get(&path).await.expect(200).json(), &seen);
    let found = node.moderator().get(&format!("comments?ip={}", seen["ip"].as_str().unwrap())).await.expect(200);
    assert_eq!(found.at("/data/0/id"), &json!(comment));
});

/// Gives comments the columns that they had before moderation got a table of its own.
const MODERATION_DOWN: &str = include_str!("../../migrations/portable/2026-11-28-000028_comment_moderation/down.sql");

/// The columns with sort keys of names and texts, with their tables.
const KEYS: &[(&str, &str)] = &[
    ("users", "name_key"),
    ("invitations", "name_key"),
    ("authors", "name_key"),
    ("sections", "name_key"),
    ("tags", "name_key"),
    ("newsletter_lists", "name_key"),
    ("ad_placements", "label_key"),
    ("articles", "title_key"),
    ("publications", "title_key"),
    ("comments", "author_name_key"),
    ("comments", "text_hash"),
    ("images", "alt_key"),
    ("images", "caption_key"),
    ("images", "credit_key"),
    ("images", "search_key"),
];

api_test!(keys_of_before_are_renewed, async |world| {
    let article = world.published(json!({"title": "Часы Ø 東京", "tags": ["死", "Öl"], "comments_open": true})).await;
    world.section("Ärzte").await;
    world.author_named("Łukasz Þór").await;
    world.comment(&article, "Это один и тот же длинный комментарий").await;
    let image = world.image_by(Role::Editor, 1).await;
    world.editor().patch(&format!("images/{image}"), json!({"alt": "Straße", "caption": "川", "credit": "Ø"})).await.expect(200);
    world.admin().post("ads/placements", json!({"key": "top", "label": "Öben"})).await.expect(201);
    world.admin().post("newsletter/lists", json!({"key": "weekly", "name": "週刊"})).await.expect(201);
    world.admin().post("users/invitations", json!({"email": "new@example.org", "name": "Ёлка", "role": "author"})).await.expect(201);
    // More rows than the migration holds in memory at a time.
    let rows: Vec<String> = (0..450).map(|n| format!("('t{n:04}', 'many-{n}', 'Маны {n}', 'маны {n}', FALSE, 0, 1, 0, 0)")).collect();
    let columns = "id, slug, name, name_key, listed, article_count, version, created_at, updated_at";
    world.tamper(&format!("INSERT INTO tags ({columns}) VALUES {}", rows.join(",")));

    let right = world.database.dump();
    world.tamper(MODERATION_DOWN);
    for (table, column) in KEYS {
        assert!(!right[*table].is_empty(), "there is a row in {table}");
        world.tamper(&format!("UPDATE {table} SET {column} = 'of before' WHERE {column} IS NOT NULL"));
    }
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version IN ('20261128000018', '20261128000028')");
    assert_ne!(world.database.dump()["tags"], right["tags"]);
    world.node(&[]).await;
    let renewed = world.database.dump();
    for table in KEYS.iter().map(|key| key.0).chain(["comment_moderation"]) {
        assert_eq!(renewed[table], right[table], "{table}");
    }
});

api_test!(reasons_of_before_leave_the_log, async |world| {
    let article = world.published(json!({"title": "Trams"})).await;
    let comment = world.comment(&article, "A word").await;
    let of = |status: &str, reason: &str| {
        let id = format!("0190a0b0-0000-7000-8000-{:012}", status.len());
        let details = json!({"article": article, "status": status, "reason": reason}).to_string().replace('\'', "''");
        let columns = "(id, at, kind, actor_id, subject_kind, subject_id, tags, details)";
        format!("INSERT INTO events {columns} VALUES ('{id}', 1, 'comment.moderated', NULL, 'comment', '{comment}', '[]', '{details}')")
    };
    // A reason that looks like the JSON around it.
    let odd = "It's \",\"status\":\"spam\",\"reason\":\"x";
    for (status, reason) in [("approved", "It is fine."), ("spam", "Boots"), ("pending", odd)] {
        world.tamper(&of(status, reason));
    }
    let others = world.database.lines("SELECT details AS line FROM events WHERE at <> 1 ORDER BY id");
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000021'");
    world.node(&[]).await;
    let kept = world.database.lines("SELECT details AS line FROM events WHERE at = 1 ORDER BY id");
    let kept: Vec<serde_json::Value> = kept.iter().map(|details| serde_json::from_str(details).expect("JSON")).collect();
    let expected = ["spam", "pending", "approved"].map(|status| json!({"article": article, "status": status}));
    assert_eq!(kept, expected);
    assert_eq!(world.database.lines("SELECT details AS line FROM events WHERE at <> 1 ORDER BY id"), others);
});
