//! Erasure removes everything: rows, data in database files, stored responses, queued emails, and entries of the log.

use std::process::Command;

use serde_json::{Value, json};

use crate::newsletter::{list, now_as, subscribed, subscriber};
use crate::support::{Answer, Engine, PASSWORD, Role, World, api_test};

const MARA: &str = "mara@reader.example";
const KEY: &str = "a-key-that-nobody-guesses-4711";

/// Words that identify the person in these tests, in lower case.
const TRACES: [&str; 5] = ["mara@reader", "mara quill", "marasaid", "maraphone", "maranote"];

async fn says(world: &World, more: Value) -> Answer {
    let mut body = json!({"author_name": "Mara Quill", "author_email": MARA, "body": "Marasaid it."});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.anonymous().with("user-agent", "Maraphone").post("articles/trams/comments", body).await
}

async fn open(world: &World) -> String {
    let article = world.published_by(Role::Author, "Trams").await;
    world.admin().patch("site", json!({"comment_policy": {"mode": "post", "hold_at": 100, "spam_at": 100}})).await.expect(200);
    article
}

fn engine(world: &World) -> Engine {
    if world.database.url.starts_with("sqlite") { Engine::Sqlite } else { Engine::Postgres }
}

/// Returns the words that the database's files contain; on PostgreSQL, its tables. Another process reads the files, because closing a
/// SQLite file in this process would release its locks.
fn found(world: &World, words: &[&str]) -> Vec<String> {
    let bytes = match engine(world) {
        Engine::Sqlite => {
            let folder = world.database.folder.path();
            let files = ["masthead.db", "masthead.db-wal"].map(|name| folder.join(name));
            Command::new("cat").args(files.iter().filter(|file| file.exists())).output().expect("cat reads files").stdout
        }
        Engine::Postgres => format!("{:?}", world.database.dump()).into_bytes(),
    };
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    words.iter().filter(|word| text.contains(&word.to_lowercase())).map(|word| (*word).to_owned()).collect()
}

/// Checks that the tables were cleaned, if the engine keeps deleted data until then.
fn expect_clean(world: &World, table: &str) {
    if engine(world) == Engine::Sqlite {
        return;
    }
    let sql = format!("SELECT 1::text AS line FROM pg_stat_all_tables WHERE relname = '{table}' AND vacuum_count > 0");
    let cleaned = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        !world.database.lines(&sql).is_empty()
    });
    assert!(cleaned, "{table} was not cleaned");
}

api_test!(an_erased_person_is_in_no_file, async |world| {
    open(world).await;
    let long = format!("Marasaid {}", "and so on, ".repeat(400));
    let first = says(world, json!({"notify_replies": true})).await.expect(201);
    for number in 0..30 {
        let body = if number % 3 == 0 { long.clone() } else { format!("Marasaid {number}") };
        says(world, json!({"body": body})).await.expect(201);
        let other =
            json!({"author_name": "Other", "author_email": "other@reader.example", "body": "Others stay.", "parent_id": first.id()});
        world.anonymous().post("articles/trams/comments", other).await.expect(201);
    }
    let path = format!("comments/{}", first.id());
    let own = world.anonymous().with("x-edit-token", &first.text_at("/edit_token"));
    own.patch(&path, json!({"body": "Marasaid something else."})).await.expect(200);
    world.anonymous().post(&format!("{path}/reports"), json!({"reason": "abuse", "note": "Maranote"})).await.expect(204);
    world.moderator().patch(&path, json!({"status": "rejected", "reason": "Maranote"})).await.expect(200);
    world.moderator().post("comments/bans", json!({"kind": "email", "value": MARA, "note": "Maranote"})).await.expect(201);
    list(world, "daily", json!({"is_default": true})).await;
    subscribed(world, MARA).await;
    world.admin().post("comments/erasures", json!({"email": MARA})).await.expect(200);
    world.mails().await;
    assert_eq!(found(world, &TRACES), [""; 0]);
    assert_eq!(found(world, &["Others stay."]), ["Others stay."]);
    expect_clean(world, "comments");
    let audit = world.admin().get("audit?limit=100").await.expect(200).text().to_lowercase();
    assert!(TRACES.iter().all(|trace| !audit.contains(trace)), "{audit}");
});

api_test!(an_erasure_reaches_whatever_is_kept_of_a_person, async |world| {
    open(world).await;
    list(world, "daily", json!({"is_default": true})).await;
    let mail = subscribed(world, MARA).await;
    let kept = world.anonymous().with("idempotency-key", KEY);
    let body = json!({"author_name": "Mara Quill", "author_email": MARA, "body": "Marasaid it."});
    let comment = kept.post("articles/trams/comments", body.clone()).await.expect(201).id();
    world.anonymous().post(&format!("comments/{comment}/reports"), json!({"reason": "abuse", "note": "Maranote"})).await.expect(204);
    world.moderator().post("comments/bans", json!({"kind": "email", "value": MARA, "note": "Maranote"})).await.expect(201);
    // Two emails are queued: about a reply, and about a subscription.
    says(world, json!({"notify_replies": true, "author_email": "mara@reader.example"})).await.expect(202);
    world.anonymous().post("newsletter/subscriptions", json!({"email": MARA})).await.expect(202);
    let export = world.admin().get(&format!("comments/export?email={MARA}")).await.expect(200);
    assert_eq!(export.at("/comments").as_array().unwrap().len(), 2);
    let reports: Vec<&Value> =
        export.at("/comments").as_array().unwrap().iter().flat_map(|one| one["reports"].as_array().unwrap()).collect();
    assert_eq!((reports.len(), &reports[0]["note"]), (1, &json!("Maranote")));
    assert_eq!((export.at("/subscriber/status"), export.at("/ban/value")), (&json!("confirmed"), &json!(MARA)));
    assert_eq!((export.at("/suppressed"), export.at("/refuses_notices")), (&Value::Null, &json!(false)));
    let mails = world.mails_to(MARA).await.len();
    world.anonymous().post("newsletter/subscriptions", json!({"email": MARA})).await.expect(202);
    let erased = world.admin().post("comments/erasures", json!({"email": MARA})).await.expect(200);
    assert_eq!(erased.json(), &json!({"erased": 2, "subscriber": true, "ban": true, "invitation": false}));
    assert_eq!(world.mails_to(MARA).await.len(), mails);
    assert_eq!(world.editor().get(&format!("newsletter/subscribers?email={MARA}")).await.expect(200).texts("id"), [""; 0]);
    let token = mail.token("newsletter/unsubscribe");
    world.anonymous().post("newsletter/unsubscriptions", json!({"token": token})).await.expect(422);
    let after = world.admin().get(&format!("comments/export?email={MARA}")).await.expect(200);
    let nothing =
        json!({"comments": [], "subscriber": null, "suppressed": null, "ban": null, "invitation": null, "refuses_notices": false});
    assert_eq!(after.json(), &nothing);
    assert_eq!(found(world, &TRACES), [""; 0]);
    // The ban stays in force without the address.
    let ban = world.moderator().get("comments/bans").await.expect(200);
    assert!(ban.text_at("/data/0/value").starts_with("erased:") && ban.at("/data/0/note").is_null(), "{ban}");
    let again = says(world, json!({})).await.expect(202).id();
    assert_eq!(world.moderator().get(&format!("comments/{again}")).await.expect(200).at("/spam_signs/0"), &json!("banned_email"));
    world.moderator().post("comments/bans", json!({"kind": "email", "value": MARA})).await.expect_problem(409, "conflict");
    // The stored response, which contained the data, is not replayed.
    let repeated = kept.post("articles/trams/comments", body).await;
    assert!(repeated.header("idempotency-replayed").is_none() && repeated.id() != comment, "{repeated}");
});

api_test!(what_must_outlive_an_erasure_is_a_keyed_hash, async |world| {
    subscribed(world, MARA).await;
    world.admin().post("newsletter/suppressions", json!({"email": MARA, "reason": "complained"})).await.expect(201);
    world.admin().post("comments/erasures", json!({"email": MARA})).await.expect(200);
    let export = world.admin().get(&format!("comments/export?email={MARA}")).await.expect(200);
    assert_eq!((export.at("/suppressed"), export.at("/subscriber")), (&json!("complained"), &Value::Null));
    world.mails().await;
    assert_eq!(found(world, &TRACES), [""; 0]);
});

api_test!(a_deleted_comment_is_in_no_file, async |world| {
    open(world).await;
    let answered = says(world, json!({"body": "Marasaid first."})).await.expect(201);
    let other = json!({"author_name": "Other", "author_email": "other@reader.example", "body": "Others stay.", "parent_id": answered.id()});
    world.anonymous().post("articles/trams/comments", other).await.expect(201);
    let alone = says(world, json!({"body": "Marasaid second."})).await.expect(201);
    for posted in [&answered, &alone] {
        let own = world.anonymous().with("x-edit-token", &posted.text_at("/edit_token"));
        own.delete(&format!("comments/{}", posted.id())).await.expect(204);
    }
    world.mails().await;
    assert_eq!(found(world, &TRACES), [""; 0]);
    expect_clean(world, "comments");
});

api_test!(an_erased_subscriber_is_in_no_file, async |world| {
    subscribed(world, MARA).await;
    let id = subscriber(world, MARA).await["id"].as_str().unwrap().to_owned();
    assert_eq!(found(world, &["mara@reader"]), ["mara@reader"]);
    world.editor().delete(&format!("newsletter/subscribers/{id}")).await.expect(204);
    world.mails().await;
    assert_eq!(found(world, &TRACES), [""; 0]);
    expect_clean(world, "subscribers");
});

api_test!(a_deleted_account_is_in_no_file, async |world| {
    open(world).await;
    let admin = world.admin().with("idempotency-key", KEY);
    let body = json!({"email": MARA, "name": "Mara Desk", "role": "author", "password": PASSWORD});
    let user = admin.post("users", body.clone()).await.expect(201).id();
    let login = world.anonymous().post("auth/login", json!({"email": MARA, "password": PASSWORD})).await.expect(200);
    let own = world.anonymous().bearer(&login.text_at("/access_token")).with("user-agent", "Maraphone");
    let comment = own.post("articles/trams/comments", json!({"body": "From the house.", "notify_replies": true})).await.expect(201).id();
    assert_eq!(found(world, &["mara@reader", "maraphone"]).len(), 2);
    world.admin().delete(&format!("users/{user}")).await.expect(204);
    world.mails().await;
    // Their comments stay under their name; email addresses and IP addresses are gone.
    assert_eq!(found(world, &["mara@reader", "maraphone"]), [""; 0]);
    expect_clean(world, "users");
    let seen = world.moderator().get(&format!("comments/{comment}")).await.expect(200);
    assert_eq!((seen.at("/author_email"), seen.at("/ip"), seen.at("/body/text")), (&Value::Null, &Value::Null, &json!("From the house.")));
    assert_ne!(admin.post("users", body).await.expect(201).id(), user, "the kept answer is gone");
});

api_test!(an_erased_article_is_in_no_file, async |world| {
    let body = json!({"title": "Marasaid trams", "slug": "trams", "dek": "Marasaid", "body": {"markdown": format!("Marasaid. {}", "Much text. ".repeat(800))}});
    let kept = world.editor().with("idempotency-key", KEY);
    let id = kept.post("articles?publish=true", body).await.expect(201).id();
    world.editor().patch(&format!("articles/{id}?publish=true"), json!({"dek": "Marasaid more"})).await.expect(200);
    assert_eq!(found(world, &["marasaid"]), ["marasaid"]);
    world.editor().delete(&format!("articles/{id}")).await.expect(204);
    world.admin().delete(&format!("articles/{id}?permanent=true")).await.expect(204);
    world.mails().await;
    assert_eq!(found(world, &TRACES), [""; 0]);
    expect_clean(world, "revisions");
});

api_test!(a_batch_loses_the_erased_result_and_is_not_run_again, async |world| {
    let kept = world.editor().with("idempotency-key", KEY);
    let body = json!({"operations": [
        {"method": "POST", "path": "/api/v1/articles", "body": {"title": "Marasaid trams", "slug": "trams"}},
        {"method": "POST", "path": "/api/v1/articles", "body": {"title": "Buses", "slug": "buses"}},
    ]});
    let first = kept.post("batch", body.clone()).await.expect(200);
    let erased = first.text_at("/results/0/body/id");
    world.editor().delete(&format!("articles/{erased}")).await.expect(204);
    world.admin().delete(&format!("articles/{erased}?permanent=true")).await.expect(204);
    world.mails().await;
    let again = kept.post("batch", body).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{again}");
    assert_eq!((again.at("/results/0/status"), again.at("/results/0/body")), (&json!(201), &Value::Null));
    assert_eq!(again.at("/results/1"), first.at("/results/1"));
    let articles = world.editor().get("articles?view=editor").await.expect(200);
    assert_eq!(articles.texts("slug"), ["buses"]);
});

api_test!(an_erasure_reaches_stored_responses_that_name_no_location, async |world| {
    open(world).await;
    let comment = says(world, json!({})).await.expect(201).id();
    let moderator = world.moderator().with("idempotency-key", KEY);
    let decision = json!({"method": "PATCH", "path": format!("/api/v1/comments/{comment}"), "body": {"status": "rejected"}});
    let batch = json!({"operations": [decision]});
    let first = moderator.post("batch", batch.clone()).await.expect(200);
    assert_eq!(first.at("/results/0/body/author_email"), &json!(MARA));
    let article = world.draft_by(Role::Editor, "Marasaid").await;
    let (trash, restore) = (format!("articles/{article}"), format!("articles/{article}/restore"));
    world.editor().delete(&trash).await.expect(204);
    world.editor().with("idempotency-key", KEY).post(&restore, json!({})).await.expect(200);
    assert_eq!(world.database.dump()["idempotency_keys"].len(), 2);
    world.admin().post("comments/erasures", json!({"email": MARA})).await.expect(200);
    world.editor().delete(&trash).await.expect(204);
    world.admin().delete(&format!("{trash}?permanent=true")).await.expect(204);
    world.mails().await;
    assert_eq!(world.database.dump()["idempotency_keys"].len(), 1);
    let again = moderator.post("batch", batch).await.expect(200);
    assert_eq!((again.at("/results/0/status"), again.at("/results/0/body")), (&json!(200), &Value::Null));
});

api_test!(a_deleted_account_leaves_no_answer_to_its_invitation, async |world| {
    world.admin().post("users/invitations", json!({"email": MARA, "name": "Mara Quill", "role": "author"})).await.expect(201);
    let token = world.mailed_token(MARA, "accept-invitation").await;
    let kept = world.anonymous().with("idempotency-key", KEY);
    let body = json!({"token": token, "password": PASSWORD});
    let user = kept.post("auth/invitations/accept", body.clone()).await.expect(201).id();
    let rows = || world.database.dump().get("idempotency_keys").map_or(0, Vec::len);
    assert_eq!(rows(), 1);
    world.admin().delete(&format!("users/{user}")).await.expect(204);
    world.mails().await;
    assert_eq!(rows(), 0);
    kept.post("auth/invitations/accept", body).await.expect(422).expect_faults(&[("/token", "invalid_token")]);
});

api_test!(who_reads_holds_no_erasure_up_for_ever, async |world| {
    open(world).await;
    says(world, json!({})).await.expect(201);
    // Another process has the database open, such as a server beside a command.
    let other = world.node(&[]).await;
    other.anonymous().get("articles/trams/comments").await.expect(200);
    now_as(world, Role::Admin).await.post("comments/erasures", json!({"email": MARA})).await.expect(200);
    other.app.run_due_jobs().await.unwrap();
    assert_eq!(found(world, &TRACES), [""; 0]);
});
