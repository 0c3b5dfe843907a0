//! Emails about comments: to people who asked for replies, and to moderators.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::newsletter::now_as;
use crate::support::{Answer, CANARY, Mail, Part, Role, World, api_test};

const MARA: &str = "mara@reader.example";
const HOUR: i64 = 60 * 60;

async fn says(world: &World, email: &str, more: Value) -> Answer {
    let mut body = json!({"author_name": CANARY, "author_email": email, "body": format!("It says {CANARY}.")});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.anonymous().post("articles/trams/comments", body).await
}

async fn open(world: &World, mode: &str) {
    world.published_by(Role::Author, "Trams").await;
    world.admin().patch("site", json!({"comment_policy": {"mode": mode, "hold_at": 101, "spam_at": 101}})).await.expect(200);
}

/// Returns the token in the link that ends such emails.
fn refusal(mail: &Mail) -> String {
    let (_, rest) = mail.text.split_once("https://news.example/comments/unsubscribe?token=").expect("a link");
    rest.chars().take_while(|c| !c.is_whitespace()).collect()
}

async fn decide(world: &World, id: &str, status: &str) {
    now_as(world, Role::Moderator).await.patch(&format!("comments/{id}"), json!({"status": status})).await.expect(200);
}

api_test!(who_asks_is_told_of_replies, async |world| {
    open(world, "pre").await;
    let asked = says(world, "Mara@Reader.example", json!({"notify_replies": true})).await.expect(202).id();
    let other = says(world, "other@reader.example", json!({})).await.expect(202).id();
    for id in [&asked, &other] {
        decide(world, id, "approved").await;
    }
    for parent in [&asked, &other] {
        let told = world.mails().await.len();
        let reply = says(world, "third@reader.example", json!({"parent_id": parent})).await.expect(202).id();
        // Pending replies are not announced.
        assert_eq!(world.mails().await.len(), told);
        for status in ["approved", "rejected", "approved"] {
            decide(world, &reply, status).await;
        }
        world.mails().await;
    }
    let mails = world.mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.clone()).collect::<Vec<_>>(), [[MARA]]);
    let mail = &mails[0];
    assert_eq!(mail.subject, "New replies to your comment");
    assert!(mail.text.contains("Trams (1 reply)") && mail.text.contains("https://news.example/trams"), "{}", mail.text);
    // The address is unconfirmed, so the email contains no text of others.
    assert!(!mail.raw.contains(CANARY), "{}", mail.raw);
    let link = "List-Unsubscribe: <https://api.news.example/api/v1/comments/unsubscriptions?token=";
    assert!(mail.raw.contains(link) && mail.raw.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{}", mail.raw);
});

api_test!(one_victim_gets_one_mail_an_hour, async |world| {
    open(world, "post").await;
    let asked = says(world, MARA, json!({"notify_replies": true})).await.expect(201).id();
    let reply = async |count: usize| {
        for _ in 0..count {
            says(world, "stranger@reader.example", json!({"parent_id": asked})).await.expect(201);
        }
        world.mails_to(MARA).await.len()
    };
    assert_eq!(reply(1).await, 1);
    world.pass(1);
    assert_eq!(reply(5).await, 1);
    world.pass(HOUR - 2);
    assert_eq!(reply(5).await, 1);
    world.pass(1);
    let mails = world.mails_to(MARA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("Trams (10 replies)"), "{}", mails[1].text);
    // A person's own replies are not announced.
    world.pass(HOUR);
    says(world, MARA, json!({"parent_id": asked})).await.expect(201);
    assert_eq!(world.mails_to(MARA).await.len(), 2);
    // Replies that are hidden before the email is written are not announced.
    let reply = says(world, "stranger@reader.example", json!({"parent_id": asked})).await.expect(201).id();
    decide(world, &reply, "spam").await;
    assert_eq!(world.mails_to(MARA).await.len(), 2);
});

api_test!(one_click_ends_mails_of_replies, async |world| {
    open(world, "post").await;
    let asked = says(world, MARA, json!({"notify_replies": true})).await.expect(201).id();
    says(world, "stranger@reader.example", json!({"parent_id": asked})).await.expect(201);
    let token = refusal(&world.mails_to(MARA).await[0]);
    let path = format!("comments/unsubscriptions?token={token}");
    let mailer = world.anonymous().with("content-type", "application/x-www-form-urlencoded");
    let click = async |path: &str, form: &str| mailer.send(Method::POST, path, Some(form.as_bytes().to_vec())).await;
    click(&path, "a=b").await.expect(422).expect_faults(&[("/List-Unsubscribe", "required")]);
    let other = if token.starts_with('a') { "b" } else { "a" };
    let forged = format!("comments/unsubscriptions?token={other}{}", &token[1..]);
    click(&forged, "List-Unsubscribe=One-Click").await.expect(422).expect_faults(&[("/token", "invalid_token")]);
    world
        .anonymous()
        .post("comments/unsubscriptions", json!({"token": "nothing"}))
        .await
        .expect(422)
        .expect_faults(&[("/token", "invalid_token")]);
    click(&path, "List-Unsubscribe=One-Click").await.expect(204);
    click(&path, "List-Unsubscribe=One-Click").await.expect(204);
    world.anonymous().post("comments/unsubscriptions", json!({"token": token})).await.expect(204);
    world.pass(2 * HOUR);
    // Later requests by strangers for this address have no effect.
    let again = says(world, MARA, json!({"notify_replies": true})).await.expect(201).id();
    for parent in [asked, again] {
        says(world, "stranger@reader.example", json!({"parent_id": parent})).await.expect(201);
    }
    assert_eq!(world.mails_to(MARA).await.len(), 1);
    let audit = now_as(world, Role::Admin).await.get("audit?limit=100").await.expect(200);
    assert!(audit.text().contains("comment_notices.refused") && !audit.text().contains("reader.example"), "{audit}");
    assert!(!format!("{:?}", world.database.dump().get("comment_refusals")).contains("reader"));
});

api_test!(who_wants_mails_says_where_to, async |world| {
    open(world, "post").await;
    world.admin().patch("site", json!({"comment_policy": {"email_required": false}})).await.expect(200);
    let body = json!({"author_name": "Guest", "body": "Hello", "notify_replies": true});
    world.anonymous().post("articles/trams/comments", body).await.expect(422).expect_faults(&[("/author_email", "required")]);
    world.anonymous().post("articles/trams/comments", json!({"author_name": "Guest", "body": "Hello"})).await.expect(201);
    let site = world.anonymous().get("site").await.expect(200);
    assert!(site.text().contains("\"notify_replies\""), "{site}");
    // Staff get the emails at the address of their account.
    let own = world.author().post("articles/trams/comments", json!({"body": "Ask me.", "notify_replies": true})).await.expect(201).id();
    says(world, "stranger@reader.example", json!({"parent_id": own})).await.expect(201);
    assert_eq!(world.mails_to(&Role::Author.email()).await.len(), 1);
});

api_test!(moderators_hear_once_an_hour_of_what_waits, async |world| {
    open(world, "pre").await;
    let (email, moderator) = (Role::Moderator.email(), world.moderator());
    assert_eq!(moderator.get("comments/digest").await.expect(200).json(), &json!({"wanted": false, "sent_at": null}));
    says(world, MARA, json!({})).await.expect(202);
    assert!(world.mails().await.is_empty());
    for _ in 0..2 {
        assert_eq!(moderator.put("comments/digest", json!({})).await.expect(200).at("/wanted"), &json!(true));
    }
    // One comment is already pending.
    let mails = world.mails_to(&email).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "1 comment waits"));
    assert!(mails[0].text.contains(CANARY) && !mails[0].raw.contains(MARA), "{}", mails[0].raw);
    // Time passes, so that the next email is the later one.
    world.pass(1);
    let link = says(world, MARA, json!({"body": "See https://boots.example/ or boots@boots.example\u{202e}!"})).await.expect(202).id();
    says(world, MARA, json!({"body": "More"})).await.expect(202);
    assert_eq!(world.mails_to(&email).await.len(), 1);
    world.pass(HOUR);
    let mails = world.mails_to(&email).await;
    assert_eq!((mails.len(), mails[1].subject.as_str()), (2, "3 comments wait"));
    assert!(
        !mails[1].text.contains("https://boots") && !mails[1].text.contains('@') && !mails[1].text.contains('\u{202e}'),
        "{}",
        mails[1].text
    );
    // Visible comments and spam need no moderator.
    decide(world, &link, "approved").await;
    world.pass(HOUR);
    let posted = now_as(world, Role::Author).await.post("articles/trams/comments", json!({"body": "From the house"})).await;
    posted.expect(201);
    assert_eq!(world.mails_to(&email).await.len(), 2);
    let moderator = now_as(world, Role::Moderator).await;
    for _ in 0..2 {
        moderator.delete("comments/digest").await.expect(204);
    }
    says(world, MARA, json!({"body": "Nobody hears"})).await.expect(202);
    assert_eq!(world.mails_to(&email).await.len(), 2);
    now_as(world, Role::Author).await.put("comments/digest", json!({})).await.expect_problem(403, "forbidden");
    // Users who can no longer moderate get no more emails.
    let editor = now_as(world, Role::Editor).await;
    editor.put("comments/digest", json!({})).await.expect(200);
    let admin = now_as(world, Role::Admin).await;
    let users = admin.get("users?role=editor").await.expect(200);
    admin.patch(&format!("users/{}", users.texts("id")[0]), json!({"role": "author"})).await.expect(200);
    assert!(world.mails_to(&Role::Editor.email()).await.is_empty());
});

api_test!(replies_that_come_back_with_what_hid_them_are_told_of, async |world| {
    open(world, "pre").await;
    let root = says(world, "root@reader.example", json!({})).await.expect(202).id();
    decide(world, &root, "approved").await;
    let asked = says(world, MARA, json!({"parent_id": root, "notify_replies": true})).await.expect(202).id();
    decide(world, &asked, "approved").await;
    let mut replies = Vec::new();
    for _ in 0..3 {
        replies.push(says(world, "third@reader.example", json!({"parent_id": asked})).await.expect(202).id());
    }
    decide(world, &replies[0], "approved").await;
    assert_eq!(world.mails_to(MARA).await.len(), 1);
    world.pass(HOUR + 1);
    // Replies approved beneath a hidden comment are not visible, so they are not announced.
    decide(world, &root, "rejected").await;
    for reply in &replies[1..] {
        decide(world, reply, "approved").await;
    }
    assert_eq!(world.mails_to(MARA).await.len(), 1);
    for status in ["approved", "rejected", "approved"] {
        decide(world, &root, status).await;
    }
    let mails = world.mails_to(MARA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("Trams (2 replies)"), "{}", mails[1].text);
    // An hour later there is nothing new.
    world.pass(HOUR + 1);
    decide(world, &root, "rejected").await;
    decide(world, &root, "approved").await;
    assert_eq!(world.mails_to(MARA).await.len(), 2);
});

api_test!(one_victim_gets_one_mail_an_hour_however_replies_come_to_show, async |world| {
    open(world, "pre").await;
    let root = says(world, "root@reader.example", json!({})).await.expect(202).id();
    decide(world, &root, "approved").await;
    let asked = says(world, MARA, json!({"parent_id": root, "notify_replies": true})).await.expect(202).id();
    decide(world, &asked, "approved").await;
    for _ in 0..3 {
        let reply = says(world, "third@reader.example", json!({"parent_id": asked})).await.expect(202).id();
        decide(world, &root, "rejected").await;
        decide(world, &reply, "approved").await;
        decide(world, &root, "approved").await;
        assert_eq!(world.mails_to(MARA).await.len(), 1);
        world.pass(60);
    }
    world.pass(HOUR);
    assert_eq!(world.mails_to(MARA).await.len(), 2);
});

api_test!(moderators_hear_of_what_was_reported, async |world| {
    open(world, "post").await;
    let (email, moderator) = (Role::Moderator.email(), world.moderator());
    moderator.put("comments/digest", json!({})).await.expect(200);
    let bad = says(world, MARA, json!({"body": "Buy boots at https://boots.example"})).await.expect(201).id();
    assert!(world.mails_to(&email).await.is_empty());
    let report = async |id: &str, from: &str| {
        let reader = world.anonymous().from(from);
        reader.post(&format!("comments/{id}/reports"), json!({"reason": "spam", "note": "Boots again"})).await.expect(204);
    };
    report(&bad, "198.51.100.7:1").await;
    let mails = world.mails_to(&email).await;
    assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "1 comment was reported"));
    let link = format!("https://news.example/trams#comment-{bad}");
    assert!(mails[0].text.contains("Trams (1 report)") && mails[0].text.contains(&link), "{}", mails[0].text);
    // The email contains no link, address or note that a guest or a reader wrote.
    assert!(
        !mails[0].text.contains("https://boots") && !mails[0].text.contains("Boots again") && !mails[0].raw.contains(MARA),
        "{}",
        mails[0].text
    );
    // Many reports cause one email an hour.
    world.pass(1);
    for host in 1..6 {
        report(&bad, &format!("203.0.113.{host}:1")).await;
    }
    assert_eq!(world.mails_to(&email).await.len(), 1);
    now_as(world, Role::Admin).await.patch("site", json!({"comment_policy": {"mode": "pre"}})).await.expect(200);
    says(world, MARA, json!({})).await.expect(202);
    world.pass(HOUR);
    let mails = world.mails_to(&email).await;
    assert_eq!((mails.len(), mails[1].subject.as_str()), (2, "1 comment waits, 1 was reported"));
    assert!(mails[1].text.contains("Trams (6 reports)"), "{}", mails[1].text);
    // Dismissed reports and comments that were put aside need no moderator.
    now_as(world, Role::Moderator).await.delete(&format!("comments/{bad}/reports")).await.expect(204);
    says(world, MARA, json!({})).await.expect(202);
    world.pass(HOUR);
    assert_eq!(world.mails_to(&email).await[2].subject, "2 comments wait");
});

api_test!(both_forms_of_a_click_end_mails_of_replies, async |world| {
    open(world, "post").await;
    let asked = says(world, MARA, json!({"notify_replies": true})).await.expect(201).id();
    says(world, "stranger@reader.example", json!({"parent_id": asked})).await.expect(201);
    let token = refusal(&world.mails_to(MARA).await[0]);
    let path = format!("comments/unsubscriptions?token={token}");
    for answer in [world.anonymous().get(&path).await, world.anonymous().head(&path).await] {
        let answer = answer.expect(303);
        assert_eq!(answer.required_header("location"), format!("https://news.example/comments/unsubscribe?token={token}"));
    }
    assert!(world.database.dump()["comment_refusals"].is_empty());
    world.anonymous().upload(&path, &[Part::text("List-Unsubscribe", "One-Click")]).await.expect(204);
    assert_eq!(world.database.dump()["comment_refusals"].len(), 1);
});
