//! The newsletter as editors see it: lists, subscribers, files, suppressions, and their entries in the audit log.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::newsletter::{list, now_as, subscribed, subscriber};
use crate::support::{Answer, Client, Role, World, api_test};

const MARA: &str = "mara@reader.example";

async fn import(world: &World, file: &str) -> Answer {
    import_by(&world.editor(), file).await
}

async fn import_by(client: &Client, file: &str) -> Answer {
    let client = client.with("content-type", "text/csv");
    client.send(Method::POST, "newsletter/imports?statement=On%20paper", Some(file.as_bytes().to_vec())).await
}

api_test!(lists_are_kept_by_editors_and_read_by_all, async |world| {
    let id = list(world, "daily", json!({"description": "At six.", "is_default": true})).await;
    list(world, "staff", json!({"is_public": false})).await;
    let reader = world.anonymous();
    assert_eq!(reader.get("newsletter/lists").await.expect(200).texts("key"), ["daily"]);
    assert_eq!(world.editor().get("newsletter/lists?view=editor").await.expect(200).texts("key"), ["daily", "staff"]);
    let view = reader.get("newsletter/lists/daily").await.expect(200);
    assert_eq!((view.id(), view.at("/is_default")), (id.clone(), &json!(true)));
    reader.get("newsletter/lists/staff").await.expect_problem(404, "not_found");
    let editor = world.editor();
    let whole = editor.get(&format!("newsletter/lists/{id}?view=editor")).await.expect(200);
    let path = format!("newsletter/lists/{id}");
    assert_eq!(editor.put(&path, whole.json().clone()).await.expect(200).etag(), whole.etag());
    let renamed = editor.with("if-match", &whole.etag()).patch(&path, json!({"name": "Each day"})).await.expect(200);
    assert_eq!((renamed.text_at("/name"), renamed.etag()), ("Each day".into(), "\"v2\"".into()));
    editor.with("if-match", &whole.etag()).patch(&path, json!({"name": "x"})).await.expect_problem(412, "stale_version");
    editor.post("newsletter/lists", json!({"key": "daily", "name": "Another"})).await.expect_problem(409, "slug_taken");
    subscribed(world, MARA).await;
    let answer = editor.delete(&path).await.expect_problem(409, "in_use");
    assert_eq!(answer.at("/usages"), &json!({"subscribers": 1}));
    editor.delete(&format!("{path}?force=true")).await.expect(204);
    editor.delete(&path).await.expect(204);
    assert_eq!(subscriber(world, MARA).await["lists"], json!([]));
});

api_test!(subscribers_are_listed_filtered_and_erased, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    for (index, name) in ["a", "b", "c", "d", "e"].iter().enumerate() {
        world.pass(i64::try_from(index).unwrap());
        let email = format!("{name}@reader.example");
        if index % 2 == 0 {
            subscribed(world, &email).await;
        } else {
            world.anonymous().post("newsletter/subscriptions", json!({"email": email})).await.expect(202);
            world.mails().await;
        }
    }
    let editor = world.editor();
    let first = editor.get("newsletter/subscribers?limit=2&count=true").await.expect(200);
    assert_eq!((first.texts("email"), first.number_at("/page/total")), (vec!["e@reader.example".into(), "d@reader.example".into()], 5));
    let next = editor.get(&format!("newsletter/subscribers?limit=2&count=true&cursor={}", first.text_at("/page/next"))).await.expect(200);
    assert_eq!(next.texts("email"), ["c@reader.example", "b@reader.example"]);
    for (query, found) in [
        ("status=pending", 2),
        ("status[in]=pending,confirmed", 5),
        ("list=daily", 3),
        ("list=nothing", 0),
        ("list[exists]=false", 2),
        ("email=A@reader.example", 1),
        ("email[starts_with]=b@", 1),
        ("confirmed_at[exists]=true", 3),
        ("created_at[gt]=2026-03-14T09:26:56Z", 3),
    ] {
        assert_eq!(editor.get(&format!("newsletter/subscribers?{query}")).await.expect(200).texts("id").len(), found, "{query}");
    }
    let id = subscriber(world, "a@reader.example").await["id"].as_str().unwrap().to_owned();
    let path = format!("newsletter/subscribers/{id}");
    assert_eq!(editor.get(&path).await.expect(200).text_at("/email"), "a@reader.example");
    editor.delete(&path).await.expect(204);
    editor.delete(&path).await.expect(204);
    editor.get(&path).await.expect_problem(404, "not_found");
    for path in ["newsletter/subscribers", &path, "newsletter/subscribers.csv"] {
        world.moderator().get(path).await.expect_problem(403, "forbidden");
        world.anonymous().get(path).await.expect_problem(401, "unauthenticated");
    }
});

api_test!(files_are_taken_wholly_or_not_at_all, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    list(world, "weekly", json!({})).await;
    subscribed(world, "known@reader.example").await;
    world.admin().post("newsletter/suppressions", json!({"email": "never@reader.example", "reason": "bounced"})).await.expect(201);
    let file = "\u{feff}email,name,lists,consent,consented_at\r\n\
        Agreed@reader.example,\"Lind, Mara\",daily weekly,At the fair,2026-01-01T10:00:00Z\r\n\
        asked@reader.example,,,,\r\n\
        known@reader.example,Other,weekly,At the fair,2026-01-01T10:00:00Z\r\n\
        never@reader.example,,,At the fair,2026-01-01T10:00:00Z\r\n";
    let before = world.mails().await.len();
    let report = import(world, file).await.expect(200);
    assert_eq!(report.json(), &json!({"rows": 4, "confirmed": 1, "pending": 1, "known": 1, "suppressed": 1}));
    let agreed = subscriber(world, "agreed@reader.example").await;
    assert_eq!(
        (&agreed["status"], &agreed["consent"], &agreed["name"]),
        (&json!("confirmed"), &json!("At the fair"), &json!("Lind, Mara"))
    );
    assert_eq!(agreed["lists"].as_array().unwrap().len(), 2);
    let asked = subscriber(world, "asked@reader.example").await;
    assert_eq!((&asked["status"], &asked["consent"], &asked["lists"][0]["key"]), (&json!("pending"), &json!("On paper"), &json!("daily")));
    assert_eq!(world.mails().await.len(), before + 1);
    let token = world.mailed_token("asked@reader.example", "newsletter/confirm").await;
    world.anonymous().post("newsletter/confirmations", json!({"token": token})).await.expect(204);
    world.mails().await;
    let dump = world.database.dump();
    let wrong = "email,name,lists,consent,consented_at\n\
        new@reader.example,,,,\n\
        no address,\"Mara\nBcc: all@reader.example\",yearly,At the fair,\n\
        new@reader.example,,,,2027-01-01T10:00:00Z\n\
        other@reader.example,x\n";
    import(world, wrong).await.expect_problem(422, "validation_failed").expect_faults(&[
        ("/3/email", "invalid_format"),
        ("/3/name", "invalid_format"),
        ("/3/lists", "unknown_reference"),
        ("/3/consented_at", "required"),
        ("/5/email", "stands_twice"),
        ("/5/consent", "required"),
        ("/5/consented_at", "in_the_future"),
        ("/6", "wrong_length"),
    ]);
    import(world, "mail,email,email\n").await.expect_faults(&[("/1", "unknown_member"), ("/1", "stands_twice")]);
    import(world, "").await.expect_faults(&[("/1", "required")]);
    let many = (0..2001).fold("email\n".to_owned(), |file, index| file + &format!("r{index}@reader.example\n"));
    import(world, &many).await.expect_faults(&[("", "too_many")]);
    let bytes = world.editor().with("content-type", "text/csv");
    bytes.send(Method::POST, "newsletter/imports?statement=x", Some(vec![0xff, 0xfe])).await.expect_problem(400, "malformed_body");
    bytes.send(Method::POST, "newsletter/imports", Some(b"email\n".to_vec())).await.expect_faults(&[("statement", "required")]);
    assert_eq!(world.database.dump(), dump);
});

api_test!(no_exported_cell_begins_a_formula, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    for (email, name) in [("=cmd@reader.example", "=1+1"), ("+tag@reader.example", "@SUM(A1)"), (MARA, "-2, \"quoted\"")] {
        world.anonymous().post("newsletter/subscriptions", json!({"email": email, "name": name})).await.expect(202);
        let token = world.mailed_token(email, "newsletter/confirm").await;
        world.anonymous().post("newsletter/confirmations", json!({"token": token})).await.expect(204);
    }
    let file = world.editor().get("newsletter/subscribers.csv").await.expect(200);
    assert_eq!((file.media_type(), file.header("cache-control")), ("text/csv", Some("private, no-store")));
    let text = file.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[1].starts_with("'=cmd@reader.example,'=1+1,confirmed,daily,"), "{text}");
    assert!(lines[2].starts_with("'+tag@reader.example,'@SUM(A1),confirmed,"), "{text}");
    assert!(lines[3].starts_with("mara@reader.example,\"'-2, \"\"quoted\"\"\",confirmed,"), "{text}");
    // The unsubscribe URL in the file works.
    let address = lines[3].rsplit(',').next().unwrap().strip_prefix("https://api.news.example").unwrap();
    let form = world.anonymous().with("content-type", "application/x-www-form-urlencoded");
    form.send(Method::POST, address, Some(b"List-Unsubscribe=One-Click".to_vec())).await.expect(204);
    let of =
        async |query: &str| world.editor().get(&format!("newsletter/subscribers.csv?{query}")).await.expect(200).text().lines().count() - 1;
    assert_eq!((of("status=confirmed").await, of("list=daily").await, of("status=unsubscribed").await), (2, 2, 1));
    world.editor().get("newsletter/subscribers.csv?list=x").await.expect_faults(&[("list", "unknown_reference")]);
    // An imported address is restored as it was exported.
    let id = subscriber(world, "%2Btag@reader.example").await["id"].as_str().unwrap().to_owned();
    world.editor().delete(&format!("newsletter/subscribers/{id}")).await.expect(204);
    import(world, "email,name\n'+tag@reader.example,'@SUM(A1)\n").await.expect(200);
    assert_eq!(subscriber(world, "%2Btag@reader.example").await["name"], json!("@SUM(A1)"));
});

api_test!(a_formula_in_any_width_begins_no_cell, async |world| {
    let names = ["\u{ff1d}cmd()", "\u{ff0b}1", "\u{ff0d}1", "\u{ff20}SUM(A1)", "\u{3000}=1", "\u{a0}+1", "'=1", "\u{fe66}1", "'tis Mara"];
    for (index, name) in names.iter().enumerate() {
        let email = format!("r{index}@reader.example");
        world.anonymous().post("newsletter/subscriptions", json!({"email": email, "name": name})).await.expect(202);
        let token = world.mailed_token(&email, "newsletter/confirm").await;
        world.anonymous().post("newsletter/confirmations", json!({"token": token})).await.expect(204);
    }
    let file = world.editor().get("newsletter/subscribers.csv").await.expect(200).text();
    for (index, name) in names.iter().enumerate() {
        let line = file.lines().find(|line| line.starts_with(&format!("r{index}@"))).unwrap();
        let cell = line.split(',').nth(1).unwrap();
        let expected = if *name == "'tis Mara" { (*name).to_owned() } else { format!("'{name}") };
        assert_eq!(cell, expected);
    }
    // After deletion and import, everyone has their earlier name.
    for index in 0..names.len() {
        let id = subscriber(world, &format!("r{index}@reader.example")).await["id"].as_str().unwrap().to_owned();
        world.editor().delete(&format!("newsletter/subscribers/{id}")).await.expect(204);
    }
    import(world, &file).await.expect(200);
    for (index, name) in names.iter().enumerate() {
        assert_eq!(subscriber(world, &format!("r{index}@reader.example")).await["name"], json!(name));
    }
});

api_test!(what_was_exported_can_be_imported, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    list(world, "weekly", json!({})).await;
    let token = subscribed(world, MARA).await.token("newsletter/preferences");
    let choice = json!({"token": token, "name": "Mara", "lists": []});
    world.anonymous().put("newsletter/preferences", choice).await.expect(200);
    subscribed(world, "zoe@reader.example").await;
    let left = subscribed(world, "left@reader.example").await.token("newsletter/unsubscribe");
    world.anonymous().post("newsletter/unsubscriptions", json!({"token": left})).await.expect(204);
    subscribed(world, "bounced@reader.example").await;
    world.admin().post("newsletter/suppressions", json!({"email": "bounced@reader.example", "reason": "bounced"})).await.expect(201);
    import(world, "email\nasked@reader.example\n").await.expect(200);
    let file = world.editor().get("newsletter/subscribers.csv").await.expect(200).text();
    let same = import(world, &file).await.expect(200);
    assert_eq!(same.json(), &json!({"rows": 5, "confirmed": 0, "pending": 0, "known": 5, "suppressed": 0}));
    // Into a newsletter without subscribers.
    let people = ["mara", "zoe", "left", "bounced", "asked"].map(|name| format!("{name}@reader.example"));
    let mut before = Vec::new();
    for email in &people {
        let known = subscriber(world, email).await;
        world.editor().delete(&format!("newsletter/subscribers/{}", known["id"].as_str().unwrap())).await.expect(204);
        before.push(known);
    }
    world.tamper("DELETE FROM suppressions");
    world.pass(60);
    let mails = world.mails().await.len();
    let report = import(world, &file).await.expect(200);
    assert_eq!(report.json(), &json!({"rows": 5, "confirmed": 2, "pending": 1, "known": 0, "suppressed": 2}));
    for (email, before) in people.iter().zip(&before) {
        let after = subscriber(world, email).await;
        for member in ["email", "name", "status", "lists", "confirmed_at", "unsubscribed_at", "created_at"] {
            // An unconfirmed address is on no lists until it is confirmed.
            assert_eq!(after[member], before[member], "{member} of {email}");
        }
    }
    // Only people who must confirm get an email; people who unsubscribed do not come back.
    let mails = world.mails().await.split_off(mails);
    assert_eq!(mails.iter().map(|mail| mail.to.clone()).collect::<Vec<_>>(), [["asked@reader.example"]]);
    let suppressions = world.admin().get("newsletter/suppressions?sort=created_at").await.expect(200);
    let mut reasons = suppressions.texts("reason");
    reasons.sort();
    assert_eq!(reasons, ["blocked", "unsubscribed"]);
});

api_test!(spreadsheets_write_files_in_their_own_way, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    for (index, file) in [
        "Email,Name\nr0@reader.example,Mara\n",
        "EMAIL;Name;Lists\r\nr1@reader.example;\"Lind; Mara\";daily\r\n",
        "\u{feff}email\tname\nr2@reader.example\tMara, Lind\n",
    ]
    .iter()
    .enumerate()
    {
        import(world, file).await.expect(200);
        assert_ne!(subscriber(world, &format!("r{index}@reader.example")).await["name"], Value::Null, "{file}");
    }
    assert_eq!(subscriber(world, "r1@reader.example").await["name"], json!("Lind; Mara"));
    let dump = world.database.dump();
    import(world, "email;status;confirmed_at;created_at\na@reader.example;here;yesterday;2999-01-01T00:00:00Z\n").await.expect_faults(&[
        ("/2/status", "not_one_of"),
        ("/2/created_at", "in_the_future"),
        ("/2/confirmed_at", "invalid_format"),
    ]);
    import(world, "email;status;lists;unsubscribed_at\na@reader.example;suppressed;daily;2026-01-01T00:00:00Z\n")
        .await
        .expect_faults(&[("/2/lists", "contradiction")]);
    import(world, "Email;EMAIL\n").await.expect_faults(&[("/1", "stands_twice")]);
    assert_eq!(world.database.dump(), dump);
});

api_test!(who_is_suppressed_is_not_written_to, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    subscribed(world, MARA).await;
    let admin = world.admin();
    let made = admin.post("newsletter/suppressions", json!({"email": "MARA@reader.example", "reason": "complained"})).await.expect(201);
    assert!(!made.text().contains('@'), "{made}");
    assert_eq!(subscriber(world, MARA).await["status"], json!("suppressed"));
    let again = admin.post("newsletter/suppressions", json!({"email": MARA, "reason": "blocked"})).await.expect(201);
    assert_eq!((again.id(), again.text_at("/reason")), (made.id(), "blocked".into()));
    let before = world.mails_to(MARA).await.len();
    for _ in 0..3 {
        world.pass(2 * 24 * 60 * 60);
        world.anonymous().post("newsletter/subscriptions", json!({"email": MARA})).await.expect(202);
        world.mails().await;
    }
    assert_eq!(world.mails_to(MARA).await.len(), before);
    let admin = now_as(world, Role::Admin).await;
    assert_eq!(admin.get("newsletter/suppressions?reason=blocked").await.expect(200).texts("id"), [made.id()]);
    let path = format!("newsletter/suppressions/{}", made.id());
    admin.get(&path).await.expect(200);
    // Deleted subscribers stay suppressed.
    let id = subscriber(world, MARA).await["id"].as_str().unwrap().to_owned();
    admin.delete(&format!("newsletter/subscribers/{id}")).await.expect(204);
    let report = import_by(&admin, "email\nmara@reader.example\n").await.expect(200);
    assert_eq!(report.number_at("/suppressed"), 1);
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect(204);
    admin.get(&path).await.expect_problem(404, "not_found");
    // When the suppression is lifted, subscribers get their earlier status back.
    subscribed(world, "zoe@reader.example").await;
    let made = admin.post("newsletter/suppressions", json!({"email": "zoe@reader.example", "reason": "bounced"})).await.expect(201);
    admin.delete(&format!("newsletter/suppressions/{}", made.id())).await.expect(204);
    assert_eq!(subscriber(world, "zoe@reader.example").await["status"], json!("confirmed"));
});

api_test!(no_event_has_an_address, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    let token = subscribed(world, MARA).await.token("newsletter/unsubscribe");
    import(world, "email\nasked@reader.example\n").await.expect(200);
    world.mails().await;
    world.editor().get("newsletter/subscribers.csv").await.expect(200);
    world.anonymous().post("newsletter/unsubscriptions", json!({"token": token})).await.expect(204);
    world.admin().post("newsletter/suppressions", json!({"email": "never@reader.example"})).await.expect(201);
    let audit = world.admin().get("audit?limit=100").await.expect(200);
    let kinds = audit.texts("kind");
    for kind in [
        "newsletter_list.created",
        "subscriber.created",
        "subscriber.confirmed",
        "subscriber.unsubscribed",
        "subscribers.imported",
        "subscribers.exported",
        "suppression.created",
    ] {
        assert!(kinds.iter().any(|other| other == kind), "{kind} is not in {kinds:?}");
    }
    assert!(!audit.text().contains("reader.example"), "{audit}");
    let kept: Vec<Value> = audit.each("details");
    assert!(kept.contains(&json!({"confirmed": 0, "pending": 1, "known": 0, "suppressed": 0})), "{kept:?}");
});

api_test!(an_export_is_read_while_it_is_sent, async |world| {
    let person = |number: usize| format!("reader{number}@reader.example,At the fair,2026-01-31T12:00:00Z\n");
    let file: String = (0..1100).map(person).collect();
    import(world, &format!("email,consent,consented_at\n{file}")).await.expect(200);
    let last = world.editor().get("newsletter/subscribers?limit=1").await.expect(200).text_at("/data/0/id");
    let request = TestRequest::with_uri("/api/v1/newsletter/subscribers.csv").peer_addr("192.0.2.163:4711".parse().unwrap());
    let request = request.insert_header(("authorization", format!("Bearer {}", world.editor().token())));
    let mut body = (world.service)(request).await.into_body();
    assert_eq!(body.size(), BodySize::Stream);
    let mut pieces = Vec::new();
    while let Some(piece) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
        pieces.push(String::from_utf8(piece.unwrap().to_vec()).unwrap());
        // A subscriber who is deleted before their line is read is not in the file.
        if pieces.len() == 2 {
            world.editor().delete(&format!("newsletter/subscribers/{last}")).await.expect(204);
        }
    }
    assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.len() < 512 * 1024), "{} pieces", pieces.len());
    assert_eq!(pieces.concat().lines().count(), 1 + 1099);
    // The log contains the number at the time of the request.
    let told = world.admin().get("audit?kind=subscribers.exported").await.expect(200);
    assert_eq!(told.at("/data/0/details/subscribers"), &json!(1100));
});
