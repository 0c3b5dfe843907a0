//! Whatever the server does not store is refused or reported: bodies, fields, names and cells.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::newsletter::{subscribed, subscriber};
use crate::support::{Answer, Client, Part, Role, World, api_test, jpeg};

const KEY: &str = "a-key-that-nobody-guesses-4711";

const JSON: &str = "application/json";

async fn sends(client: &Client, (method, path): (Method, &str), (media_type, body): (&str, &str)) -> Answer {
    client.with("content-type", media_type).send(method, path, Some(body.into())).await
}

api_test!(a_body_that_an_operation_does_not_have_is_refused, async |world| {
    let (editor, id) = (world.editor(), world.draft_by(Role::Editor, "Trams").await);
    let article = format!("articles/{id}");
    editor.put(&format!("{article}/review"), json!({})).await.expect(200);
    let review = format!("{article}/review");
    let returning = (Method::DELETE, review.as_str());
    let refused = sends(&editor, returning.clone(), (JSON, "{\"note\": \"Too long.\", \"a/b\": 1}")).await.expect(422);
    assert!(refused.fault_detail("/note").contains("no request body"), "{refused}");
    refused.expect_faults(&[("/note", "unknown_member"), ("/a~1b", "unknown_member")]);
    sends(&editor, returning.clone(), (JSON, "[1]")).await.expect_faults(&[("", "wrong_type")]);
    sends(&editor, returning.clone(), (JSON, "{\"note\"")).await.expect_problem(400, "malformed_json");
    sends(&editor, returning.clone(), ("text/plain", "Too long.")).await.expect_problem(415, "unsupported_media_type");
    let long = format!("{{\"note\": \"{}\"}}", "x".repeat(17_000));
    sends(&editor, returning.clone(), (JSON, &long)).await.expect_problem(413, "too_large");
    assert_ne!(editor.get(&format!("{article}?view=editor")).await.expect(200).at("/review"), &Value::Null);
    sends(&editor, returning, ("text/plain", " {} \n")).await.expect(204);
    let comment = world.comment(&world.published_by(Role::Editor, "Quays").await, "At last.").await;
    for (method, path) in [
        (Method::DELETE, article.clone()),
        (Method::POST, format!("{article}/revisions/1/restore")),
        (Method::PUT, format!("comments/{comment}/vote")),
        (Method::POST, "auth/logout".to_owned()),
        (Method::POST, "comments/forms".to_owned()),
    ] {
        sends(&editor, (method, &path), (JSON, "{\"permanent\": true}")).await.expect_faults(&[("/permanent", "unknown_member")]);
    }
    let batch = json!({"operations": [{"method": "DELETE", "path": format!("/api/v1/{article}"), "body": {"permanent": true}}]});
    let refused = editor.post("batch", batch).await.expect_problem(422, "batch_failed");
    assert_eq!(refused.at("/results/0/body/errors/0/pointer"), &json!("/permanent"), "{refused}");
    // A page that reports with `sendBeacon` always sends a body.
    sends(&world.anonymous(), (Method::POST, "articles/quays/views"), ("text/plain", "x")).await.expect(204);
    assert_eq!(editor.get(&format!("{article}?view=editor")).await.expect(200).text_at("/status"), "draft");
});

api_test!(a_one_click_form_has_one_field, async |world| {
    let mail = subscribed(world, "mara@reader.example").await;
    let start = mail.raw.split("List-Unsubscribe: <https://api.news.example").nth(1).unwrap();
    let path = start.split('>').next().unwrap();
    let form = "List-Unsubscribe=One-Click&reason=spam";
    let anonymous = world.anonymous();
    let refused = sends(&anonymous, (Method::POST, path), ("application/x-www-form-urlencoded", form)).await;
    refused.expect_faults(&[("/reason", "unknown_member")]);
    let parts = [Part::text("List-Unsubscribe", "One-Click"), Part::text("reason", "spam")];
    anonymous.upload(path, &parts).await.expect_faults(&[("/reason", "unknown_member")]);
    assert_eq!(subscriber(world, "mara@reader.example").await["status"], json!("confirmed"));
    let large = json!({"token": "x", "reason": "x".repeat(20_000)});
    anonymous.post("newsletter/unsubscriptions", large).await.expect(422);
});

api_test!(a_file_name_is_kept_as_it_is_or_refused, async |world| {
    let (author, picture) = (world.author(), jpeg(64, 48, 1));
    let upload = async |name: &str| author.upload("images", &[Part::file(name, &picture)]).await;
    let longest = format!("{}.jpg", "x".repeat(196));
    assert_eq!(upload(&longest).await.expect(201).text_at("/file_name"), longest);
    upload(&format!("x{longest}")).await.expect_faults(&[("/file", "too_long")]);
    upload("tram\u{2028}s.jpg").await.expect_faults(&[("/file", "control_character")]);
    let resumable = author.with("upload-length", "5").with("upload-metadata", "filename YQpi");
    resumable.send(Method::POST, "uploads", None).await.expect_problem(422, "validation_failed");
});

api_test!(custom_fields_that_are_too_large_are_not_compared_with_the_sites_schema, async |world| {
    let schema =
        json!({"type": "object", "required": ["shot_on"], "properties": {"shot_on": {"type": "string"}}, "additionalProperties": false});
    world.admin().put("schemas/image", schema).await.expect(200);
    let (author, picture) = (world.author(), jpeg(64, 48, 1));
    let custom = async |text: &str| author.upload("images", &[Part::file("x.jpg", &picture), Part::text("custom", text)]).await;
    custom("{}").await.expect_faults(&[("/custom/shot_on", "required")]);
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(17 * 1024));
    let refused = custom(&large).await.expect(422);
    assert!(refused.faults().len() == 1 && refused.faults()[0].0 == "/custom", "{refused}");
});

api_test!(cells_that_do_not_fit_a_subscribers_status_are_refused, async |world| {
    let file = "email,status,lists,consent,consented_at,confirmed_at,unsubscribed_at\n\
        a@reader.example,confirmed,,At the fair,2026-01-01T10:00:00Z,,2026-01-02T10:00:00Z\n\
        b@reader.example,pending,,,,2026-01-02T10:00:00Z,\n\
        c@reader.example,unsubscribed,daily,,,,2026-01-02T10:00:00Z\n\
        d@reader.example,,,,,,2026-01-02T10:00:00Z\n";
    world.admin().post("newsletter/lists", json!({"key": "daily", "name": "Daily"})).await.expect(201);
    let refused = sends(&world.editor(), (Method::POST, "newsletter/imports?statement=x"), ("text/csv", file)).await;
    refused.expect_faults(&[
        ("/2/unsubscribed_at", "contradiction"),
        ("/3/confirmed_at", "contradiction"),
        ("/4/lists", "contradiction"),
        ("/5/unsubscribed_at", "contradiction"),
    ]);
});

api_test!(a_footnote_that_nothing_refers_to_is_told, async |world| {
    let article = json!({"title": "Trams", "body": {"markdown": "Late.\n\n[^depot]: Nobody knows why."}});
    let made = world.editor().post("articles", article).await.expect(201);
    assert_eq!(made.at("/warnings/0/code"), &json!("footnote_not_shown"), "{made}");
});

async fn has_left_nothing(world: &World, words: &[&str]) {
    world.mails().await;
    let dump = format!("{:?}", world.database.dump());
    for word in words {
        assert!(!dump.contains(word), "{word} is left");
    }
}

api_test!(what_is_withdrawn_leaves_nothing_in_kept_answers, async |world| {
    let admin = world.admin().with("idempotency-key", KEY);
    let invitation = json!({"email": "mara@new.example", "name": "Mara Quill", "role": "author"});
    let ban = json!({"kind": "email", "value": "mara@new.example", "note": "Maranote"});
    let operation = |path: &str, body: &Value| json!({"method": "POST", "path": format!("/api/v1/{path}"), "body": body});
    let batch = json!({"operations": [operation("authors", &json!({"name": "Mara Quill"})), operation("comments/bans", &ban)]});
    let invited = admin.post("users/invitations", invitation.clone()).await.expect(201);
    let made = admin.post("batch", batch.clone()).await.expect(200);
    assert_eq!(admin.post("batch", batch.clone()).await.expect(200).header("idempotency-replayed"), Some("true"));
    let admin = world.admin();
    admin.delete(&format!("users/invitations/{}", invited.id())).await.expect(204);
    admin.delete(&format!("authors/{}", made.text_at("/results/0/body/id"))).await.expect(204);
    admin.delete(&format!("comments/bans/{}", made.text_at("/results/1/body/id"))).await.expect(204);
    has_left_nothing(world, &["mara@new", "Mara Quill", "Maranote"]).await;
    // The response to the invitation is deleted; that to the batch only lost both results, so that it is not run again.
    assert_eq!(world.database.dump()["idempotency_keys"].len(), 1);
    let again = world.admin().with("idempotency-key", KEY).post("batch", batch).await.expect(200);
    for result in ["/results/0", "/results/1"] {
        let status = again.at(&format!("{result}/status"));
        assert_eq!((status, again.at(&format!("{result}/body"))), (&json!(201), &Value::Null), "{result}");
    }
});

api_test!(an_erasure_reaches_an_open_invitation, async |world| {
    let admin = world.admin();
    let invitation = json!({"email": "mara@new.example", "name": "Mara Quill", "role": "author"});
    let id = admin.post("users/invitations", invitation).await.expect(201).id();
    let token = world.mailed_token("mara@new.example", "accept-invitation").await;
    let export = admin.get("comments/export?email=mara@new.example").await.expect(200);
    assert_eq!(export.text_at("/invitation/id"), id);
    let erased = admin.post("comments/erasures", json!({"email": "Mara@New.example"})).await.expect(200);
    assert_eq!(erased.at("/invitation"), &json!(true));
    admin.get(&format!("users/invitations/{id}")).await.expect_problem(404, "not_found");
    let late = json!({"token": token, "password": "a tram full of geese"});
    world.anonymous().post("auth/invitations/accept", late).await.expect(422);
    has_left_nothing(world, &["mara@new", "Mara Quill"]).await;
});
