//! The external checker: it is asked about guests' comments, and nothing depends on its response.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};

use crate::support::{Node, OpinionServer, Role, World, api_test};

const SECRET: &str = "a secret between two servers";

/// Starts a node that asks a checker.
async fn asking(world: &World, url: &str, private: &str) -> Node {
    let settings = [("COMMENT_CHECK_URL", url), ("COMMENT_CHECK_SECRET", SECRET), ("OUTBOUND_PRIVATE", private)];
    let node = world.node(&settings).await;
    node.published_by(Role::Author, "Trams").await;
    node.admin().patch("site", json!({"comment_policy": {"mode": "post"}})).await.expect(200);
    node
}

/// Returns the status of a guest's comment after the checker was asked.
async fn becomes(node: &Node, text: &str) -> String {
    let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": text});
    let posted = node.anonymous().post("articles/trams/comments", body).await.expect(202);
    assert_eq!(posted.text_at("/status"), "pending");
    node.app.run_due_jobs().await.expect("the jobs run");
    assert_eq!(node.app.count_jobs().await.expect("the jobs can be counted"), (0, 0));
    node.moderator().get(&format!("comments/{}", posted.id())).await.expect(200).text_at("/status")
}

api_test!(another_server_may_have_an_opinion, async |world| {
    let server = OpinionServer::start();
    let node = asking(world, &format!("http://127.0.0.1:{}/check", server.port), "true").await;
    let list = node.anonymous().get("articles/trams/comments").await.expect(200);
    assert_eq!(list.texts("id"), [""; 0]);
    server.says(200, r#"{"verdict": "ok", "because": "it is nice"}"#);
    assert_eq!(becomes(&node, "Lovely *trams*").await, "approved");
    assert_eq!(node.anonymous().get("articles/trams/comments").await.expect(200).texts("id").len(), 1);
    server.says(200, r#"{"verdict": "wait"}"#);
    assert_eq!(becomes(&node, "Hm").await, "pending");
    server.says(200, r#"{"verdict": "spam"}"#);
    assert_eq!(becomes(&node, "Boots for you").await, "spam");
    let spam = node.moderator().get("comments?status=spam").await.expect(200);
    assert_eq!((spam.number_at("/data/0/spam_score"), spam.at("/data/0/spam_signs")), (100, &json!(["no_form", "checker"])));
    // The signed request contains what readers would see, and not the author's identity.
    let (head, body) = server.asked().remove(0);
    let said: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&said["comment"]["markdown"], &said["article"]["slug"]), (&json!("Lovely *trams*"), &json!("trams")));
    assert!(!body.contains("private.example") && !body.contains("192.0.2"), "{body}");
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
    };
    let mut mac = <Hmac<sha2::Sha256> as hmac::digest::KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}.{body}", header("masthead-timestamp")).as_bytes());
    let expected: Vec<String> = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header("masthead-signature"), format!("v1={}", expected.concat()));
    assert_eq!(header("masthead-request").len(), 36);
    // Comments by staff are not checked.
    node.author().post("articles/trams/comments", json!({"body": "From the house"})).await.expect(201);
    // An edited comment is checked again.
    server.says(200, r#"{"verdict": "ok"}"#);
    let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "First words"});
    let posted = node.anonymous().post("articles/trams/comments", body).await.expect(202);
    node.app.run_due_jobs().await.expect("the jobs run");
    let guest = node.anonymous().with("x-edit-token", &posted.text_at("/edit_token"));
    assert_eq!(guest.get("articles/trams/comments").await.texts("id").len(), 3);
    let path = format!("comments/{}", posted.id());
    assert_eq!(guest.patch(&path, json!({"body": "Other words"})).await.expect(200).text_at("/status"), "pending");
    // If a moderator decides first, the checker's verdict has no effect.
    node.moderator().patch(&path, json!({"status": "rejected"})).await.expect(200);
    node.app.run_due_jobs().await.expect("the jobs run");
    assert_eq!(node.moderator().get(&path).await.expect(200).text_at("/status"), "rejected");
});

api_test!(without_an_opinion_a_comment_waits_for_a_person, async |world| {
    let server = OpinionServer::start();
    let node = asking(world, &format!("http://127.0.0.1:{}/check", server.port), "true").await;
    for (status, body) in [(500, "{}"), (200, "nonsense"), (200, r#"{"verdict": "maybe"}"#), (302, ""), (200, &"x".repeat(20_000))] {
        server.says(status, body);
        assert_eq!(becomes(&node, "Trams").await, "pending", "{status}");
    }
    assert_eq!(server.asked().len(), 5, "nothing is asked twice, and nobody followed");
    // Moderators get an email about it then.
    node.moderator().put("comments/digest", json!({})).await.expect(200);
    node.app.run_due_jobs().await.expect("the jobs run");
    assert_eq!(world.mails_to(&Role::Moderator.email()).await.len(), 1);
});

api_test!(a_server_that_says_nothing_keeps_nobody_waiting, async |world| {
    let server = OpinionServer::start();
    let node = asking(world, &format!("http://127.0.0.1:{}/check", server.port), "true").await;
    let begun = std::time::Instant::now();
    assert_eq!(becomes(&node, "Trams").await, "pending");
    assert!(begun.elapsed() < std::time::Duration::from_secs(6), "{:?}", begun.elapsed());
});

api_test!(nobody_inside_is_asked_unless_it_is_said_so, async |world| {
    let server = OpinionServer::start();
    server.says(200, r#"{"verdict": "ok"}"#);
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let node = asking(world, &format!("http://{host}:{}/check", server.port), "false").await;
        assert_eq!(becomes(&node, "Trams").await, "pending", "{host}");
    }
    assert!(server.asked().is_empty());
});
