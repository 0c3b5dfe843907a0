//! The newsletter as readers see it: subscribing, confirming, preferences and unsubscribing; and attempts of strangers.

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Mail, PASSWORD, Part, Role, World, api_test};

const MARA: &str = "mara@reader.example";
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

pub(crate) async fn list(world: &World, key: &str, more: Value) -> String {
    let mut body = json!({"key": key, "name": format!("The {key}")});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.editor().post("newsletter/lists", body).await.expect(201).id()
}

async fn subscribe(world: &World, email: &str) -> Answer {
    world.anonymous().post("newsletter/subscriptions", json!({"email": email})).await
}

async fn confirm(world: &World, token: &str) -> Answer {
    world.anonymous().post("newsletter/confirmations", json!({"token": token})).await
}

/// Subscribes and confirms an address; returns the welcome email.
pub(crate) async fn subscribed(world: &World, email: &str) -> Mail {
    subscribe(world, email).await.expect(202);
    let token = world.mailed_token(email, "newsletter/confirm").await;
    // Time passes, so that the next email is the later one.
    world.pass(1);
    confirm(world, &token).await.expect(204);
    world.mails_to(email).await.pop().expect("a mail")
}

/// Returns a client of a role that has just logged in, whatever the time is.
pub(crate) async fn now_as(world: &World, role: Role) -> Client {
    let login = world.anonymous().post("auth/login", json!({"email": role.email(), "password": PASSWORD})).await.expect(200);
    world.anonymous().bearer(&login.text_at("/access_token"))
}

async fn preferences(world: &World, token: &str) -> Answer {
    world.anonymous().post("newsletter/preferences", json!({"token": token})).await
}

pub(crate) async fn subscriber(world: &World, email: &str) -> Value {
    let list = now_as(world, Role::Editor).await.get(&format!("newsletter/subscribers?email={email}")).await.expect(200);
    list.at("/data/0").clone()
}

#[track_caller]
fn expect_bad_token(answer: Answer) {
    answer.expect_problem(422, "validation_failed").expect_faults(&[("/token", "invalid_token")]);
}

api_test!(one_subscribes_by_confirming_a_mail, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    list(world, "weekly", json!({})).await;
    let answer = subscribe(world, "Mara@Reader.example").await.expect(202);
    assert_eq!(answer.json(), &json!({"detail": "An email will be sent to this email address. Open the link in the email."}));
    let mail = world.mails_to(MARA).await.pop().unwrap();
    assert_eq!((subscriber(world, MARA).await["status"].clone(), mail.subject.as_str()), (json!("pending"), "Confirm your subscription"));
    let token = mail.token("newsletter/confirm");
    world.pass(1);
    confirm(world, &token).await.expect(204);
    let found = subscriber(world, MARA).await;
    assert_eq!(
        (&found["status"], &found["lists"][0]["key"], found["lists"].as_array().unwrap().len()),
        (&json!("confirmed"), &json!("daily"), 1)
    );
    assert_eq!(found["confirmed_at"], json!("2026-03-14T09:26:54.589Z"));
    let welcome = world.mails_to(MARA).await.pop().unwrap();
    assert_eq!(welcome.subject, "You are subscribed");
    let link = "List-Unsubscribe: <https://api.news.example/api/v1/newsletter/unsubscriptions?token=";
    assert!(
        welcome.raw.contains(link) && welcome.raw.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
        "{}",
        welcome.raw
    );
});

api_test!(a_confirmation_ends_after_three_days, async |world| {
    subscribe(world, MARA).await.expect(202);
    let token = world.mailed_token(MARA, "newsletter/confirm").await;
    world.pass(3 * DAY + 1);
    expect_bad_token(confirm(world, &token).await);
    expect_bad_token(confirm(world, "0123456789abcdef").await);
    subscribe(world, MARA).await.expect(202);
    confirm(world, &world.mailed_token(MARA, "newsletter/confirm").await).await.expect(204);
});

api_test!(a_second_click_changes_nothing, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    list(world, "weekly", json!({})).await;
    subscribe(world, MARA).await.expect(202);
    let token = world.mailed_token(MARA, "newsletter/confirm").await;
    world.pass(1);
    confirm(world, &token).await.expect(204);
    let welcome = world.mails_to(MARA).await;
    let choice = json!({"token": welcome.last().unwrap().token("newsletter/preferences"), "lists": ["weekly"]});
    world.anonymous().put("newsletter/preferences", choice).await.expect(200);
    world.pass(DAY);
    let before = subscriber(world, MARA).await;
    for _ in 0..3 {
        confirm(world, &token).await.expect(204);
    }
    assert_eq!((world.mails_to(MARA).await.len(), subscriber(world, MARA).await), (welcome.len(), before));
    // The link is invalid after its lifetime, and after unsubscribing.
    let leave = welcome.last().unwrap().token("newsletter/unsubscribe");
    expect_bad_token(confirm(world, &leave).await);
    for _ in 0..2 {
        world.anonymous().post("newsletter/unsubscriptions", json!({"token": leave})).await.expect(204);
    }
    expect_bad_token(confirm(world, &token).await);
    assert_eq!(subscriber(world, MARA).await["status"], json!("unsubscribed"));
    subscribe(world, "zoe@reader.example").await.expect(202);
    let late = world.mailed_token("zoe@reader.example", "newsletter/confirm").await;
    confirm(world, &late).await.expect(204);
    world.pass(3 * DAY + 1);
    expect_bad_token(confirm(world, &late).await);
});

api_test!(of_fifty_confirmations_at_once_one_wins, async |world| {
    subscribe(world, MARA).await.expect(202);
    let token = world.mailed_token(MARA, "newsletter/confirm").await;
    let answers = join_all((0..50).map(|_| confirm(world, &token))).await;
    // All requests succeed, but the confirmation happens once.
    assert!(answers.into_iter().all(|answer| answer.status == 204));
    assert_eq!(world.mails_to(MARA).await.len(), 2);
    let audit = world.admin().get("audit?kind=subscriber.confirmed&count=true").await.expect(200);
    assert_eq!(audit.number_at("/page/total"), 1);
});

api_test!(nobody_learns_who_is_subscribed, async |world| {
    subscribed(world, MARA).await;
    let gone = subscribed(world, "gone@reader.example").await.token("newsletter/unsubscribe");
    world.anonymous().post("newsletter/unsubscriptions", json!({"token": gone})).await.expect(204);
    world.admin().post("newsletter/suppressions", json!({"email": "never@reader.example"})).await.expect(201);
    subscribe(world, "pending@reader.example").await.expect(202);
    world.mails().await;
    let mut answers = Vec::new();
    for email in
        [MARA, "MARA@reader.example", "gone@reader.example", "never@reader.example", "pending@reader.example", "new@reader.example"]
    {
        let statements = world.app.statements();
        let answer = subscribe(world, email).await.expect(202);
        answers.push((answer.body.clone(), answer.header("cache-control").map(str::to_owned), world.app.statements() - statements));
    }
    // All responses are equal, and so is the work for them.
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
});

api_test!(strangers_have_an_address_mailed_once_an_hour, async |world| {
    let count = async || world.mails_to(MARA).await.len();
    for _ in 0..5 {
        subscribe(world, MARA).await.expect(202);
    }
    assert_eq!(count().await, 1);
    world.pass(HOUR + 1);
    subscribe(world, MARA).await.expect(202);
    assert_eq!(count().await, 2);
    world.pass(1);
    confirm(world, &world.mailed_token(MARA, "newsletter/confirm").await).await.expect(204);
    assert_eq!(count().await, 3);
    // Subscribers are told so, as rarely as others.
    world.pass(HOUR + 1);
    for _ in 0..3 {
        subscribe(world, MARA).await.expect(202);
    }
    let mails = world.mails_to(MARA).await;
    assert_eq!((mails.len(), mails[3].subject.as_str()), (4, "You are already subscribed"));
    preferences(world, &mails[3].token("newsletter/preferences")).await.expect(200);
});

api_test!(an_address_may_subscribe_so_often, async |world| {
    let node = world.node(&[("RATE_SUBSCRIBE", "2/minute")]).await;
    for status in [202, 202, 429] {
        node.anonymous().post("newsletter/subscriptions", json!({"email": "new@reader.example"})).await.expect(status);
    }
});

api_test!(readers_choose_what_they_get, async |world| {
    list(world, "daily", json!({"is_default": true, "description": "At six."})).await;
    list(world, "weekly", json!({})).await;
    list(world, "staff", json!({"is_public": false})).await;
    let token = subscribed(world, MARA).await.token("newsletter/preferences");
    let shown = preferences(world, &token).await.expect(200);
    let chosen = |answer: &Answer| -> Vec<(String, bool)> {
        let lists = answer.at("/lists").as_array().unwrap().iter();
        lists.map(|list| (list["key"].as_str().unwrap().to_owned(), list["chosen"] == true)).collect()
    };
    assert_eq!(chosen(&shown), [("daily".to_owned(), true), ("weekly".to_owned(), false)]);
    assert!(!shown.text().contains('@'), "{shown}");
    let change = |lists: Value| json!({"token": token, "name": "Mara", "lists": lists});
    let changed = world.anonymous().put("newsletter/preferences", change(json!(["weekly"]))).await.expect(200);
    assert_eq!((changed.text_at("/name"), chosen(&changed)), ("Mara".into(), vec![("daily".into(), false), ("weekly".into(), true)]));
    // Lists that are not public get the same response as unknown ones.
    for name in ["staff", "nothing"] {
        let answer = world.anonymous().put("newsletter/preferences", change(json!([name]))).await;
        answer.expect_faults(&[("/lists/0", "unknown_reference")]);
        let answer = world.anonymous().post("newsletter/subscriptions", json!({"email": MARA, "lists": [name]})).await;
        answer.expect_faults(&[("/lists/0", "unknown_reference")]);
    }
});

api_test!(one_click_leaves, async |world| {
    list(world, "daily", json!({"is_default": true})).await;
    let mail = subscribed(world, MARA).await;
    let start = mail.raw.split("List-Unsubscribe: <https://api.news.example").nth(1).unwrap();
    let path = start.split('>').next().unwrap();
    let form = world.anonymous().with("content-type", "application/x-www-form-urlencoded");
    let click = async |path: &str, body: &str| form.send(Method::POST, path, Some(body.into())).await;
    click(path, "List-Unsubscribe=Maybe").await.expect_faults(&[("/List-Unsubscribe", "required")]);
    expect_bad_token(click("newsletter/unsubscriptions", "List-Unsubscribe=One-Click").await);
    for _ in 0..2 {
        click(path, "List-Unsubscribe=One-Click").await.expect(204);
    }
    let found = subscriber(world, MARA).await;
    assert_eq!((&found["status"], &found["lists"]), (&json!("unsubscribed"), &json!([])));
    let choice = json!({"token": mail.token("newsletter/preferences"), "lists": ["daily"]});
    world.anonymous().put("newsletter/preferences", choice).await.expect_problem(409, "conflict");
    let text = world.anonymous().with("content-type", "text/plain");
    let refused = text.send(Method::POST, path, Some(b"x".to_vec())).await.expect_problem(415, "unsupported_media_type");
    for kind in ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"] {
        assert!(refused.text_at("/detail").contains(kind), "{refused}");
        assert!(refused.required_header("accept").contains(kind), "{refused}");
    }
});

api_test!(one_click_leaves_by_a_form_in_parts, async |world| {
    let mail = subscribed(world, MARA).await;
    let start = mail.raw.split("List-Unsubscribe: <https://api.news.example").nth(1).unwrap();
    let path = start.split('>').next().unwrap();
    let click = async |path: &str, parts: &[Part<'_>]| world.anonymous().upload(path, parts).await;
    click(path, &[]).await.expect_faults(&[("/List-Unsubscribe", "required")]);
    click(path, &[Part::text("List-Unsubscribe", "Maybe")]).await.expect_faults(&[("/List-Unsubscribe", "required")]);
    expect_bad_token(click("newsletter/unsubscriptions", &[Part::text("List-Unsubscribe", "One-Click")]).await);
    let many = vec![Part::text("x", "y"); 21];
    click(path, &many).await.expect_problem(400, "malformed_body");
    let long = "x".repeat(2000);
    click(path, &[Part::text("List-Unsubscribe", &long)]).await.expect_problem(413, "too_large");
    let broken = world.anonymous().with("content-type", "multipart/form-data; boundary=x");
    broken.send(Method::POST, path, Some(b"--x\r\nnothing".to_vec())).await.expect_problem(400, "malformed_body");
    assert_eq!(subscriber(world, MARA).await["status"], json!("confirmed"));
    for _ in 0..2 {
        click(path, &[Part::text("List-Unsubscribe", "One-Click")]).await.expect(204);
    }
    assert_eq!(subscriber(world, MARA).await["status"], json!("unsubscribed"));
});

api_test!(to_look_at_the_address_of_a_click_changes_nothing, async |world| {
    let mail = subscribed(world, MARA).await;
    let token = mail.token("newsletter/unsubscribe");
    let path = format!("newsletter/unsubscriptions?token={token}");
    let before = world.database.dump();
    for answer in [world.anonymous().get(&path).await, world.anonymous().head(&path).await] {
        let answer = answer.expect(303);
        assert_eq!(answer.required_header("location"), format!("https://news.example/newsletter/unsubscribe?token={token}"));
        assert_eq!(answer.required_header("cache-control"), "private, no-store");
    }
    // The redirect leads only to the site, whatever the token is.
    let odd = world.anonymous().get("newsletter/unsubscriptions?token=%0d%0aX:%20y%26a=//evil.example").await.expect(303);
    assert_eq!(odd.required_header("location"), "https://news.example/newsletter/unsubscribe?token=%0D%0AX%3A+y%26a%3D%2F%2Fevil.example");
    let none = world.anonymous().get("newsletter/unsubscriptions").await.expect(303);
    assert_eq!(none.required_header("location"), "https://news.example/newsletter/unsubscribe");
    assert_eq!(world.database.dump(), before);
});

api_test!(nobody_ends_the_subscription_of_others, async |world| {
    let (mara, zoe) = (subscribed(world, MARA).await, subscribed(world, "zoe@reader.example").await);
    let (own, theirs) = (mara.token("newsletter/unsubscribe"), zoe.token("newsletter/unsubscribe"));
    let mixed = format!("{}{}", &theirs[..32], &own[32..]);
    for token in [mixed, mara.token("newsletter/preferences"), theirs[..32].to_owned(), "x".into(), format!("{own}0"), "ä".repeat(40)] {
        expect_bad_token(world.anonymous().post("newsletter/unsubscriptions", json!({"token": token})).await);
        expect_bad_token(confirm(world, &token).await);
    }
    expect_bad_token(preferences(world, &own).await);
    world.anonymous().post("newsletter/unsubscriptions", json!({"email": "zoe@reader.example"})).await.expect(422);
    assert_eq!(subscriber(world, "zoe@reader.example").await["status"], json!("confirmed"));
});

api_test!(who_has_left_comes_back_only_by_themselves, async |world| {
    let token = subscribed(world, MARA).await.token("newsletter/unsubscribe");
    world.pass(HOUR + 1);
    subscribe(world, MARA).await.expect(202);
    world.anonymous().post("newsletter/unsubscriptions", json!({"token": token})).await.expect(204);
    let before = world.mails_to(MARA).await.len();
    // At most one email a day is sent, however many people ask.
    for _ in 0..30 {
        world.pass(HOUR);
        subscribe(world, MARA).await.expect(202);
        world.mails().await;
    }
    let mails = world.mails_to(MARA).await;
    assert!(mails.len() - before <= 2, "{} mails", mails.len() - before);
    assert_eq!(subscriber(world, MARA).await["status"], json!("unsubscribed"));
    confirm(world, &mails.last().unwrap().token("newsletter/confirm")).await.expect(204);
    let found = subscriber(world, MARA).await;
    assert_eq!((&found["status"], &found["unsubscribed_at"]), (&json!("confirmed"), &Value::Null));
});

api_test!(no_mail_says_what_a_stranger_wrote, async |world| {
    let name = "Win a prize at https://evil.example";
    world.anonymous().post("newsletter/subscriptions", json!({"email": MARA, "name": name})).await.expect(202);
    let mail = world.mails_to(MARA).await.pop().unwrap();
    assert!(!mail.raw.contains("evil"), "{}", mail.raw);
    for (body, place) in [
        (json!({"email": "mara@reader.example\r\nBcc: all@reader.example"}), "/email"),
        (json!({"email": "a@b.example, c@d.example"}), "/email"),
        (json!({"email": "<mara@reader.example>"}), "/email"),
        (json!({"email": "zoe@reader.example", "name": "Zoe\r\nBcc: all@reader.example"}), "/name"),
    ] {
        let answer = world.anonymous().post("newsletter/subscriptions", body).await.expect_problem(422, "validation_failed");
        assert!(answer.faults().iter().all(|(at, _)| at == place), "{answer}");
    }
    assert_eq!(world.mails().await.len(), 1);
});

api_test!(trying_sends_nothing, async |world| {
    world.anonymous().post("newsletter/subscriptions?dry_run=true", json!({"email": MARA})).await.expect(202);
    assert!(world.mails().await.is_empty());
    subscribe(world, MARA).await.expect(202);
    let token = world.mailed_token(MARA, "newsletter/confirm").await;
    world.anonymous().post("newsletter/confirmations?dry_run=true", json!({"token": token})).await.expect(204);
    assert_eq!(subscriber(world, MARA).await["status"], json!("pending"));
    let once = world.anonymous().with("idempotency-key", "0UxTb5g0h1z0VjQvGJcX3o");
    for _ in 0..2 {
        once.post("newsletter/confirmations", json!({"token": token})).await.expect(204);
    }
});
