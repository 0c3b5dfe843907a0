//! Two real servers on one database, with concurrent writes and reads: no reader gets data older than an acknowledged write of the
//! same server, or than one of the other server a second ago. `NODES_SECONDS=60` runs longer.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::{Value, json};

use crate::server::Server;

/// The time for which the other server may return old data.
const ELSEWHERE: Duration = Duration::from_secs(1);
const ARTICLES: usize = 4;

/// Pseudorandom numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// An acknowledged write.
#[derive(Clone, Copy)]
struct Answered {
    generation: i64,
    server: usize,
    at: Instant,
}

/// Returns the oldest generation of an article that a server may return after these writes.
fn least(writes: &[Answered], server: usize) -> i64 {
    let seen = |write: &&Answered| write.server == server || write.at.elapsed() >= ELSEWHERE;
    writes.iter().rev().find(seen).map_or(0, |write| write.generation)
}

fn generation(article: &Value) -> i64 {
    article["dek"].as_str().and_then(|dek| dek.parse().ok()).expect("a generation")
}

fn walk(database: &str, folder: &Path) {
    // For users, both are one server.
    let start = || Server::start(folder, &[], &[("DATABASE_URL", database), ("API_URL", "https://api.example.org")]);
    let servers = [start(), start()];
    let token = &servers[0].log_in();
    for number in 0..ARTICLES {
        let body = json!({"title": format!("Story {number}"), "dek": "0"});
        assert_eq!(servers[number % 2].send("POST", "articles?publish=true", token, &body).0, 201);
    }
    thread::sleep(ELSEWHERE);
    let writes: [Mutex<Vec<Answered>>; ARTICLES] = Default::default();
    let seconds = std::env::var("NODES_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(6);
    let end = Instant::now() + Duration::from_secs(seconds);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (servers, writes) = (&servers, &writes);
            scope.spawn(move || {
                let mut dice = Dice(0x5EED_0100 + u64::try_from(writer).unwrap());
                let mut generation = 0;
                while Instant::now() < end {
                    generation += 1;
                    // Each article has one writer, so the last write is known.
                    let (number, server) = (writer * 2 + dice.roll(2), dice.roll(2));
                    let body = json!({"dek": generation.to_string()});
                    let (status, answer) = servers[server].send("PATCH", &format!("articles/story-{number}?publish=true"), token, &body);
                    assert_eq!(status, 200, "{answer}");
                    writes[number].lock().unwrap().push(Answered { generation, server, at: Instant::now() });
                    thread::sleep(Duration::from_millis(u64::try_from(dice.roll(60)).unwrap()));
                }
            });
        }
        for reader in 0..3 {
            let (servers, writes) = (&servers, &writes);
            scope.spawn(move || {
                let mut dice = Dice(0x5EED_0200 + reader);
                while Instant::now() < end {
                    let (number, server) = (dice.roll(ARTICLES), dice.roll(2));
                    let before: Vec<i64> = writes.iter().map(|writes| least(&writes.lock().unwrap(), server)).collect();
                    if dice.roll(2) == 0 {
                        let (status, article) = servers[server].send("GET", &format!("articles/story-{number}"), "", &Value::Null);
                        assert_eq!(status, 200);
                        assert!(generation(&article) >= before[number], "server {server} gave {article}, and {before:?} was answered");
                    } else {
                        let (status, list) = servers[server].send("GET", "articles?fields=slug,dek&sort=title", "", &Value::Null);
                        assert_eq!(status, 200);
                        for (article, before) in list["data"].as_array().unwrap().iter().zip(&before) {
                            assert!(generation(article) >= *before, "server {server} gave {list}");
                        }
                    }
                }
            });
        }
    });
    let answered: usize = writes.iter().map(|writes| writes.lock().unwrap().len()).sum();
    assert!(answered > 20, "only {answered} writes were answered");
}

/// Returns the error message of a server that does not start.
fn refusal(folder: &Path, settings: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.current_dir(folder).env("BIND", "127.0.0.1:0").envs(settings.iter().copied());
    let ended = command.output().expect("the program runs");
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    String::from_utf8_lossy(&ended.stderr).into_owned()
}

fn refuses_what_differs(database: &str, folder: &Path) {
    let settings = [("DATABASE_URL", database), ("API_URL", "https://api.example.org")];
    let server = Server::start(folder, &[], &settings);
    let elsewhere = refusal(folder, &[("DATABASE_URL", database), ("API_URL", "https://other.example.org")]);
    assert!(elsewhere.contains("https://api.example.org") && elsewhere.contains("https://other.example.org"), "{elsewhere}");
    let unset = refusal(folder, &[("DATABASE_URL", database)]);
    assert!(unset.contains("API_URL"), "{unset}");
    let locked = refusal(folder, &[settings[0], settings[1], ("SECRET_KEY_FILE", "another.key")]);
    assert!(locked.contains("SECRET_KEY_FILE"), "{locked}");
    // Commands run beside any server, and a server with equal settings may join.
    let listed =
        Command::new(env!("CARGO_BIN_EXE_masthead")).args(["users", "list"]).current_dir(folder).env("DATABASE_URL", database).output();
    assert!(listed.is_ok_and(|listed| listed.status.success()));
    let second = Server::start(folder, &[], &settings);
    let token = server.log_in();
    assert_eq!(second.send("GET", "auth/me", &token, &Value::Null).0, 200);
    server.stop();
    second.stop();
    // Servers that were stopped in order are removed at once.
    Server::start(folder, &[], &[("DATABASE_URL", database), ("API_URL", "https://other.example.org"), ("SECRET_KEY_FILE", "another.key")]);
}

/// A server that was killed is believed to run for half a minute, and no longer.
fn forgets_who_is_silent(database: &str, folder: &Path) {
    let here = [("DATABASE_URL", database), ("API_URL", "https://api.example.org")];
    let elsewhere = [("DATABASE_URL", database), ("API_URL", "https://other.example.org")];
    drop(Server::start(folder, &[], &here));
    assert!(refusal(folder, &elsewhere).contains("https://api.example.org"));
    let silent = "UPDATE nodes SET seen_at = seen_at - 31000";
    match database.strip_prefix("sqlite://") {
        Some(file) => SqliteConnection::establish(&folder.join(file).to_string_lossy()).unwrap().batch_execute(silent).unwrap(),
        None => PgConnection::establish(database).unwrap().batch_execute(silent).unwrap(),
    }
    Server::start(folder, &[], &elsewhere).stop();
}

#[test]
fn a_node_that_was_killed_is_forgotten_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    forgets_who_is_silent("sqlite://masthead.db", folder.path());
}

#[test]
fn a_node_that_was_killed_is_forgotten_on_postgres() {
    on_postgres("silent", forgets_who_is_silent);
}

#[test]
fn nodes_that_differ_are_refused_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    refuses_what_differs("sqlite://masthead.db", folder.path());
}

#[test]
fn nodes_that_differ_are_refused_on_postgres() {
    on_postgres("differ", refuses_what_differs);
}

#[test]
fn no_stale_answers_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    walk("sqlite://masthead.db", folder.path());
}

#[test]
fn no_stale_answers_on_postgres() {
    on_postgres("walk", walk);
}

/// Runs a test with an empty database, if there is a PostgreSQL server.
fn on_postgres(what: &str, act: fn(&str, &Path)) {
    let Some(server) = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let name = format!("masthead_nodes_{what}_{}", std::process::id());
    let mut url = url::Url::parse(&server).unwrap();
    let mut maintenance = PgConnection::establish(&server).unwrap();
    maintenance.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    url.set_path(&name);
    let done = thread::scope(|scope| scope.spawn(|| act(url.as_str(), folder.path())).join());
    maintenance.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    assert!(done.is_ok(), "see above");
}
