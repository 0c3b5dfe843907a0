//! Waiting: no request waits longer than promised, and deadlocks are resolved.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Engine, Role, World, api_test, run};

#[test]
fn everybody_waits_as_long_for_a_database_that_another_process_holds() {
    run(Engine::Sqlite, async |world: &World| {
        let mut other = SqliteConnection::establish(world.database.url.trim_start_matches("sqlite://")).unwrap();
        other.batch_execute("PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE").unwrap();
        let (editor, began) = (world.editor().failing(), Instant::now());
        let writes = (0..8).map(|number| {
            let (editor, body) = (editor.clone(), json!({"name": format!("Section {number}")}));
            async move { (editor.post("sections", body).await, began.elapsed()) }
        });
        let batch = async {
            let operation = json!({"method": "POST", "path": "/api/v1/sections", "body": {"name": "Of a batch"}});
            vec![(editor.post("batch", json!({"operations": [operation]})).await, began.elapsed())]
        };
        let (mut answers, of_batch) = futures_util::future::join(join_all(writes), batch).await;
        answers.extend(of_batch);
        for (answer, took) in answers {
            let answer = answer.expect_problem(503, "unavailable");
            answer.required_header("retry-after");
            // Five seconds and a little more, whatever was in the queue before it.
            assert!(took < Duration::from_secs(8), "it took {took:?}");
        }
        world.anonymous().get("sections").await.expect(200);
        other.batch_execute("ROLLBACK").unwrap();
        // A write whose caller was told that it failed is not done later.
        editor.post("sections", json!({"name": "Afterwards"})).await.expect(201);
        let listed = world.anonymous().get("sections").await.expect(200);
        assert_eq!(listed.texts("name"), ["Afterwards"]);
    });
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// Starts another transaction: it holds an article's row, and asks for the lock of all articles once another one waits for the row.
fn rival(world: &World, article: &str) -> JoinHandle<()> {
    let (url, article, (ready, begun)) = (world.database.url.clone(), article.to_owned(), mpsc::channel());
    let rival = std::thread::spawn(move || {
        let mut conn = PgConnection::establish(&url).unwrap();
        conn.batch_execute(&format!("BEGIN; UPDATE articles SET version = version WHERE id = '{article}'")).unwrap();
        ready.send(()).unwrap();
        let waiting = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..1000 {
            if sql_query(waiting).get_result::<Waiting>(&mut conn).unwrap().count > 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // The transaction that waited first detects the deadlock first, and gives up.
        conn.batch_execute("SELECT pg_advisory_xact_lock(hashtextextended('articles', 0)); COMMIT").unwrap();
    });
    begun.recv().unwrap();
    rival
}

#[test]
fn what_waits_for_each_other_gets_through() {
    run(Engine::Postgres, async |world: &World| {
        let publication = |id: &str| format!("/api/v1/articles/{id}/publication");
        let batch = |id: &str| {
            json!({"operations": [{"method": "POST", "path": "/api/v1/sections", "body": {"name": format!("Of {id}")}},
            {"method": "PUT", "path": publication(id), "body": {}}]})
        };
        for (number, keyed) in [(0, false), (1, false), (2, true)] {
            let id = world.draft_by(Role::Editor, &format!("Article {number}")).await;
            let rival = rival(world, &id);
            let editor = if keyed { world.editor().with("idempotency-key", &format!("key-{number}")) } else { world.editor() };
            if number == 0 {
                editor.put(&publication(&id), json!({})).await.expect(200);
            } else {
                editor.post("batch", batch(&id)).await.expect(200);
            }
            rival.join().unwrap();
            world.anonymous().get(&format!("articles/{id}")).await.expect(200);
        }
    });
}

api_test!(a_list_ends_early_where_its_items_are_long, async |world| {
    for number in 0..9 {
        let body = json!({"title": format!("Long {number}"), "body": {"markdown": format!("{}\n\n", "word ".repeat(1000)).repeat(24)}});
        world.published(body).await;
        world.pass(60);
    }
    let (mut path, mut titles, mut pages) = ("articles?include=body&limit=100".to_owned(), Vec::new(), Vec::new());
    loop {
        let page = world.anonymous().get(&path).await.expect(200);
        assert!(page.text().len() < 1_100_000, "{} bytes", page.text().len());
        titles.extend(page.texts("title"));
        pages.push(page.texts("title"));
        let Some(next) = page.at("/page/next").as_str() else { break };
        path = format!("articles?include=body&limit=100&cursor={next}");
    }
    let expected: Vec<String> = (0..9).rev().map(|number| format!("Long {number}")).collect();
    assert_eq!(titles, expected);
    assert!(pages.len() > 1, "{pages:?}");
    // The way back from the end works, too.
    let last = world.anonymous().get(&path).await.expect(200);
    let (mut before, mut back) = (last.text_at("/page/prev"), Vec::new());
    loop {
        let page = world.anonymous().get(&format!("articles?include=body&limit=100&cursor={before}")).await.expect(200);
        back.splice(0..0, page.texts("title"));
        match page.at("/page/prev").as_str() {
            Some(prev) => prev.clone_into(&mut before),
            None => break,
        }
    }
    assert_eq!(back, expected[..expected.len() - pages.last().unwrap().len()]);
    // Without texts, all articles fit on one page; an article that is too long by itself gets a page of its own.
    assert_eq!(world.anonymous().get("articles?limit=100").await.expect(200).texts("title").len(), 9);
});

api_test!(long_members_of_ones_own_make_a_list_end_early, async |world| {
    for number in 0..70 {
        let body = json!({"title": format!("Article {number:02}"), "custom": {"a": "x".repeat(16_000)}});
        world.editor().post("articles?publish=true", body).await.expect(201);
    }
    for view in ["", "&view=editor"] {
        let client = if view.is_empty() { world.anonymous() } else { world.editor() };
        let first = client.get(&format!("articles?limit=100{view}")).await.expect(200);
        let rest = client.get(&format!("articles?limit=100{view}&cursor={}", first.text_at("/page/next"))).await.expect(200);
        assert!(first.text().len() < 1_100_000);
        assert_eq!(rest.at("/page/next"), &json!(null));
        let mut all = [first.texts("title"), rest.texts("title")].concat();
        all.sort();
        assert_eq!(all, (0..70).map(|number| format!("Article {number:02}")).collect::<Vec<_>>());
    }
});

#[test]
fn all_that_one_write_waits_for_counts_together() {
    run(Engine::Postgres, async |world: &World| {
        let id = world.draft_by(Role::Editor, "Trams").await;
        let (mut first, mut second) = (world.database.hold(), world.database.hold());
        first.run("SELECT pg_advisory_xact_lock(hashtextextended('articles', 0))");
        second.run(&format!("UPDATE articles SET version = version WHERE id = '{id}'"));
        let (editor, began, path) = (world.editor().failing(), Instant::now(), format!("articles/{id}/publication"));
        let release = async {
            tokio::time::sleep(Duration::from_millis(3200)).await;
            first.run("COMMIT");
            tokio::time::sleep(Duration::from_millis(3200)).await;
            second.run("COMMIT");
        };
        let (refused, ()) = futures_util::future::join(editor.put(&path, json!({})), release).await;
        refused.expect_problem(503, "unavailable").required_header("retry-after");
        assert!(began.elapsed() < Duration::from_secs(10), "it took {:?}", began.elapsed());
        // The write was rolled back, and the connection is usable.
        assert_eq!(world.working_copy(&id).await.text_at("/status"), "draft");
        world.editor().put(&path, json!({})).await.expect(200);
    });
}
