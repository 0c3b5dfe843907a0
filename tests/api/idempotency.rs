//! A repeated `POST` is carried out once and gets the same response.

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Role, World, api_test};

const KEY: &str = "idempotency-key";

/// Checks that a response is the replayed first one.
#[track_caller]
fn assert_replayed(first: &Answer, again: &Answer) {
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{again}");
    for name in ["etag", "location", "content-type", "cache-control"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}

async fn sections(world: &World) -> i64 {
    world.anonymous().get("sections?count=true").await.expect(200).number_at("/page/total")
}

api_test!(a_repetition_gets_the_first_answer, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    let first = editor.post("sections", json!({"name": "City"})).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    world.pass(60);
    let again = editor.post("sections", json!({"name": "City"})).await;
    assert_replayed(&first, &again);
    assert_ne!(first.required_header("x-request-id"), again.required_header("x-request-id"));
    assert_eq!(sections(world).await, 1);
});

api_test!(a_repetition_shows_nothing_newer, async |world| {
    let editor = world.editor();
    let first = editor.with(KEY, "form-1").post("articles", json!({"title": "Trams"})).await.expect(201);
    editor.patch(&format!("articles/{}", first.id()), json!({"title": "Buses"})).await.expect(200);
    let again = editor.with(KEY, "form-1").post("articles", json!({"title": "Trams"})).await;
    assert_replayed(&first, &again);
});

api_test!(another_body_is_refused, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    let first = editor.post("sections", json!({"name": "City"})).await.expect(201);
    editor.post("sections", json!({"name": "Town"})).await.expect_problem(422, "idempotency_mismatch");
    assert_replayed(&first, &editor.post("sections", json!({"name": "City"})).await);
    assert_eq!(sections(world).await, 1);
});

api_test!(keys_belong_to_who_sends_them, async |world| {
    let body = json!({"name": "City"});
    let first = world.editor().with(KEY, "form-1").post("sections", body.clone()).await.expect(201);
    let other = world.admin().with(KEY, "form-1").post("sections", body.clone()).await.expect(201);
    assert_eq!(other.header("idempotency-replayed"), None);
    assert_ne!(first.id(), other.id());
    // Callers without a valid token get `401`, whatever the key.
    for stranger in [world.anonymous(), world.anonymous().bearer("nonsense")] {
        stranger.with(KEY, GUEST_KEY).post("sections", body.clone()).await.expect_problem(401, "unauthenticated");
    }
    world.contributor().with(KEY, "form-1").post("sections", body).await.expect_problem(403, "forbidden");
});

api_test!(keys_belong_to_their_operation, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    let section = editor.post("sections", json!({"name": "City"})).await.expect(201);
    let tag = editor.post("tags", json!({"name": "City"})).await.expect(201);
    assert_eq!(tag.header("idempotency-replayed"), None);
    assert_ne!(section.id(), tag.id());
});

api_test!(an_error_frees_the_key, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    editor.post("sections", json!({"nmae": "City"})).await.expect_problem(422, "validation_failed");
    let first = editor.post("sections", json!({"name": "City"})).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_replayed(&first, &editor.post("sections", json!({"name": "City"})).await);
    let taken = world.editor().with(KEY, "form-2");
    taken.post("sections", json!({"name": "Other", "slug": "city"})).await.expect_problem(409, "slug_taken");
    world.editor().delete("sections/city").await.expect(204);
    taken.post("sections", json!({"name": "Other", "slug": "city"})).await.expect(201);
});

api_test!(malformed_keys_are_refused, async |world| {
    let long = "x".repeat(201);
    for key in ["", "two words", long.as_str(), "a\tb"] {
        let refused = world.editor().with(KEY, key).post("sections", json!({"name": "City"})).await;
        refused.expect_problem(400, "malformed_header");
    }
    assert_eq!(sections(world).await, 0);
    world.editor().with(KEY, &long[1..]).post("sections", json!({"name": "City"})).await.expect(201);
});

api_test!(another_process_replays, async |world| {
    let body = json!({"name": "City"});
    let first = world.editor().with(KEY, "form-1").post("sections", body.clone()).await.expect(201);
    let other = world.node(&[]).await;
    assert_replayed(&first, &other.editor().with(KEY, "form-1").post("sections", body).await);
    assert_eq!(sections(world).await, 1);
});

api_test!(many_at_once_are_carried_out_once, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    let answers = futures_util::future::join_all((0..10).map(|_| editor.post("sections", json!({"name": "City"})))).await;
    let made: std::collections::BTreeSet<_> = answers.iter().filter(|answer| answer.status == 201).map(Answer::id).collect();
    assert_eq!((made.len(), sections(world).await), (1, 1));
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let waiting = answer.expect_problem(409, "request_in_flight");
        assert_eq!(waiting.required_header("retry-after"), "1");
    }
});

/// Logs in with a key.
async fn log_in(client: &Client, key: &str) -> Answer {
    client.with(KEY, key).post("auth/login", json!({"email": Role::Editor.email(), "password": PASSWORD})).await
}

/// A key such as a phone generates.
const GUEST_KEY: &str = "0UxTb5g0h1z0VjQvGJcX3o";

/// Starts a session; returns its client and its refresh token.
async fn begin(world: &World) -> (Client, String) {
    let login = json!({"email": Role::Editor.email(), "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", login).await.expect(200);
    (world.anonymous().bearer(&tokens.text_at("/access_token")), tokens.text_at("/refresh_token"))
}

async fn refresh(client: &Client, token: &str) -> Answer {
    client.with(KEY, GUEST_KEY).post("auth/refresh", json!({"refresh_token": token})).await
}

api_test!(a_lost_refresh_is_answered_again_from_anywhere, async |world| {
    let (_, token) = begin(world).await;
    let phone = world.anonymous();
    let first = refresh(&phone, &token).await.expect(200);
    assert_replayed(&first, &refresh(&phone, &token).await);
    // The phone changes the network: guests are identified by the key.
    assert_replayed(&first, &refresh(&phone.from("198.51.100.9:4711"), &token).await);
});

api_test!(a_login_is_a_check_and_is_never_replayed, async |world| {
    let first = log_in(&world.anonymous(), GUEST_KEY).await.expect(200);
    let again = log_in(&world.anonymous(), GUEST_KEY).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), None);
    assert_ne!(again.at("/refresh_token"), first.at("/refresh_token"));
    assert!(world.database.dump()["idempotency_keys"].is_empty());
});

api_test!(guests_need_a_key_that_nobody_guesses, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let path = format!("articles/{article}/comments");
    let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "First!"});
    let short = &GUEST_KEY[1..];
    let refused = world.anonymous().with(KEY, short).post(&path, body.clone()).await.expect_problem(400, "malformed_header");
    assert_eq!(refused.number_at("/min"), 22);
    world.anonymous().with(KEY, GUEST_KEY).post(&path, body).await.expect(202);
    world.editor().with(KEY, "s").post("sections", json!({"name": "City"})).await.expect(201);
});

api_test!(answers_with_secrets_are_kept_sealed, async |world| {
    let (_, token) = begin(world).await;
    let first = refresh(&world.anonymous(), &token).await.expect(200);
    let kept = world.database.dump().remove("idempotency_keys").unwrap_or_default().join("\n");
    assert!(!kept.is_empty());
    for secret in ["/access_token", "/refresh_token"] {
        assert!(!kept.contains(&first.text_at(secret)), "{secret} lies open in the database");
    }
});

api_test!(answers_are_kept_for_a_day, async |world| {
    let editor = world.editor().with(KEY, "form-1");
    let first = editor.post("sections", json!({"name": "City"})).await.expect(201);
    // Access tokens expire within a day.
    world.pass(24 * 60 * 60 - 1);
    let editor = begin(world).await.0.with(KEY, "form-1");
    assert_replayed(&first, &editor.post("sections", json!({"name": "City"})).await);
    world.pass(2);
    let later = editor.post("sections", json!({"name": "City"})).await.expect(201);
    assert_eq!(later.header("idempotency-replayed"), None);
    assert_ne!(later.id(), first.id());
});

api_test!(a_kept_answer_ends_with_what_it_stood_on, async |world| {
    // The session of the stored tokens ends.
    let (client, token) = begin(world).await;
    refresh(&world.anonymous(), &token).await.expect(200);
    client.post("auth/logout", json!({})).await.expect(204);
    refresh(&world.anonymous(), &token).await.expect_problem(401, "unauthenticated");
    // The password changes.
    let (client, token) = begin(world).await;
    let made = client.with(KEY, "form-1").post("sections", json!({"name": "City"})).await.expect(201);
    refresh(&world.anonymous(), &token).await.expect(200);
    let change = json!({"current_password": PASSWORD, "new_password": "lanterns over the canal"});
    client.post("auth/password", change).await.expect(204);
    let again = client.with(KEY, "form-1").post("sections", json!({"name": "City"})).await.expect(201);
    assert_ne!(again.id(), made.id());
    assert_eq!(again.header("idempotency-replayed"), None);
});

api_test!(a_kept_answer_stands_in_for_no_check, async |world| {
    // An editor removes the author from the article, who then cannot get the stored response.
    let draft = world.draft_by(Role::Editor, "Trams").await;
    let profile = world.author().get("auth/me").await.expect(200).text_at("/author_id");
    world.editor().patch(&format!("articles/{draft}"), json!({"authors": [profile]})).await.expect(200);
    let author = world.author().with(KEY, "form-1");
    let path = format!("articles/{draft}/previews");
    let first = author.post(&path, json!({})).await.expect(201);
    assert_replayed(&first, &author.post(&path, json!({})).await);
    world.editor().patch(&format!("articles/{draft}"), json!({"authors": []})).await.expect(200);
    author.post(&path, json!({})).await.expect_problem(403, "forbidden");
    // The same in a batch.
    let profile = json!({"authors": [profile]});
    world.editor().patch(&format!("articles/{draft}"), profile).await.expect(200);
    let batch = json!({"operations": [{"method": "POST", "path": format!("/api/v1/{path}"), "body": {}}]});
    let first = author.post("batch", batch.clone()).await.expect(200);
    assert_replayed(&first, &author.post("batch", batch.clone()).await);
    world.editor().patch(&format!("articles/{draft}"), json!({"authors": []})).await.expect(200);
    let refused = author.post("batch", batch).await.expect_problem(422, "batch_failed");
    assert_eq!(refused.at("/results/0/status"), &json!(403));
    // Replayed requests count for the rate limit.
    let strict = world.node(&[("RATE_SUBSCRIBE", "2/minute")]).await;
    let guest = strict.anonymous().with(KEY, GUEST_KEY);
    let body = json!({"email": "reader@private.example"});
    let first = guest.post("newsletter/subscriptions", body.clone()).await.expect(202);
    assert_replayed(&first, &guest.post("newsletter/subscriptions", body.clone()).await);
    guest.post("newsletter/subscriptions", body).await.expect_problem(429, "too_many_requests");
});

api_test!(a_guest_comments_once, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let guest = world.anonymous().with(KEY, GUEST_KEY);
    let path = format!("articles/{article}/comments");
    let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "First!"});
    let first = guest.post(&path, body.clone()).await.expect(202);
    let again = guest.post(&path, body.clone()).await;
    assert_replayed(&first, &again);
    assert_eq!(again.at("/edit_token"), first.at("/edit_token"));
    // A phone that changes the network keeps its key.
    assert_replayed(&first, &guest.from("198.51.100.9:4711").post(&path, body).await);
    let queue = world.moderator().get("comments?status=pending&count=true").await.expect(200);
    assert_ne!(queue.at("/page/total"), &Value::Null);
    assert_eq!(queue.texts("id"), [first.id()]);
});

api_test!(effect_and_answer_are_one_transaction, async |world| {
    // If the response cannot be stored, the write does not happen either.
    world.tamper("CREATE TABLE kept_aside AS SELECT * FROM idempotency_keys");
    world.tamper("ALTER TABLE idempotency_keys RENAME COLUMN sealed_answer TO moved_away");
    let editor = world.editor().with(KEY, "form-1");
    editor.failing().post("sections", json!({"name": "City"})).await.expect_problem(500, "internal");
    assert_eq!(sections(world).await, 0);
    world.tamper("ALTER TABLE idempotency_keys RENAME COLUMN moved_away TO sealed_answer");
    let made = editor.post("sections", json!({"name": "City"})).await.expect(201);
    assert_eq!(made.header("idempotency-replayed"), None);
    assert_eq!(sections(world).await, 1);
});

api_test!(nothing_is_written_for_strangers_who_only_err, async |world| {
    let before = world.database.dump();
    let guest = world.anonymous().with(KEY, GUEST_KEY);
    guest.post("auth/login", json!({"email": "nobody@private.example", "password": "not the right one"})).await.expect(401);
    guest
        .post("articles/unknown/comments", json!({"author_name": "A", "author_email": "a@private.example", "body": "x"}))
        .await
        .expect(404);
    world.editor().with(KEY, "form-2").post("sections", json!({"nmae": "City"})).await.expect(422);
    assert_eq!(world.database.dump(), before);
});
