//! Export and erasure of a person's data by administrators.

use serde_json::{Value, json};

use crate::support::{Answer, Role, World, api_test};

const MARA: &str = "mara@reader.example";

async fn says(world: &World, email: &str, more: Value) -> Answer {
    let mut body =
        json!({"author_name": "Mara Quill", "author_email": email, "author_url": "https://mara.example/", "body": "Mara was here."});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let program = if email.to_lowercase() == MARA { "Maraphone" } else { "Browser" };
    world.anonymous().with("user-agent", program).post("articles/trams/comments", body).await
}

async fn open(world: &World) -> String {
    let article = world.published_by(Role::Author, "Trams").await;
    world.admin().patch("site", json!({"comment_policy": {"mode": "post", "hold_at": 101, "spam_at": 101}})).await.expect(200);
    article
}

api_test!(a_person_gets_all_they_wrote, async |world| {
    open(world).await;
    let first = says(world, MARA, json!({"notify_replies": true})).await.expect(201).id();
    world.pass(1);
    let second = says(world, "Mara@Reader.example", json!({"parent_id": first, "body": "*Again*"})).await.expect(201).id();
    says(world, "other@reader.example", json!({})).await.expect(201);
    world.moderator().patch(&format!("comments/{second}"), json!({"status": "rejected"})).await.expect(200);
    let export = world.admin().get(&format!("comments/export?email={}", MARA.to_uppercase())).await.expect(200);
    let comments = export.at("/comments").as_array().unwrap();
    assert_eq!(comments.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!(
        (&comments[0]["ip"], &comments[0]["user_agent"], &comments[0]["author_url"], &comments[0]["notify_replies"]),
        (&json!("192.0.2.163"), &json!("Maraphone"), &json!("https://mara.example/"), &json!(true))
    );
    assert_eq!(
        (&comments[1]["markdown"], &comments[1]["status"], &comments[1]["article"]["slug"]),
        (&json!("*Again*"), &json!("rejected"), &json!("trams"))
    );
    assert_eq!(world.admin().get("comments/export?email=nobody@reader.example").await.expect(200).at("/comments"), &json!([]));
    assert_eq!(world.admin().get("comments/export?email=nobody").await.expect(200).at("/comments"), &json!([]));
    world.admin().get("comments/export").await.expect(400).expect_faults(&[("email", "required")]);
    world.editor().get(&format!("comments/export?email={MARA}")).await.expect_problem(403, "forbidden");
});

api_test!(a_person_is_erased_and_the_thread_stays, async |world| {
    let article = open(world).await;
    let root = says(world, MARA, json!({"notify_replies": true})).await.expect(201);
    let reply = says(
        world,
        "other@reader.example",
        json!({"author_name": "Other", "author_url": null, "body": "Well said.", "parent_id": root.id()}),
    )
    .await
    .expect(201)
    .id();
    let waiting = says(world, MARA, json!({})).await.expect(201).id();
    world.moderator().patch(&format!("comments/{waiting}"), json!({"status": "pending"})).await.expect(200);
    world.moderator().patch(&format!("comments/{}", root.id()), json!({"pinned": true})).await.expect(200);
    world.anonymous().post(&format!("comments/{}/reports", root.id()), json!({"reason": "abuse", "note": "Mara Quill!"})).await.expect(204);
    let before = world.anonymous().get("articles/trams/comments").await.expect(200);
    assert_eq!(before.text_at("/data/0/author/name"), "Mara Quill");
    world.admin().post("comments/erasures?dry_run=true", json!({"email": MARA})).await.expect(200);
    assert_eq!(world.anonymous().get("articles/trams/comments").await.expect(200).body, before.body);
    let erasure = world.admin().post("comments/erasures", json!({"email": "MARA@reader.example"})).await.expect(200);
    assert_eq!(erasure.json(), &json!({"erased": 2, "subscriber": false, "ban": false, "invitation": false}));
    let after = world.anonymous().get("articles/trams/comments?count=true").await.expect(200);
    let thread = after.at("/data/0");
    assert_eq!((&thread["erased"], &thread["author"]["name"], &thread["author"]["url"]), (&json!(true), &json!(""), &Value::Null));
    assert_eq!((&thread["body"], &thread["pinned"]), (&json!({"html": "", "text": ""}), &json!(false)));
    assert_eq!((&thread["replies"]["data"][0]["id"], &thread["replies"]["data"][0]["body"]["text"]), (&json!(reply), &json!("Well said.")));
    assert_eq!(world.anonymous().get(&format!("articles/{article}")).await.number_at("/comments/count"), 2);
    // No trace of the person is left, neither in stored responses nor in the log.
    world.mails().await;
    let mut kept = world.database.dump();
    kept.retain(|table, _| !["users", "authors"].contains(&table.as_str()));
    let kept = format!("{kept:?}").to_lowercase();
    for trace in ["mara@", "mara quill", "mara was", "maraphone", "mara.example"] {
        assert!(!kept.contains(trace), "{trace} is left");
    }
    assert_eq!(world.admin().get(&format!("comments/export?email={MARA}")).await.expect(200).at("/comments"), &json!([]));
    let seen = world.moderator().get(&format!("comments/{waiting}")).await.expect(200);
    assert_eq!((seen.text_at("/status"), seen.at("/author_email"), seen.at("/ip")), ("rejected".into(), &Value::Null, &Value::Null));
    // The edit token no longer works, and nobody can add a text; the comment can still be hidden and deleted.
    let guest = world.anonymous().with("x-edit-token", &root.text_at("/edit_token"));
    guest.patch(&format!("comments/{}", root.id()), json!({"body": "Back"})).await.expect_problem(403, "forbidden");
    let path = format!("comments/{}", root.id());
    world.moderator().patch(&path, json!({"body": "Words"})).await.expect_problem(409, "conflict");
    world.moderator().post("comments/moderate", json!({"ids": [root.id()], "status": "rejected"})).await.expect(200);
    assert_eq!(world.anonymous().get("articles/trams/comments").await.texts("id"), [""; 0]);
    world.moderator().delete(&path).await.expect(204);
    // A second erasure finds nothing.
    assert_eq!(
        world.admin().post("comments/erasures", json!({"email": MARA})).await.expect(200).json(),
        &json!({"erased": 0, "subscriber": false, "ban": false, "invitation": false})
    );
    world.moderator().post("comments/erasures", json!({"email": MARA})).await.expect_problem(403, "forbidden");
});
