//! Tests of the job queue: failures, crashes, several nodes and clock changes.

use super::*;
use crate::clock::Clock;
use crate::config::Config;

const HOUR: i64 = 60 * 60 * 1000;

/// Opens a node on the database in a folder; two nodes on one folder share the database.
fn node(folder: &std::path::Path, clock: &Clock) -> App {
    let path = |name: &str| folder.join(name).display().to_string();
    let config = Config::from_lookup(|name| match name {
        "DATABASE_URL" => Some(format!("sqlite://{}", path("test.db"))),
        "MEDIA_URL" => Some(format!("file:{}", path("media"))),
        "MAIL_FOLDER" => Some(path("mails")),
        "SECRET_KEY_FILE" => Some(path("key")),
        _ => None,
    });
    App::open(config.unwrap(), clock.clone()).unwrap()
}

async fn enqueue_panic(app: &App) {
    app.write(|app, conn| enqueue(app, conn, &Job::Panic)).await.unwrap();
}

#[actix_web::test]
async fn a_job_that_panics_is_tried_for_days_and_then_kept() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let app = node(folder.path(), &clock);
    enqueue_panic(&app).await;
    let mut tries = app.run_due_jobs().await.unwrap();
    assert_eq!(tries, 1);
    // A failed job is not retried at once.
    assert_eq!(app.run_due_jobs().await.unwrap(), 0);
    for _ in 0..(5 * 24) {
        clock.advance(HOUR);
        tries += app.run_due_jobs().await.unwrap();
    }
    assert!((12..=40).contains(&tries), "{tries} tries");
    assert_eq!(app.count_jobs().await.unwrap(), (0, 1));
}

#[actix_web::test]
async fn two_nodes_share_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let (one, other) = (node(folder.path(), &clock), node(folder.path(), &clock));
    for _ in 0..10 {
        enqueue_panic(&one).await;
    }
    let (first, second) = futures_util::future::join(one.run_due_jobs(), other.run_due_jobs()).await;
    assert_eq!(first.unwrap() + second.unwrap(), 10);
}

#[actix_web::test]
async fn what_a_dead_worker_had_is_taken_up_when_its_lease_ends() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let app = node(folder.path(), &clock);
    enqueue_panic(&app).await;
    let now = app.now();
    let claim = app.db.write(move |conn| {
        let task = queries::due(conn, now, job::Lane::Mails, 1)?.remove(0);
        queries::claim(conn, &task, now.plus_seconds(300))
    });
    assert!(claim.await.unwrap());
    assert_eq!(app.run_due_jobs().await.unwrap(), 0);
    clock.advance(301_000);
    assert_eq!(app.run_due_jobs().await.unwrap(), 1);
}

#[actix_web::test]
async fn a_clock_that_is_set_back_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let app = node(folder.path(), &clock);
    enqueue_panic(&app).await;
    clock.advance(-72 * HOUR);
    assert_eq!(app.run_due_jobs().await.unwrap(), 1);
}

#[actix_web::test]
async fn the_worker_is_notified_after_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let app = node(folder.path(), &Clock::manual(1_800_000_000_000));
    enqueue_panic(&app).await;
    tokio::time::timeout(std::time::Duration::from_secs(5), app.job_notifier.notified(job::Lane::Mails)).await.unwrap();
    assert_eq!(app.count_jobs().await.unwrap(), (1, 0));
    app.write(|_, _| Ok(())).await.unwrap();
    assert!(tokio::time::timeout(std::time::Duration::from_millis(20), app.job_notifier.notified(job::Lane::Mails)).await.is_err());
}

#[actix_web::test]
async fn a_job_that_does_not_end_holds_only_its_own_place() {
    let folder = tempfile::tempdir().unwrap();
    let app = node(folder.path(), &Clock::manual(1_800_000_000_000));
    app.write(|app, conn| (0..3).try_for_each(|_| enqueue(app, conn, &Job::Endless))).await.unwrap();
    app.write(|app, conn| (0..20).try_for_each(|_| enqueue(app, conn, &Job::Panic))).await.unwrap();
    let worker = actix_web::rt::spawn(worker::work(app.clone()));
    // There are many more panicking jobs than places that the endless jobs leave free.
    let tried = async || {
        let all = app.db.read(|conn| {
            use crate::schema::jobs;
            use diesel::prelude::*;
            Ok(jobs::table.filter(jobs::last_error.is_not_null()).count().get_result::<i64>(conn)?)
        });
        all.await.unwrap()
    };
    for _ in 0..200 {
        if tried().await == 20 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(tried().await, 20);
    worker.abort();
}
