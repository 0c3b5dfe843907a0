//! Comments: posting, approval, and data that stays private.

use serde_json::{Value, json};

use crate::support::{Answer, Node, Role, World, api_test};

const NOBODY: &str = "0190a0b0-0000-7000-8000-000000000000";

impl Node {
    /// Posts a guest's comment; returns the response.
    async fn guest(&self, article: &str, email: &str, text: &str) -> Answer {
        let body = json!({"author_name": "Guest", "author_email": email, "body": text});
        self.anonymous().post(&format!("articles/{article}/comments"), body).await
    }

    /// Posts and approves a guest's reply to a comment; returns its id.
    async fn reply(&self, article: &str, parent: &str, text: &str) -> String {
        let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": text, "parent_id": parent});
        let id = self.anonymous().post(&format!("articles/{article}/comments"), body).await.expect(202).id();
        self.moderator().patch(&format!("comments/{id}"), json!({"status": "approved"})).await.expect(200);
        id
    }

    /// Returns the number of comments at the article, and the number that readers see.
    async fn shown(&self, article: &str) -> (i64, i64) {
        let counted = self.anonymous().get(&format!("articles/{article}")).await.expect(200).number_at("/comments/count");
        let list = self.anonymous().get(&format!("articles/{article}/comments?count=true")).await.expect(200);
        (counted, list.number_at("/page/total"))
    }

    async fn policy(&self, policy: Value) {
        self.admin().patch("site", json!({"comment_policy": policy})).await.expect(200);
    }
}

api_test!(of_guests_wait_until_they_are_approved, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let body = json!({"author_name": "  Mara   Guest ", "author_email": "mara@private.example", "author_url": "https://mara.example/",
        "body": "At *last*, [see](https://x.example)<script>alert(1)</script>"});
    let posted = world.anonymous().post("articles/trams/comments", body).await.expect(202);
    assert_eq!((posted.text_at("/status"), posted.at("/parent_id")), ("pending".into(), &Value::Null));
    assert_eq!((posted.text_at("/author/name"), posted.at("/author/is_staff")), ("Mara Guest".into(), &json!(false)));
    let html = posted.text_at("/body/html");
    assert!(html.contains("<em>last</em>") && html.contains("nofollow ugc") && !html.contains("<script"), "{posted}");
    assert_eq!(world.shown(&article).await, (0, 0));
    let path = format!("comments/{}", posted.id());
    world.anonymous().get(&path).await.expect_problem(401, "unauthenticated");
    let before = world.anonymous().get("articles/trams/comments").await.expect(200);
    let approved = world.moderator().patch(&path, json!({"status": "approved"})).await.expect(200);
    assert_eq!((approved.text_at("/author_email"), approved.number_at("/version")), ("mara@private.example".into(), 2));
    assert_eq!(world.shown(&article).await, (1, 1));
    let after = world.anonymous().with("if-none-match", &before.etag()).get("articles/trams/comments").await.expect(200);
    assert_eq!(after.texts("id"), [posted.id()]);
    world.moderator().patch(&path, json!({"status": "rejected"})).await.expect(200);
    assert_eq!(world.shown(&article).await, (0, 0));
});

api_test!(tell_all_faults_at_once, async |world| {
    world.published_by(Role::Author, "Trams").await;
    let body = json!({"author_name": "", "author_email": "nowhere", "author_url": "javascript:alert(1)", "body": " ", "parent_id": NOBODY,
        "colour": 1});
    let refused = world.anonymous().post("articles/trams/comments", body).await.expect_problem(422, "validation_failed");
    refused.expect_faults(&[
        ("/author_name", "empty"),
        ("/author_name", "invalid_format"),
        ("/author_email", "invalid_format"),
        ("/author_url", "invalid_format"),
        ("/body", "invalid_format"),
        ("/parent_id", "unknown_reference"),
        ("/colour", "unknown_member"),
    ]);
    let refused = world.anonymous().post("articles/trams/comments", json!({})).await;
    refused.expect(422).expect_faults(&[("/author_name", "required"), ("/author_email", "required"), ("/body", "required")]);
    let long = "x".repeat(5001);
    world.guest("trams", "guest@private.example", &long).await.expect(422).expect_faults(&[("/body", "too_long")]);
    world.policy(json!({"email_required": false, "max_length": 10})).await;
    let body = json!({"author_name": "Guest", "body": "Ten signs."});
    world.anonymous().post("articles/trams/comments", body).await.expect(202);
    world.guest("trams", "guest@private.example", "Eleven sign").await.expect(422).expect_faults(&[("/body", "too_long")]);
    world.draft_by(Role::Author, "Draft").await;
    world.guest("draft", "guest@private.example", "Hello").await.expect_problem(404, "not_found");
    world.anonymous().get("articles/draft/comments").await.expect_problem(404, "not_found");
});

api_test!(of_machines_seem_to_wait, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    world.policy(json!({"mode": "post"})).await;
    let body = json!({"author_name": "Bot", "author_email": "bot@private.example", "body": "Buy", "website": "https://spam.example"});
    let posted = world.anonymous().post("articles/trams/comments", body).await.expect(202);
    assert_eq!(posted.text_at("/status"), "pending");
    assert_eq!(world.moderator().get(&format!("comments/{}", posted.id())).await.text_at("/status"), "spam");
    assert_eq!(world.shown(&article).await, (0, 0));
    let body = json!({"author_name": "Person", "author_email": "person@private.example", "body": "Hello", "website": ""});
    world.anonymous().post("articles/trams/comments", body).await.expect(201);
    assert_eq!(world.shown(&article).await, (1, 1));
});

api_test!(are_answered_in_threads, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let other = world.published_by(Role::Author, "Ships").await;
    let root = world.comment(&article, "Root").await;
    for number in 0..4 {
        world.pass(1);
        world.reply(&article, &root, &format!("Reply {number}")).await;
    }
    let list = world.anonymous().get("articles/trams/comments").await.expect(200);
    assert_eq!(list.texts("id"), [root.as_str()]);
    assert_eq!((list.number_at("/data/0/replies/count"), list.at("/data/0/replies/data").as_array().unwrap().len()), (4, 3));
    assert_eq!((list.number_at("/data/0/replies/data/0/depth"), list.text_at("/data/0/replies/data/0/parent_id")), (1, root.clone()));
    let path = format!("articles/trams/comments/{root}/replies");
    let rest = world.anonymous().get(&format!("{path}?cursor={}", list.text_at("/data/0/replies/next"))).await.expect(200);
    assert_eq!(rest.at("/data/0/body/text"), "Reply 3");
    assert_eq!(world.anonymous().get(&format!("{path}?sort=-created_at&limit=1")).await.at("/data/0/body/text"), "Reply 3");
    assert_eq!(world.shown(&article).await, (5, 1));
    // A comment is found only under its own article.
    let foreign = format!("articles/{other}/comments/{root}/replies");
    world.anonymous().get(&foreign).await.expect_problem(404, "not_found");
    let body = json!({"author_name": "G", "author_email": "g@private.example", "body": "Hi", "parent_id": root});
    let refused = world.anonymous().post("articles/ships/comments", body).await;
    refused.expect(422).expect_faults(&[("/parent_id", "unknown_reference")]);
    // A pending comment can be neither read nor replied to.
    let waiting = world.waiting_comment(&article, "Waits").await;
    world.anonymous().get(&format!("articles/trams/comments/{waiting}/replies")).await.expect_problem(404, "not_found");
    let body = json!({"author_name": "G", "author_email": "g@private.example", "body": "Hi", "parent_id": waiting});
    world.anonymous().post("articles/trams/comments", body).await.expect(422).expect_faults(&[("/parent_id", "unknown_reference")]);
    // A hidden comment hides its replies; a deleted one leaves them, unless the whole thread is deleted.
    world.moderator().patch(&format!("comments/{root}"), json!({"status": "rejected"})).await.expect(200);
    assert_eq!(world.shown(&article).await, (0, 0));
    world.moderator().patch(&format!("comments/{root}"), json!({"status": "approved"})).await.expect(200);
    assert_eq!(world.shown(&article).await, (5, 1));
    world.moderator().delete(&format!("comments/{root}")).await.expect(204);
    assert_eq!(world.shown(&article).await, (5, 1));
    world.moderator().delete(&format!("comments/{root}?thread=true")).await.expect(204);
    assert_eq!(world.shown(&article).await, (0, 0));
});

api_test!(are_changed_by_their_authors_for_a_while, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let posted = world.guest(&article, "guest@private.example", "First").await.expect(202);
    let other = world.guest(&article, "guest@private.example", "Other").await.expect(202);
    let path = format!("comments/{}", posted.id());
    let author = world.anonymous().with("x-edit-token", &posted.text_at("/edit_token"));
    let changed = author.patch(&path, json!({"body": "Second"})).await.expect(200);
    assert_eq!((changed.at("/body/text"), changed.at("/status")), (&json!("Second"), &json!("pending")));
    assert!(changed.json().get("author_email").is_none() && changed.at("/edited_at").is_string());
    author.patch(&path, json!({"status": "approved"})).await.expect(422).expect_faults(&[("/status", "read_only")]);
    author.patch(&path, json!({"body": ""})).await.expect(422).expect_faults(&[("/body", "empty"), ("/body", "invalid_format")]);
    author.patch(&format!("comments/{}", other.id()), json!({"body": "Mine"})).await.expect_problem(403, "forbidden");
    author.delete(&format!("comments/{}", other.id())).await.expect_problem(403, "forbidden");
    world.anonymous().with("x-edit-token", "wrong").patch(&path, json!({"body": "Mine"})).await.expect_problem(403, "forbidden");
    world.anonymous().patch(&path, json!({"body": "Mine"})).await.expect_problem(401, "unauthenticated");
    // An approved comment is checked again after an edit.
    world.moderator().patch(&path, json!({"status": "approved"})).await.expect(200);
    assert_eq!(author.patch(&path, json!({"body": "Third"})).await.expect(200).at("/status"), "pending");
    assert_eq!(world.shown(&article).await, (0, 0));
    world.pass(15 * 60 - 1);
    author.patch(&path, json!({"body": "Fourth"})).await.expect(200);
    world.pass(1);
    author.patch(&path, json!({"body": "Fifth"})).await.expect_problem(403, "forbidden");
    author.delete(&path).await.expect_problem(403, "forbidden");
    let late = world.guest(&article, "guest@private.example", "Late").await.expect(202);
    let author = world.anonymous().with("x-edit-token", &late.text_at("/edit_token"));
    author.delete(&format!("comments/{}", late.id())).await.expect(204);
    author.delete(&format!("comments/{}", late.id())).await.expect(204);
});

api_test!(are_looked_after_by_those_who_may, async |world| {
    let own = world.published_by(Role::Author, "Own").await;
    let others = world.published_by(Role::Editor, "Others").await;
    let (mine, theirs) = (world.waiting_comment(&own, "Mine").await, world.waiting_comment(&others, "Theirs").await);
    for role in [Role::Editor, Role::Moderator, Role::Admin] {
        let queue = world.client(role).get("comments?status=pending&sort=created_at").await.expect(200);
        assert_eq!(queue.texts("author_email"), ["guest@private.example", "guest@private.example"]);
        assert_eq!(queue.text_at("/data/0/ip"), "192.0.2.163");
        let found = world.client(role).get("comments?author_email=GUEST@private.example&ip=192.0.2.163&article=own").await.expect(200);
        assert_eq!(found.texts("id"), [mine.as_str()]);
    }
    world.contributor().get("comments").await.expect_problem(403, "forbidden");
    world.anonymous().get("comments").await.expect_problem(401, "unauthenticated");
    let author = world.author();
    let queue = author.get("comments").await.expect(200);
    assert_eq!(queue.texts("id"), [mine.as_str()]);
    assert!(!queue.text().contains("private.example") && !queue.text().contains("192.0.2."), "{queue}");
    for name in ["author_email", "ip"] {
        author.get(&format!("comments?{name}=x")).await.expect(400).expect_faults(&[(name, "unknown_parameter")]);
        author.get(&format!("comments?fields={name}")).await.expect(400).expect_faults(&[("fields", "unknown_name")]);
    }
    let one = author.get(&format!("comments/{mine}")).await.expect(200);
    assert_eq!([one.at("/author_email"), one.at("/ip"), one.at("/user_agent")], [&Value::Null; 3]);
    author.get(&format!("comments/{theirs}")).await.expect_problem(403, "forbidden");
    author.patch(&format!("comments/{theirs}"), json!({"status": "approved"})).await.expect_problem(403, "forbidden");
    author.delete(&format!("comments/{theirs}")).await.expect_problem(403, "forbidden");
    author.post("comments/moderate", json!({"ids": [mine, theirs], "status": "approved"})).await.expect_problem(403, "forbidden");
    author.post("comments/moderate", json!({"ids": [mine], "status": "approved"})).await.expect(200);
    assert_eq!((world.shown(&own).await, world.shown(&others).await), ((1, 1), (0, 0)));
});

api_test!(are_decided_on_together_or_not_at_all, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let (one, two) = (world.waiting_comment(&article, "One").await, world.comment(&article, "Two").await);
    let moderator = world.moderator();
    let refused = moderator.post("comments/moderate", json!({"ids": [one, NOBODY], "status": "approved"})).await;
    refused.expect(422).expect_faults(&[("/ids/1", "unknown_reference")]);
    moderator.post("comments/moderate", json!({"ids": [], "status": "shown"})).await.expect(422);
    assert_eq!(world.shown(&article).await, (1, 1));
    let decided = moderator.post("comments/moderate", json!({"ids": [two, one], "status": "approved"})).await.expect(200);
    assert_eq!((decided.texts("id"), decided.each("changed")), (vec![two, one.clone()], vec![json!(false), json!(true)]));
    assert_eq!(world.shown(&article).await, (2, 2));
    let before = moderator.get(&format!("comments/{one}")).await.expect(200);
    let after = moderator.patch(&format!("comments/{one}"), before.json().clone()).await.expect(200);
    assert_eq!(before.json(), after.json());
    moderator
        .with("if-match", "\"v1\"")
        .patch(&format!("comments/{one}"), json!({"status": "spam"}))
        .await
        .expect_problem(412, "stale_version");
});

api_test!(follow_the_mode_of_the_site, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    let staff = world.author().post("articles/trams/comments", json!({"body": "We are here."})).await.expect(201);
    assert_eq!((staff.at("/author/is_staff"), staff.at("/author/name")), (&json!(true), &json!("Some author")));
    let refused = world.author().post("articles/trams/comments", json!({"body": "Hi", "author_name": "Else"})).await;
    refused.expect(422).expect_faults(&[("/author_name", "read_only")]);
    world
        .anonymous()
        .bearer("nonsense")
        .post("articles/trams/comments", json!({"body": "Hi"}))
        .await
        .expect_problem(401, "unauthenticated");
    world.policy(json!({"mode": "trusted"})).await;
    world.comment(&article, "Approved").await;
    world.guest("trams", "new@private.example", "Hello").await.expect(202);
    world.guest("trams", "GUEST@private.example", "Hello again").await.expect(201);
    world.policy(json!({"mode": "closed"})).await;
    world.guest("trams", "new@private.example", "Closed").await.expect_problem(409, "conflict");
    world.policy(json!({"mode": "post"})).await;
    world.published(json!({"title": "Quiet", "comments_open": false, "body": {"markdown": "Text."}})).await;
    world.guest("quiet", "new@private.example", "Closed").await.expect_problem(409, "conflict");
    assert_eq!(world.shown("quiet").await, (0, 0));
    world.policy(json!({"close_after_days": 1})).await;
    world.guest("trams", "new@private.example", "At once").await.expect(201);
    world.pass(24 * 60 * 60 - 1);
    world.pass(1);
    world.guest("trams", "new@private.example", "Too late").await.expect_problem(409, "conflict");
});

api_test!(articles_say_whether_they_take_more, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    world.editor().post("collections", json!({"key": "front-page", "title": "Front page", "items": [article]})).await.expect(201);
    let open = async || {
        let mut open = Vec::new();
        for (path, pointer) in [
            ("articles/trams", "/comments/open"),
            ("articles", "/data/0/comments/open"),
            ("articles?include=body", "/data/0/comments/open"),
            ("collections/front-page", "/items/0/comments/open"),
        ] {
            open.push(world.anonymous().get(path).await.expect(200).at(pointer) == &json!(true));
        }
        assert!(open.iter().all(|one| *one == open[0]), "{open:?}");
        open[0]
    };
    assert!(open().await);
    world.editor().patch("articles/trams?publish=true", json!({"comments_open": false})).await.expect(200);
    assert!(!open().await);
    world.editor().patch("articles/trams?publish=true", json!({"comments_open": true})).await.expect(200);
    world.policy(json!({"mode": "closed"})).await;
    assert!(!open().await);
    let desk = world.author().get("articles/trams?view=editor").await.expect(200);
    assert_eq!((desk.at("/comments/open"), desk.at("/comments_open")), (&json!(false), &json!(true)));
    world.policy(json!({"mode": "post", "close_after_days": 1})).await;
    assert!(open().await);
    world.pass(24 * 60 * 60 - 1);
    assert!(open().await);
    // Comments close without any write, so no earlier cached response may be used.
    world.pass(1);
    assert!(!open().await);
});

api_test!(a_guest_deletes_the_version_that_they_name, async |world| {
    world.published_by(Role::Author, "Trams").await;
    let posted = world.guest("trams", "guest@private.example", "Hello").await.expect(202);
    let (guest, path) = (world.anonymous().with("x-edit-token", &posted.text_at("/edit_token")), format!("comments/{}", posted.id()));
    guest.patch(&path, json!({"body": "Hello again"})).await.expect(200);
    guest.with("if-match", "\"v1\"").delete(&path).await.expect_problem(412, "stale_version");
    guest.with("if-match", "\"v2\"").delete(&path).await.expect(204);
    world.moderator().get(&path).await.expect(404);
});

api_test!(counts_are_right_however_many_write_at_once, async |world| {
    let node = world.node(&[("DATABASE_CONNECTIONS", "8")]).await;
    let (one, two) = (world.published_by(Role::Author, "One").await, world.published_by(Role::Author, "Two").await);
    let mut waiting = Vec::new();
    for number in 0..12 {
        waiting.push(world.waiting_comment(if number % 2 == 0 { &one } else { &two }, &format!("Comment {number}")).await);
    }
    let approve = async |ids: &[&String]| {
        node.moderator().post("comments/moderate", json!({"ids": ids, "status": "approved"})).await.expect(200);
    };
    let write = async |article: &str, number: usize| {
        let text = format!("Revision {number}");
        node.editor().patch(&format!("articles/{article}?publish=true"), json!({"body": {"markdown": text}})).await.expect(200);
    };
    let republish = async |article: &str| {
        node.editor().delete(&format!("articles/{article}/publication")).await.expect(204);
        node.editor().put(&format!("articles/{article}/publication"), json!({})).await.expect(200);
    };
    let pairs: Vec<Vec<&String>> = waiting.chunks(2).map(|pair| pair.iter().rev().collect()).collect();
    let approvals = futures_util::future::join_all(pairs.iter().map(|pair| approve(pair)));
    let saves = futures_util::future::join_all((0..6).map(|number| write(if number % 2 == 0 { &one } else { &two }, number)));
    futures_util::join!(approvals, saves, republish(&one), republish(&two));
    assert_eq!((world.shown("one").await, world.shown("two").await), ((6, 6), (6, 6)));
});

api_test!(of_one_address_come_only_so_fast, async |world| {
    world.published_by(Role::Author, "Trams").await;
    let node = world.node(&[("RATE_COMMENT", "2/minute")]).await;
    let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "Hello"});
    for _ in 0..2 {
        node.anonymous().post("articles/trams/comments", body.clone()).await.expect(202);
    }
    let refused = node.anonymous().post("articles/trams/comments", body.clone()).await.expect_problem(429, "too_many_requests");
    let seconds: u32 = refused.required_header("retry-after").parse().expect("a number of seconds");
    assert!((1..=60).contains(&seconds), "{refused}");
    node.anonymous().from("198.51.100.7:99").post("articles/trams/comments", body).await.expect(202);
    node.author().post("articles/trams/comments", json!({"body": "Hello"})).await.expect(201);
});

api_test!(the_queue_is_asked_by_the_end_of_an_address, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    for email in ["boots@spam.example", "mara@news.example"] {
        let body = json!({"author_name": "Guest", "author_email": email, "body": format!("I am {email}")});
        world.anonymous().post(&format!("articles/{article}/comments"), body).await.expect(202);
    }
    let list = world.moderator().get("comments?author_email[ends_with]=@SPAM.example").await.expect(200);
    assert_eq!(list.each("author_email"), [json!("boots@spam.example")]);
    world.author().get("comments?author_email[ends_with]=@spam.example").await.expect_problem(400, "malformed_query");
});

api_test!(lists_keep_their_numbers_and_addresses_are_links, async |world| {
    let article = world.published_by(Role::Author, "Trams").await;
    world.policy(json!({"mode": "post"})).await;
    let posted = world.guest(&article, "guest@private.example", "2. I disagree, see https://x.example/a_b_c\n3. Yes").await.expect(201);
    let link = "<a href=\"https://x.example/a_b_c\" rel=\"nofollow ugc noopener\">https://x.example/a_b_c</a>";
    assert_eq!(posted.text_at("/body/html"), format!("<ol start=\"2\"><li>I disagree, see {link}</li>\n<li>Yes</li>\n</ol>"));
    assert_eq!(posted.text_at("/body/text"), "2. I disagree, see https://x.example/a_b_c\n3. Yes");
});
