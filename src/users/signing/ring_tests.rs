//! Keys can be rotated without logging anybody out.

use super::*;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Id;
use crate::users::signing::TokenSubject;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Opens an app on the database in a folder. Two apps on one folder are two nodes.
fn node(folder: &std::path::Path, clock: &Clock) -> App {
    let path = |name: &str| folder.join(name).display().to_string();
    let config = Config::from_lookup(|name| match name {
        "DATABASE_URL" => Some(format!("sqlite://{}", path("test.db"))),
        "MEDIA_URL" => Some(format!("file:{}", path("media"))),
        "SECRET_KEY_FILE" => Some(path("key")),
        _ => None,
    });
    App::open(config.unwrap(), clock.clone()).unwrap()
}

async fn token(app: &App) -> String {
    let subject = TokenSubject { user: Id::new(app.now()), session: Id::new(app.now()), version: 1 };
    signer(app).await.unwrap().sign(subject, app.now()).unwrap()
}

async fn published(app: &App) -> usize {
    let now = app.now();
    app.db.read(queries::all).await.unwrap().iter().filter(|row| row.is_published(now)).count()
}

#[actix_web::test]
async fn a_rotation_logs_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let app = node(folder.path(), &clock);
    let old = token(&app).await;
    let kid = app.rotate_signing_key().await.unwrap();
    clock.advance(2 * 60_000);
    let new = token(&app).await;
    assert_eq!(jwt::kid(&new), Some(kid));
    assert_ne!(jwt::kid(&old), jwt::kid(&new));
    assert!(verify(&app, &old).await.is_ok() && verify(&app, &new).await.is_ok());
    assert_eq!(published(&app).await, 2);
    clock.advance(60 * 60_000);
    assert_eq!(published(&app).await, 1);
}

#[actix_web::test]
async fn a_key_signs_for_ninety_days() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let app = node(folder.path(), &clock);
    let first = jwt::kid(&token(&app).await);
    clock.advance(90 * DAY - 1);
    let last = token(&app).await;
    assert_eq!(jwt::kid(&last), first);
    clock.advance(1);
    assert_ne!(jwt::kid(&token(&app).await), first);
    assert!(verify(&app, &last).await.is_ok());
}

#[actix_web::test]
async fn another_nodes_key_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let (one, other) = (node(folder.path(), &clock), node(folder.path(), &clock));
    let first = token(&one).await;
    assert!(verify(&other, &first).await.is_ok());
    assert_eq!(jwt::kid(&token(&other).await), jwt::kid(&first));
}

#[actix_web::test]
async fn of_many_first_keys_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(1_800_000_000_000);
    let nodes: Vec<App> = (0..4).map(|_| node(folder.path(), &clock)).collect();
    futures_util::future::join_all(nodes.iter().map(token)).await;
    assert_eq!(published(&nodes[0]).await, 1);
}
