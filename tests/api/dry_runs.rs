//! `dry_run=true`: the response that a write would get, and nothing stored.

use serde_json::json;

use crate::support::{Part, Role, World, api_test, jpeg};

/// Returns everything that is stored, in the database and in the media folder.
fn everything(world: &World) -> (std::collections::BTreeMap<String, Vec<String>>, Vec<String>) {
    let media = world.database.folder.path().join("media");
    let mut files: Vec<String> =
        std::fs::read_dir(media).into_iter().flatten().map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    (world.database.dump(), files)
}

api_test!(a_dry_run_answers_and_stores_nothing, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let section = world.section("City").await;
    let picture = world.image_by(Role::Editor, 1).await;
    let before = everything(world);
    let admin = world.admin();
    let made = admin.post("articles?publish=true&dry_run=true", json!({"title": "Buses", "tags": ["Traffic"]})).await.expect(201);
    assert_eq!((made.text_at("/status"), made.text_at("/slug")), ("published".to_owned(), "buses".to_owned()));
    assert_eq!(made.header("dry-run"), Some("true"));
    let revised = admin.patch(&format!("articles/{article}?dry_run=true"), json!({"title": "Trains"})).await.expect(200);
    assert_eq!(revised.text_at("/title"), "Trains");
    admin.put(&format!("sections/{section}?dry_run=true"), json!({"name": "Town"})).await.expect(200);
    admin.delete(&format!("articles/{article}/publication?dry_run=true")).await.expect(204);
    admin.delete(&format!("articles/{article}?permanent=true&dry_run=true")).await.expect(204);
    admin.delete(&format!("images/{picture}?dry_run=true")).await.expect(204);
    let file = jpeg(64, 48, 7);
    admin.upload("images?dry_run=true", &[Part::file("new.jpg", &file)]).await.expect(201);
    assert_eq!(everything(world), before);
    world.anonymous().get(&format!("articles/{article}")).await.expect(200);
    // The response of a dry run is not replayed for the write.
    let keyed = admin.with("idempotency-key", "one");
    keyed.post("sections?dry_run=true", json!({"name": "Sport"})).await.expect(201);
    assert_eq!(everything(world), before);
    keyed.post("sections", json!({"name": "Sport"})).await.expect(201);
});

api_test!(a_dry_run_meets_the_same_refusals, async |world| {
    let article = world.draft_by(Role::Editor, "Trams").await;
    let before = everything(world);
    world.anonymous().post("articles?dry_run=true", json!({"title": "x"})).await.expect_problem(401, "unauthenticated");
    world.contributor().patch(&format!("articles/{article}?dry_run=true"), json!({"title": "x"})).await.expect_problem(403, "forbidden");
    world.editor().post("articles?dry_run=true", json!({"titel": "x"})).await.expect_problem(422, "validation_failed");
    let stale = world.editor().with("if-match", "\"v99\"");
    stale.patch(&format!("articles/{article}?dry_run=true"), json!({"title": "x"})).await.expect_problem(412, "stale_version");
    world.editor().post("articles?dry_run=maybe", json!({"title": "x"})).await.expect_problem(400, "malformed_query");
    world.editor().post("articles?dry_run=true&dry_run=true", json!({"title": "x"})).await.expect_problem(400, "malformed_query");
    // Requests that try a password or a token have no dry run.
    let login = json!({"email": Role::Editor.email(), "password": "x"});
    world.anonymous().post("auth/login?dry_run=true", login).await.expect_problem(400, "malformed_query");
    world.anonymous().get("articles?dry_run=true").await.expect_problem(400, "malformed_query");
    assert_eq!(everything(world), before);
});

api_test!(what_belongs_to_oneself_can_be_tried, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let before = everything(world);
    let editor = world.editor();
    let renamed = editor.patch("auth/me?dry_run=true", json!({"name": "Somebody else"})).await.expect(200);
    assert_eq!((renamed.text_at("/name"), renamed.header("dry-run")), ("Somebody else".to_owned(), Some("true")));
    let session = editor.get("auth/sessions").await.expect(200).texts("id")[0].clone();
    editor.delete(&format!("auth/sessions/{session}?dry_run=true")).await.expect(204);
    editor.post("auth/logout?dry_run=true", json!({})).await.expect(204);
    editor.get("auth/me").await.expect(200);
    world.anonymous().post(&format!("articles/{article}/views?dry_run=true"), json!({})).await.expect(204);
    world.app.write_counts_down().await.expect("the counts are written");
    assert_eq!(everything(world), before);
    for path in ["auth/refresh", "auth/password/forgot", "auth/password/reset", "auth/email/confirm", "auth/invitations/accept"] {
        world.anonymous().post(&format!("{path}?dry_run=true"), json!({})).await;
    }
    assert_eq!(everything(world), before);
});
