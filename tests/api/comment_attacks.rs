//! Hostile comments: readers, staff and email programs are safe from any text.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Answer, Node, Role, World, api_test};

async fn says(world: &World, more: Value) -> Answer {
    let mut body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "Hello"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.anonymous().post("articles/trams/comments", body).await
}

async fn open(node: &Node) -> String {
    let article = node.published_by(Role::Author, "Trams").await;
    let policy = json!({"comment_policy": {"mode": "post", "hold_at": 101, "spam_at": 101, "max_length": 20_000}});
    node.admin().patch("site", policy).await.expect(200);
    article
}

api_test!(no_comment_runs_as_a_script, async |world| {
    open(world).await;
    for hostile in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt&#58;alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "[click](vbscript:x)",
        "[click](//evil.example/x)",
        "[a](https://x.example/\"onmouseover=alert(1))",
        "![x](https://tracker.example/pixel.gif)",
        "`<script>alert(1)</script>`",
        "    <script>alert(1)</script>",
        "<a href=\"https://x.example\" onclick=\"alert(1)\">x</a>",
        "<!-- --><style>*{display:none}</style>",
        "</p></div></body><script>1</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
    ] {
        let posted = says(world, json!({"body": hostile})).await.expect(201);
        let html = posted.text_at("/body/html");
        let mut rest = html.as_str();
        // Only a few tags are allowed, and no attributes except a link's URL and `rel`.
        while let Some((_, tail)) = rest.split_once('<') {
            let (tag, tail) = tail.split_once('>').unwrap_or_else(|| panic!("{html}"));
            let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(
                ["p", "br", "em", "strong", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote"].contains(&name.as_str()),
                "{html}"
            );
            let plain = !tag.contains(' ') || tag.starts_with("a href=\"http");
            assert!(plain && tag.matches('"').count() <= 4 && !tag.contains("javascript"), "{html}");
            rest = tail;
        }
    }
    for url in ["javascript:alert(1)", "data:text/html,x", "https://x.example/\"onclick=1", "//evil.example"] {
        says(world, json!({"author_url": url})).await.expect(422).expect_faults(&[("/author_url", "invalid_format")]);
    }
});

api_test!(no_comment_turns_the_page_round, async |world| {
    open(world).await;
    let body = "abc\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{e0041}&#8238;x\u{7}y";
    let posted = says(world, json!({"author_name": "Ed\u{202e}itor\u{200b}\u{2067} \u{feff}Desk", "body": body})).await;
    let named = if posted.status == 201 { posted } else { says(world, json!({"body": body.replace('\u{7}', "")})).await.expect(201) };
    let hidden = |text: &str| {
        text.chars().any(|c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'))
    };
    for member in ["/author/name", "/body/html", "/body/text"] {
        assert!(!hidden(&named.text_at(member)), "{member} of {named}");
    }
    let posted = says(world, json!({"author_name": "Ed\u{202e}itor\u{200b}\u{2067} \u{feff}Desk"})).await.expect(201);
    assert_eq!(posted.text_at("/author/name"), "Editor Desk");
    // Invisible characters count as nothing.
    says(world, json!({"author_name": "\u{200b}\u{2060}"})).await.expect(422);
    says(world, json!({"body": "\u{2060}\u{200b}"})).await.expect(422);
    // Invisible characters that languages need are kept.
    let persian = "می\u{200c}خواهم 👩\u{200d}👧";
    assert_eq!(says(world, json!({"body": persian})).await.expect(201).text_at("/body/text"), persian);
});

api_test!(ten_thousand_links_cost_nobody_anything, async |world| {
    open(world).await;
    let begun = Instant::now();
    for body in [
        "[](http://a) ".repeat(1500),
        "<http://a>".repeat(1990),
        "[".repeat(19_990),
        "*a ".repeat(6_600),
        "> ".repeat(9_990),
        "`".repeat(19_000),
        "![[](".repeat(3_900),
        "- ".repeat(9_990),
    ] {
        let posted = says(world, json!({"body": format!("x {body}")})).await;
        assert!([201, 422].contains(&posted.status), "{posted}");
    }
    // A text above the limit is refused without parsing it.
    says(world, json!({"body": "[x](https://x.example) ".repeat(10_000)})).await.expect(422).expect_faults(&[("/body", "too_long")]);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let list = world.anonymous().get("articles/trams/comments").await.expect(200);
    assert!(list.body.len() < 2_000_000, "{}", list.body.len());
});

api_test!(no_comment_writes_the_head_of_a_mail, async |world| {
    let article = open(world).await;
    world.moderator().put("comments/digest", json!({})).await.expect(200);
    for name in ["Guest\r\nBcc: all@victim.example", "Guest\u{2028}Bcc: all@victim.example"] {
        says(world, json!({"author_name": name})).await.expect(422).expect_faults(&[("/author_name", "invalid_format")]);
    }
    for email in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "\"a b\"@c.example", "a@b.example>"] {
        says(world, json!({"author_email": email})).await.expect(422).expect_faults(&[("/author_email", "invalid_format")]);
    }
    let body = "Hi\r\n.\r\nQUIT\r\nBcc: all@victim.example\r\n\r\n=?utf-8?q?x=0D=0ABcc:_y?=";
    let posted = says(world, json!({"author_name": "=?utf-8?q?x=0D=0ABcc:_y?=", "body": body, "notify_replies": true})).await.expect(201);
    world.moderator().patch(&format!("comments/{}", posted.id()), json!({"status": "pending"})).await.expect(200);
    world.moderator().patch(&format!("comments/{}", posted.id()), json!({"status": "approved"})).await.expect(200);
    let reply = json!({"author_email": "other@private.example", "body": body, "parent_id": posted.id()});
    says(world, reply).await.expect(201);
    world.admin().patch("site", json!({"comment_policy": {"mode": "pre"}})).await.expect(200);
    world.waiting_comment(&article, body).await;
    let mails = world.mails().await;
    assert_eq!(mails.len(), 2, "{mails:?}");
    for mail in mails {
        assert_eq!(mail.to.len(), 1, "{mail:?}");
        let head = mail.raw.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.contains("Bcc") && !head.contains("victim"), "{head}");
    }
});

api_test!(a_page_of_a_thread_costs_the_same_however_long_it_is, async |world| {
    let node = world.node(&[("CACHE_BYTES", "0")]).await;
    let article = open(&node).await;
    let root = says(world, json!({})).await.expect(201).id();
    let reply = says(world, json!({"parent_id": root})).await.expect(201).id();
    says(world, json!({"parent_id": reply})).await.expect(201);
    let cost = async || {
        let before = node.app.statements();
        node.anonymous().get(&format!("articles/{article}/comments?limit=100")).await.expect(200);
        node.app.statements() - before
    };
    let few = cost().await;
    for _ in 0..30 {
        let parent = says(world, json!({})).await.expect(201).id();
        for _ in 0..2 {
            says(world, json!({"parent_id": parent})).await.expect(201);
        }
    }
    assert!(cost().await <= few + 2, "{few}");
});
