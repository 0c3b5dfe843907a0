//! Batches: many writes in one transaction, each as if it were sent alone.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Role, World, api_test};

async fn run(client: &Client, operations: Value) -> Answer {
    client.post("batch", json!({"operations": operations})).await
}

#[expect(clippy::needless_pass_by_value, reason = "so that calls read as what is sent")]
fn operation(method: &str, path: &str, body: Value) -> Value {
    json!({"method": method, "path": format!("/api/v1/{path}"), "body": body})
}

fn statuses(answer: &Answer) -> Vec<i64> {
    answer.at("/results").as_array().unwrap().iter().map(|result| result["status"].as_i64().unwrap()).collect()
}

api_test!(all_are_stored_and_answered_as_if_alone, async |world| {
    let answer = run(
        &world.editor(),
        json!([
            operation("POST", "sections", json!({"name": "Harbour"})),
            operation("POST", "articles?publish=true", json!({"title": "Trams", "section": "harbour", "tags": ["Traffic"]})),
            operation("PATCH", "articles/trams", json!({"dek": "At last."})),
            operation("PUT", "articles/trams/publication", json!({})),
            {"method": "DELETE", "path": "/api/v1/tags/unknown"},
        ]),
    )
    .await;
    let answer = answer.expect(200);
    assert_eq!(statuses(&answer), [201, 201, 200, 200, 204]);
    assert_eq!(answer.at("/results/1/body/section/slug"), "harbour");
    assert_eq!(answer.at("/results/0/etag"), "\"v1\"");
    assert!(answer.text_at("/results/1/location").starts_with("https://api.news.example/api/v1/articles/"));
    assert_eq!(answer.at("/results/4/body"), &Value::Null);
    let shown = world.anonymous().get("articles/trams").await.expect(200);
    assert_eq!((shown.text_at("/dek"), shown.text_at("/section/slug")), ("At last.".to_owned(), "harbour".to_owned()));
});

api_test!(one_failure_undoes_all_and_each_is_told, async |world| {
    let id = world.published_by(Role::Editor, "Trams").await;
    let shown = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
    let before = world.database.dump();
    let answer = run(
        &world.editor(),
        json!([
            operation("PATCH", &format!("articles/{id}?publish=true"), json!({"title": "Buses"})),
            operation("POST", "sections", json!({"nmae": "x"})),
            {"method": "PATCH", "path": format!("/api/v1/articles/{id}"), "if_match": "\"v1\"", "body": {"dek": "x"}},
            operation("POST", "users", json!({})),
            {"method": "DELETE", "path": "/api/v1/nowhere"},
            operation("POST", "tags", json!({"name": "Fine"})),
        ]),
    )
    .await;
    let answer = answer.expect_problem(422, "batch_failed");
    assert_eq!(statuses(&answer), [200, 422, 412, 403, 404, 201]);
    assert_eq!(answer.at("/failed"), &json!([1, 2, 3, 4]));
    assert!(answer.text_at("/detail").contains("operation 1"), "{answer}");
    assert_eq!(answer.at("/results/1/body/errors/0/pointer"), "/nmae");
    assert_eq!(answer.at("/results/3/body/code"), "forbidden");
    assert_eq!(world.database.dump(), before);
    let still = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
    assert_eq!(still.body, shown.body);
    world.anonymous().get("tags/fine").await.expect(404);
});

api_test!(each_is_authorised_as_if_alone, async |world| {
    let mine = world.draft_by(Role::Author, "Mine").await;
    let theirs = world.draft_by(Role::Editor, "Theirs").await;
    let patch = |id: &str| operation("PATCH", &format!("articles/{id}"), json!({"dek": "x"}));
    assert_eq!(statuses(&run(&world.author(), json!([patch(&mine)])).await.expect(200)), [200]);
    let refused = run(&world.author(), json!([patch(&mine), patch(&theirs)])).await.expect_problem(422, "batch_failed");
    assert_eq!(statuses(&refused), [200, 403]);
    run(&world.anonymous(), json!([patch(&mine)])).await.expect_problem(401, "unauthenticated");
});

api_test!(a_key_does_in_a_batch_what_it_does_alone, async |world| {
    let operations = json!({"operations": [{"method": "POST", "path": "/api/v1/articles", "body": {"title": "Trams"}}]});
    for (scope, status) in [("articles:write", 200), ("comments:moderate", 422), ("content:read", 422)] {
        let key = world.editor().post("tokens", json!({"name": "CI", "scopes": [scope]})).await.expect(201).text_at("/token");
        world.anonymous().bearer(&key).post("batch", operations.clone()).await.expect(status);
    }
});

api_test!(what_cannot_be_in_a_batch_is_named, async |world| {
    let refused = run(
        &world.admin(),
        json!([
            operation("POST", "batch", json!({"operations": []})),
            operation("POST", "auth/logout", Value::Null),
            operation("POST", "sections?dry_run=true", json!({"name": "x"})),
        ]),
    )
    .await;
    let refused = refused.expect_problem(422, "validation_failed");
    let places: Vec<String> = refused.faults().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/operations/0/path", "/operations/1/path", "/operations/2/path"]);
    run(&world.admin(), json!([])).await.expect_problem(422, "validation_failed");
    let one = operation("POST", "sections", json!({"name": "x"}));
    run(&world.admin(), Value::Array(vec![one.clone(); 101])).await.expect_problem(422, "validation_failed");
    run(&world.admin(), json!([{"method": "GET", "path": "/api/v1/articles"}])).await.expect_problem(422, "validation_failed");
    // An upload is not JSON.
    let upload = run(&world.admin(), json!([operation("POST", "images", json!({}))])).await.expect_problem(422, "batch_failed");
    assert_eq!(statuses(&upload), [415]);
});

api_test!(a_batch_can_be_tried_and_repeated, async |world| {
    let operations = json!([operation("POST", "sections", json!({"name": "City"})), operation("POST", "tags", json!({"name": "Traffic"}))]);
    let before = world.database.dump();
    let body = json!({"operations": operations});
    let tried = world.editor().post("batch?dry_run=true", body.clone()).await.expect(200);
    assert_eq!(statuses(&tried), [201, 201]);
    assert_eq!(world.database.dump(), before);
    let keyed = world.editor().with("idempotency-key", "batch-1");
    let wrong = json!({"operations": [operation("POST", "sections", json!({"name": "City"})), operation("POST", "tags", json!({}))]});
    keyed.post("batch", wrong).await.expect_problem(422, "batch_failed");
    assert_eq!(world.database.dump(), before);
    let first = keyed.post("batch", body.clone()).await.expect(200);
    let again = keyed.post("batch", body).await.expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body));
    assert_eq!(world.anonymous().get("sections?count=true").await.expect(200).number_at("/page/total"), 1);
});

api_test!(batches_at_once_wait_for_each_other, async |world| {
    let client = world.editor();
    let batches = (0..6).map(|batch| {
        let operations: Vec<Value> =
            (0..5).map(|index| operation("POST", "tags", json!({"name": format!("Tag {batch} {index}")}))).collect();
        let client = client.clone();
        async move { run(&client, Value::Array(operations)).await }
    });
    let plain = (0..20).map(|index| {
        let client = client.clone();
        async move { client.post("tags", json!({"name": format!("Plain {index}")})).await }
    });
    let (batches, plain) = futures_util::join!(futures_util::future::join_all(batches), futures_util::future::join_all(plain));
    for answer in batches {
        answer.expect(200);
    }
    for answer in plain {
        answer.expect(201);
    }
    assert_eq!(world.admin().get("tags?count=true&limit=1").await.expect(200).number_at("/page/total"), 50);
});

api_test!(a_hundred_articles_fit, async |world| {
    let operations: Vec<Value> =
        (0..100).map(|index| operation("POST", "articles?publish=true", json!({"title": format!("Story {index}")}))).collect();
    let answer = run(&world.admin(), Value::Array(operations)).await.expect(200);
    assert!(statuses(&answer).iter().all(|status| *status == 201));
    assert_eq!(world.anonymous().get("articles?count=true&limit=1").await.expect(200).number_at("/page/total"), 100);
});
