//! The scheduler in a real server: publishes within a second, and once, however often the server is killed.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::server::Server;

fn start(folder: &Path) -> Server {
    // The URL is the same at each start, because a killed server stays registered for half a minute.
    Server::start(folder, &[], &[("RATE_LOGIN", "off"), ("API_URL", "https://api.example.org")])
}

impl Server {
    /// Creates a draft and schedules its publication; returns its id.
    fn plan(&self, token: &str, body: &Value) -> String {
        let (status, draft) = self.send("POST", "articles", token, &json!({"title": "Trams"}));
        assert_eq!(status, 201, "{draft}");
        let id = draft["id"].as_str().unwrap().to_owned();
        let (status, planned) = self.send("PUT", &format!("articles/{id}/publication"), token, body);
        assert_eq!(status, 200, "{planned}");
        id
    }

    fn status(&self, id: &str) -> u16 {
        self.send("GET", &format!("articles/{id}"), "", &Value::Null).0
    }

    /// Waits until readers get a status; returns the delay after a time.
    fn await_status(&self, id: &str, status: u16, time: Timestamp) -> i64 {
        let began = Instant::now();
        while self.status(id) != status {
            assert!(began.elapsed() < Duration::from_secs(30), "readers never get {status}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Timestamp::now().as_millisecond() - time.as_millisecond()
    }
}

fn soon(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(Timestamp::now().as_millisecond() + millis).unwrap()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn count(folder: &Path, sql: &str) -> i64 {
    let mut conn = SqliteConnection::establish(&folder.join("masthead.db").display().to_string()).unwrap();
    diesel::sql_query(sql).get_result::<Count>(&mut conn).unwrap().count
}

#[test]
fn what_is_planned_happens_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let token = server.log_in();
    let (at, until) = (soon(1500), soon(3000));
    let id = server.plan(&token, &json!({"at": at.to_string(), "until": until.to_string()}));
    assert_eq!(server.status(&id), 404);
    let (published, ended) = (server.await_status(&id, 200, at), server.await_status(&id, 410, until));
    assert!((0..1000).contains(&published), "published {published} ms late");
    assert!((0..1000).contains(&ended), "ended {ended} ms late");
}

#[test]
fn a_killed_server_publishes_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for round in 0..8 {
        let server = start(folder.path());
        let token = server.log_in();
        for delay in [40, 60, 80, 100, 120, 400] {
            ids.push(server.plan(&token, &json!({"at": soon(delay).to_string()})));
        }
        // The server is killed among the publications.
        std::thread::sleep(Duration::from_millis(15 * round));
        drop(server);
    }
    std::thread::sleep(Duration::from_millis(500));
    // Publications that became due while no server ran are public as soon as one runs.
    let server = start(folder.path());
    for id in &ids {
        assert_eq!(server.status(id), 200, "{id}");
    }
    let all = i64::try_from(ids.len()).unwrap();
    assert_eq!(count(folder.path(), "SELECT COUNT(*) AS count FROM events WHERE kind = 'article.published'"), all);
    assert_eq!(count(folder.path(), "SELECT COUNT(DISTINCT subject_id) AS count FROM events WHERE kind = 'article.published'"), all);
    assert_eq!(count(folder.path(), "SELECT COUNT(*) AS count FROM article_plans"), 0);
}
