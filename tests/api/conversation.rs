//! Votes, reports, pinned comments, bans, and the spam score.

use serde_json::{Value, json};

use crate::newsletter::now_as;
use crate::support::{Answer, Node, Role, World, api_test};

impl Node {
    /// Posts a guest's comment with these members; returns the response.
    async fn says(&self, more: Value) -> Answer {
        let mut body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "Hello"});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.anonymous().post("articles/trams/comments", body).await
    }

    /// Returns the moderators' view of a comment.
    async fn looked_at(&self, id: &str) -> Answer {
        self.moderator().get(&format!("comments/{id}")).await.expect(200)
    }

    async fn texts_of(&self, query: &str) -> Vec<String> {
        let list = self.anonymous().get(&format!("articles/trams/comments?{query}")).await.expect(200);
        list.at("/data").as_array().unwrap().iter().map(|one| one["body"]["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// Posts a guest's comment; returns its status, spam score and signs of spam.
async fn judged(world: &World, more: Value) -> (String, i64, Vec<Value>) {
    let id = world.says(more).await.id();
    let seen = now_as(world, Role::Moderator).await.get(&format!("comments/{id}")).await.expect(200);
    (seen.text_at("/status"), seen.number_at("/spam_score"), seen.at("/spam_signs").as_array().cloned().unwrap_or_default())
}

async fn open(world: &World, mode: &str) -> String {
    let article = world.published_by(Role::Author, "Trams").await;
    world.admin().patch("site", json!({"comment_policy": {"mode": mode}})).await.expect(200);
    article
}

api_test!(readers_vote_once_each, async |world| {
    let article = open(world, "pre").await;
    let first = world.comment(&article, "First").await;
    world.pass(1);
    let second = world.comment(&article, "Second").await;
    let path = format!("comments/{second}/vote");
    let reader = world.anonymous().with("user-agent", "Browser");
    for _ in 0..2 {
        assert_eq!(reader.put(&path, json!({})).await.expect(200).number_at("/votes"), 1);
    }
    let before = world.anonymous().get("articles/trams/comments").await.expect(200);
    assert_eq!(before.each("votes"), [json!(0), json!(1)]);
    assert_eq!(reader.from("198.51.100.7:1").put(&path, json!({})).await.expect(200).number_at("/votes"), 2);
    assert_eq!(world.texts_of("sort=top").await, ["Second", "First"]);
    assert_eq!(world.anonymous().get("articles/trams/comments").await.each("votes"), [json!(0), json!(2)]);
    // Changing the user agent soon adds no more votes.
    for number in 0..9 {
        reader.with("user-agent", &format!("Browser {number}")).put(&path, json!({})).await.expect(200);
    }
    assert_eq!(world.looked_at(&second).await.number_at("/votes"), 6);
    // An IPv6 /64 counts as one IP address.
    for host in ["[2001:db8::1]:1", "[2001:db8::2]:1"] {
        reader.from(host).put(&format!("comments/{first}/vote"), json!({})).await.expect(200);
    }
    assert_eq!(world.looked_at(&first).await.number_at("/votes"), 1);
    for _ in 0..2 {
        reader.delete(&path).await.expect(204);
    }
    assert_eq!(world.looked_at(&second).await.number_at("/votes"), 5);
    let waiting = world.waiting_comment(&article, "Waits").await;
    reader.put(&format!("comments/{waiting}/vote"), json!({})).await.expect_problem(404, "not_found");
    reader.put(&format!("comments/{second}/vote?dry_run=true"), json!({})).await.expect(200);
    world.editor().delete("articles/trams/publication").await.expect(204);
    reader.put(&path, json!({})).await.expect_problem(404, "not_found");
    // Stored votes identify neither the visitor nor their other votes.
    let kept = format!("{:?}", world.database.dump().get("comment_votes"));
    assert!(!kept.contains("198.51.100.7") && !kept.contains("Browser"), "{kept}");
});

api_test!(readers_report_what_does_not_belong, async |world| {
    let article = open(world, "pre").await;
    let (bad, good) = (world.comment(&article, "Bad").await, world.comment(&article, "Good").await);
    let path = format!("comments/{bad}/reports");
    let reader = world.anonymous();
    for _ in 0..2 {
        reader.post(&path, json!({"reason": "abuse", "note": "It insults the driver."})).await.expect(204);
    }
    world.pass(1);
    reader.from("198.51.100.7:1").post(&path, json!({"reason": "spam"})).await.expect(204);
    reader.post(&path, json!({"reason": "boring"})).await.expect(422).expect_faults(&[("/reason", "not_one_of")]);
    reader.post(&path, json!({})).await.expect(422).expect_faults(&[("/reason", "required")]);
    let queue = world.moderator().get("comments?reported[gte]=1&sort=-reported").await.expect(200);
    assert_eq!((queue.texts("id"), queue.each("reported")), (vec![bad.clone()], vec![json!(2)]));
    let reports = world.author().get(&path).await.expect(200);
    assert_eq!(reports.each("note"), [Value::Null, json!("It insults the driver.")]);
    assert_eq!(world.moderator().get(&format!("{path}?reason=abuse&count=true")).await.number_at("/page/total"), 1);
    world.contributor().get(&path).await.expect_problem(403, "forbidden");
    reader.get(&path).await.expect_problem(401, "unauthenticated");
    for _ in 0..2 {
        world.moderator().delete(&path).await.expect(204);
    }
    reader.post(&path, json!({"reason": "abuse"})).await.expect(204);
    assert_eq!(world.looked_at(&bad).await.number_at("/reported"), 0);
    assert_eq!(world.moderator().get(&format!("{path}?dismissed=false")).await.texts("id"), [""; 0]);
    assert_eq!(world.looked_at(&good).await.number_at("/reported"), 0);
});

api_test!(of_one_address_come_only_so_many_reactions, async |world| {
    let article = open(world, "pre").await;
    let comment = world.comment(&article, "First").await;
    let node = world.node(&[("RATE_REPORT", "2/minute")]).await;
    node.anonymous().put(&format!("comments/{comment}/vote"), json!({})).await.expect(200);
    node.anonymous().post(&format!("comments/{comment}/reports"), json!({"reason": "other"})).await.expect(204);
    node.anonymous().put(&format!("comments/{comment}/vote"), json!({})).await.expect_problem(429, "too_many_requests");
});

api_test!(one_comment_is_pinned, async |world| {
    let article = open(world, "pre").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        world.pass(1);
        ids.push(world.comment(&article, &format!("{number}")).await);
    }
    let (author, moderator) = (world.author(), world.moderator());
    author.patch(&format!("comments/{}", ids[1]), json!({"pinned": true})).await.expect(200);
    let before = moderator.get(&format!("comments/{}", ids[1])).await.expect(200);
    let pinned = moderator.patch(&format!("comments/{}", ids[3]), json!({"pinned": true})).await.expect(200);
    assert_eq!((pinned.at("/pinned"), before.at("/pinned")), (&json!(true), &json!(true)));
    let shown = world.anonymous().get("articles/trams/comments?count=true").await.expect(200);
    assert_eq!(shown.texts("id"), [3, 0, 1, 2, 4].map(|number| ids[number].clone()));
    assert_eq!(shown.each("pinned"), [true, false, false, false, false].map(Value::Bool));
    assert_eq!(shown.number_at("/page/total"), 5);
    assert_eq!(world.texts_of("sort=-created_at").await, ["3", "4", "2", "1", "0"]);
    assert_eq!(world.texts_of("sort=top").await[0], "3");
    // No comment is skipped or repeated, in either direction.
    for (sort, expected) in [("created_at", [3, 0, 1, 2, 4]), ("-created_at", [3, 4, 2, 1, 0]), ("-top", [3, 4, 2, 1, 0])] {
        for limit in 1..=6 {
            let path = format!("articles/trams/comments?sort={sort}&limit={limit}");
            let (mut address, mut forward) = (path.clone(), Vec::new());
            let last = loop {
                let page = world.anonymous().get(&address).await.expect(200);
                forward.extend(page.texts("id"));
                let next = page.at("/page/next").as_str().map(|cursor| format!("{path}&cursor={cursor}"));
                match next {
                    Some(next) => address = next,
                    None => break page,
                }
            };
            assert_eq!(forward, expected.map(|number| ids[number].clone()), "{sort} {limit}");
            let (mut page, mut backward) = (last, Vec::new());
            loop {
                backward.splice(0..0, page.texts("id"));
                let Some(prev) = page.at("/page/prev").as_str().map(|cursor| format!("{path}&cursor={cursor}")) else { break };
                page = world.anonymous().get(&prev).await.expect(200);
            }
            assert_eq!(backward, forward, "{sort} {limit}, turned back");
        }
    }
    // Replies cannot be pinned, and guests cannot pin comments.
    let reply = json!({"body": "Reply", "parent_id": ids[0]});
    let reply = author.post("articles/trams/comments", reply).await.expect(201);
    let refused = moderator.patch(&format!("comments/{}", reply.id()), json!({"pinned": true})).await;
    refused.expect(422).expect_faults(&[("/pinned", "not_possible")]);
    let own = world.says(json!({})).await.expect(202);
    let guest = world.anonymous().with("x-edit-token", &own.text_at("/edit_token"));
    let refused = guest.patch(&format!("comments/{}", own.id()), json!({"pinned": true, "reason": "Mine", "status": "approved"})).await;
    refused.expect(422).expect_faults(&[("/status", "read_only"), ("/pinned", "read_only"), ("/reason", "read_only")]);
    // A pinned comment that is hidden does not appear.
    moderator.patch(&format!("comments/{}", ids[3]), json!({"status": "rejected"})).await.expect(200);
    assert_eq!(world.texts_of("").await, ["0", "1", "2", "4"]);
});

api_test!(decisions_have_reasons, async |world| {
    let article = open(world, "pre").await;
    let (one, two) = (world.comment(&article, "One").await, world.comment(&article, "Two").await);
    let (moderator, path) = (world.moderator(), format!("comments/{one}"));
    let decided = moderator.patch(&path, json!({"status": "rejected", "reason": "Names a private person."})).await.expect(200);
    assert_eq!(decided.text_at("/reason"), "Names a private person.");
    // The audit log, which is kept forever, does not contain the reason.
    let audit = world.admin().get(&format!("audit?subject_id={one}")).await.expect(200);
    assert!(audit.text().contains("comment.moderated") && !audit.text().contains("private person"), "{audit}");
    // The next decision does not keep the reason.
    assert_eq!(moderator.patch(&path, json!({"status": "approved"})).await.expect(200).at("/reason"), &Value::Null);
    let both = json!({"ids": [one, two], "status": "spam", "reason": "Boots"});
    moderator.post("comments/moderate", both).await.expect(200);
    assert_eq!(world.looked_at(&two).await.text_at("/reason"), "Boots");
    let same = moderator.get(&path).await.expect(200);
    assert_eq!(moderator.patch(&path, same.json().clone()).await.expect(200).json(), same.json());
    assert!(!world.anonymous().get("articles/trams/comments").await.text().contains("Boots"));
});

api_test!(who_is_banned_seems_to_wait, async |world| {
    open(world, "post").await;
    let moderator = world.moderator();
    let ban = async |kind: &str, value: &str| {
        world.pass(1);
        moderator.post("comments/bans", json!({"kind": kind, "value": value, "note": "Boots."})).await.expect(201)
    };
    let (email, network) = (ban("email", "Boots@private.example").await, ban("address", "198.51.100.0/24").await);
    let (word, host) = (ban("word", "Cheap  Boots").await, ban("address", "2001:db8::1").await);
    assert_eq!(
        [&email, &network, &word, &host].map(|one| one.text_at("/value")),
        ["boots@private.example", "198.51.100.0/24", "cheap boots", "2001:db8::/64"]
    );
    moderator.post("comments/bans", json!({"kind": "word", "value": "CHEAP BOOTS!"})).await.expect_problem(409, "conflict");
    for (kind, value) in [("email", "boots"), ("address", "0.0.0.0/0"), ("address", "here"), ("word", "?!")] {
        let refused = moderator.post("comments/bans", json!({"kind": kind, "value": value})).await;
        refused.expect(422).expect_faults(&[("/value", "invalid_format")]);
    }
    let honest = world.says(json!({"body": "The boots are cheap, I hear."})).await.expect(201);
    assert_eq!(honest.text_at("/status"), "approved");
    for (more, sign) in [
        (json!({"author_email": "BOOTS@private.example"}), "banned_email"),
        (json!({"body": "Now: **Chéap** boo\u{200b}ts."}), "banned_word"),
        (json!({"author_name": "Cheap-Boots"}), "banned_word"),
        (json!({"author_url": "https://cheap.boots.example/"}), "banned_word"),
    ] {
        let posted = world.says(more).await.expect(202);
        assert_eq!(posted.text_at("/status"), "pending");
        let seen = world.looked_at(&posted.id()).await;
        assert_eq!((seen.text_at("/status"), seen.at("/spam_signs/0")), ("spam".to_owned(), &json!(sign)));
    }
    for from in ["198.51.100.99:1", "[2001:db8::77]:1"] {
        let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "Hello"});
        let posted = world.anonymous().from(from).post("articles/trams/comments", body).await.expect(202);
        assert_eq!(world.looked_at(&posted.id()).await.at("/spam_signs/0"), &json!("banned_address"));
    }
    let list = world.editor().get("comments/bans?kind=address&sort=created_at").await.expect(200);
    assert_eq!(list.texts("id"), [network.id(), host.id()]);
    for client in [world.author(), world.contributor()] {
        client.get("comments/bans").await.expect_problem(403, "forbidden");
    }
    let one = format!("comments/bans/{}", word.id());
    assert_eq!(moderator.get(&one).await.expect(200).text_at("/note"), "Boots.");
    for _ in 0..2 {
        moderator.delete(&one).await.expect(204);
    }
    moderator.get(&one).await.expect_problem(404, "not_found");
    assert_ne!(judged(world, json!({"body": "Cheap boots"})).await.0, "spam");
    let audit = world.admin().get("audit").await.expect(200);
    assert!(audit.text().contains("comment_ban.created") && !audit.text().contains("private.example"), "{audit}");
});

api_test!(a_domain_is_banned_and_nothing_that_bans_nobody, async |world| {
    open(world, "post").await;
    let moderator = world.moderator();
    let ban = async |kind: &str, value: &str| moderator.post("comments/bans", json!({"kind": kind, "value": value})).await;
    assert_eq!(ban("email", "*@Spam.example").await.expect(201).text_at("/value"), "*@spam.example");
    assert_eq!(ban("email", "*@*.farm.example").await.expect(201).text_at("/value"), "*@*.farm.example");
    ban("email", "*@spam.example").await.expect_problem(409, "conflict");
    for (email, status) in [
        ("mara@spam.example", "spam"),
        ("Zoe@SPAM.example", "spam"),
        ("mara@mail.spam.example", "approved"),
        ("mara@notspam.example", "approved"),
        ("mara@a.b.farm.example", "spam"),
        ("mara@farm.example", "approved"),
    ] {
        world.pass(11 * 60);
        let judged = judged(world, json!({"author_email": email, "body": format!("A word of {email}")})).await;
        assert_eq!((judged.0.as_str(), judged.2.contains(&json!("banned_email"))), (status, status == "spam"), "{email}");
    }
    // Values that could never match, or would match something else than expected, are refused.
    let moderator = now_as(world, Role::Moderator).await;
    for (kind, value) in [
        ("email", "*"),
        ("email", "*@"),
        ("email", "*@*"),
        ("email", "*@example"),
        ("email", "boots*@spam.example"),
        ("email", "@spam.example"),
        ("email", "spam.example"),
        ("email", "mara@spam.example "),
        ("address", "203.0.113.*"),
        ("address", "203.0.113.0/33"),
        ("address", "::ffff:0.0.0.0/96"),
        ("address", "localhost"),
        ("word", "via*"),
        ("word", "* *"),
        ("word", "\u{200b}-\u{200b}"),
    ] {
        let refused = moderator.post("comments/bans", json!({"kind": kind, "value": value})).await.expect(422);
        assert!(refused.faults().iter().all(|(place, code)| place == "/value" && code == "invalid_format"), "{refused}");
    }
    let mapped = moderator.post("comments/bans", json!({"kind": "address", "value": "::ffff:198.51.100.0/120"})).await.expect(201);
    assert_eq!(mapped.text_at("/value"), "198.51.100.0/24");
});

api_test!(what_looks_like_spam_waits, async |world| {
    open(world, "post").await;
    let form = world.anonymous().post("comments/forms", json!({})).await.expect(200).text_at("/form");
    let fast = json!({"form": form, "body": "Too fast"});
    assert_eq!(judged(world, fast).await, ("pending".into(), 40, vec![json!("fast")]));
    world.pass(3);
    assert_eq!(judged(world, json!({"form": form, "body": "A thoughtful word"})).await, ("approved".into(), 0, vec![]));
    let forged = format!("{}0", &form[..form.len() - 1]);
    let forged = if forged == form { format!("{}1", &form[..form.len() - 1]) } else { forged };
    assert_eq!(judged(world, json!({"form": forged, "body": "Forged"})).await.2, [json!("bad_form")]);
    world.pass(11 * 60);
    assert_eq!(judged(world, json!({"body": "No form at all"})).await, ("approved".into(), 10, vec![json!("no_form")]));
    let links = |count: usize| (0..count).map(|number| format!("[x](https://x{number}.example) ")).collect::<Vec<_>>().concat();
    assert_eq!(judged(world, json!({"form": form, "body": links(3)})).await.0, "approved");
    assert_eq!(judged(world, json!({"form": form, "body": links(4)})).await, ("pending".into(), 40, vec![json!("links")]));
    world.pass(11 * 60);
    assert_eq!(judged(world, json!({"body": links(6)})).await.0, "spam");
    // The same text again, under another article or slightly changed.
    world.pass(11 * 60);
    let text = "This is what everybody should know about trams.";
    assert_eq!(judged(world, json!({"form": form, "body": text})).await.1, 0);
    let again = json!({"form": form, "body": format!("**{}**", text.to_uppercase()), "author_email": "other@private.example"});
    assert_eq!(judged(world, again.clone()).await, ("approved".into(), 30, vec![json!("repeat")]));
    assert_eq!(judged(world, again.clone()).await, ("pending".into(), 60, vec![json!("repeats")]));
    assert!(judged(world, json!({"form": form, "body": "And on it goes"})).await.2.contains(&json!("flood")));
    world.pass(25 * 60 * 60);
    assert_eq!(judged(world, json!({"form": form, "body": "After a day"})).await.2, [json!("bad_form")]);
    let queue = now_as(world, Role::Moderator).await.get("comments?spam_score[gte]=60").await.expect(200);
    assert_eq!(queue.texts("status"), ["pending", "spam"]);
    // Guests do not see their spam score.
    let posted = world.says(json!({"body": links(9)})).await.expect(202);
    assert!(posted.json().get("spam_score").is_none() && !posted.text().contains("links"), "{posted}");
});

api_test!(an_edit_is_looked_at_as_well, async |world| {
    open(world, "post").await;
    let posted = world.says(json!({"body": "Harmless"})).await.expect(201);
    let path = format!("comments/{}", posted.id());
    let guest = world.anonymous().with("x-edit-token", &posted.text_at("/edit_token"));
    assert_eq!(guest.patch(&path, json!({"body": "Still harmless"})).await.expect(200).at("/status"), "approved");
    let links: Vec<String> = (0..9).map(|number| format!("[x](https://x{number}.example) ")).collect();
    assert_eq!(guest.patch(&path, json!({"body": links.concat()})).await.expect(200).at("/status"), "pending");
    assert_eq!(world.texts_of("").await, [""; 0]);
    world.moderator().post("comments/bans", json!({"kind": "word", "value": "boots"})).await.expect(201);
    guest.patch(&path, json!({"body": "Boots!"})).await.expect(200);
    assert_eq!(world.looked_at(&posted.id()).await.text_at("/status"), "spam");
});

api_test!(administrators_say_how_much_is_too_much, async |world| {
    open(world, "post").await;
    let policy = json!({"comment_policy": {"hold_at": 10, "spam_at": 20}});
    let site = world.admin().patch("site", policy).await.expect(200);
    assert_eq!((site.number_at("/comment_policy/hold_at"), site.number_at("/comment_policy/spam_at")), (10, 20));
    assert_eq!(judged(world, json!({})).await.0, "pending");
    assert_eq!(judged(world, json!({"body": "[x](https://x.example)"})).await.0, "spam");
    world.admin().patch("site", json!({"comment_policy": {"spam_at": 102}})).await.expect(422);
    let public = world.anonymous().get("site").await.expect(200);
    assert!(public.at("/comment_policy").get("hold_at").is_none());
    assert!(public.text().contains("\"form\""), "{public}");
});

api_test!(a_banned_word_bans_no_word_of_another_language, async |world| {
    open(world, "post").await;
    for (word, innocent, guilty) in [
        ("死", "Si, estoy de acuerdo", "他昨天死了。"),
        ("かす", "Kasu is a river", "このかすめ"),
        ("ตาย", "Tay bridge, taay", "เขาตายแล้ว"),
        ("كلب", "klb FM plays it", "يا كلب اذهب"),
        ("सूअर", "The suuar party", "तुम सूअर हो"),
        ("дурак", "Durak is a card game", "Ты ДУРАК!"),
        ("козий", "Козии тропы", "Козий сыр"),
        ("μαλάκας", "Malakas of Manila", "ρε ΜΑΛΑΚΑ, ε, μαλακας"),
    ] {
        world.pass(60);
        let ban = json!({"kind": "word", "value": word});
        now_as(world, Role::Moderator).await.post("comments/bans", ban).await.expect(201);
        let (status, _, signs) = judged(world, json!({"body": innocent})).await;
        assert!(status != "spam" && !signs.contains(&json!("banned_word")), "{word}: {innocent}");
        let (status, _, signs) = judged(world, json!({"body": guilty})).await;
        assert!(status == "spam" && signs.contains(&json!("banned_word")), "{word}: {guilty}");
    }
});
