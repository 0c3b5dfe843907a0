//! Several servers on one database: each notices commits of the others, whatever their clocks say, and accepts their tokens.

use masthead::clock::Clock;
use serde_json::json;

use crate::support::{BEGINNING, Held, Node, World, api_test};

/// Starts two nodes whose clocks differ by thirty seconds.
async fn apart(world: &World) -> (Node, Node) {
    let start = |seconds: i64| Node::start(&world.database, &[], Clock::manual(BEGINNING + seconds * 1000));
    (start(15).await.expect("a node starts"), start(-15).await.expect("a node starts"))
}

async fn title(node: &Node, slug: &str) -> String {
    node.anonymous().get(&format!("articles/{slug}")).await.expect(200).text_at("/title")
}

/// Writes a change of an article and its event, as a node with the time `at` would.
fn change(held: &mut Held, id: &str, title: &str, at: i64) {
    held.run(&format!(
        "UPDATE publications SET title = '{title}' WHERE id = '{id}';
         INSERT INTO events (id, at, kind, subject_kind, subject_id, tags, details)
         VALUES ('01900000-0000-7000-8000-{at:012}', {at}, 'article.revised', 'article', '{id}', '[\"article:{id}\"]', 'null')"
    ));
}

api_test!(a_late_commit_is_noticed_whatever_the_clocks_say, async |world| {
    let (ahead, behind) = apart(world).await;
    let slow = world.published(json!({"title": "Slow"})).await;
    world.published(json!({"title": "Quick"})).await;
    for node in [&ahead, &behind] {
        node.app.follow_others().await;
        assert_eq!(title(node, "slow").await, "Slow");
    }
    let mut held = world.database.hold();
    change(&mut held, &slow, "Late", BEGINNING - 20_000);
    for round in 0..20 {
        // SQLite has one writer, which waits for the previous one.
        if matches!(held, Held::Postgres(_)) {
            let writer = if round % 2 == 0 { &ahead } else { &behind };
            let renamed = json!({"title": format!("Quick {round}")});
            writer.editor().patch("articles/quick?publish=true", renamed).await.expect(200);
        }
        for node in [&ahead, &behind] {
            node.pass(1);
            node.app.follow_others().await;
            assert_eq!(title(node, "slow").await, "Slow", "nothing was committed yet");
            if matches!(held, Held::Postgres(_)) {
                assert_eq!(title(node, "quick").await, format!("Quick {round}"));
            }
        }
    }
    held.run("COMMIT");
    for node in [&ahead, &behind] {
        node.app.follow_others().await;
        assert_eq!(title(node, "slow").await, "Late");
    }
});

api_test!(what_is_known_is_not_read_again, async |world| {
    let (ahead, behind) = apart(world).await;
    world.published(json!({"title": "Slow"})).await;
    let id = world.published(json!({"title": "Other"})).await;
    let mut held = world.database.hold();
    change(&mut held, &id, "Late", BEGINNING);
    if matches!(held, Held::Postgres(_)) {
        ahead.editor().patch("articles/slow?publish=true", json!({"dek": "New."})).await.expect(200);
    }
    behind.app.follow_others().await;
    behind.app.follow_others().await;
    title(&behind, "slow").await;
    // While the transaction is open, the other event is already known.
    let before = behind.app.statements();
    title(&behind, "slow").await;
    assert_eq!(behind.app.statements(), before);
    behind.app.follow_others().await;
    let before = behind.app.statements();
    title(&behind, "slow").await;
    assert_eq!(behind.app.statements(), before, "nothing new was committed, so the answer is still ready");
    held.run("ROLLBACK");
});

api_test!(what_was_deleted_hides_nothing, async |world| {
    let (ahead, behind) = apart(world).await;
    world.published(json!({"title": "Slow"})).await;
    for round in 0..3 {
        behind.app.follow_others().await;
        title(&behind, "slow").await;
        // The newest events are deleted, as votes are after an hour, and new events may reuse their ids.
        world.tamper("DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id DESC LIMIT 1)");
        if round == 1 {
            world.tamper("VACUUM");
        }
        let renamed = format!("Quick {round}");
        ahead.editor().patch("articles/slow?publish=true", json!({"title": renamed})).await.expect(200);
        behind.app.follow_others().await;
        assert_eq!(title(&behind, "slow").await, renamed);
    }
});

api_test!(numbers_of_another_server_are_no_news, async |world| {
    world.published(json!({"title": "Slow"})).await;
    // As after a restore, the rows have higher transaction numbers, from a busier server.
    world.tamper("UPDATE events SET tx = tx + 1000000000");
    let (ahead, behind) = apart(world).await;
    behind.app.follow_others().await;
    title(&behind, "slow").await;
    behind.app.follow_others().await;
    let before = behind.app.statements();
    title(&behind, "slow").await;
    assert_eq!(behind.app.statements(), before, "nothing is new");
    ahead.editor().patch("articles/slow?publish=true", json!({"title": "Quick"})).await.expect(200);
    behind.app.follow_others().await;
    assert_eq!(title(&behind, "slow").await, "Quick");
});

api_test!(a_large_commit_is_noticed, async |world| {
    let (_, behind) = apart(world).await;
    let id = world.published(json!({"title": "Slow"})).await;
    behind.app.follow_others().await;
    title(&behind, "slow").await;
    let mut held = world.database.hold();
    for number in 0..5100 {
        held.run(&format!(
            "INSERT INTO events (id, at, kind, subject_kind, subject_id, tags, details)
             VALUES ('01900000-0000-7000-9000-{number:012}', {BEGINNING}, 'tag.created', 'tag', 'x', '[\"tags\"]', 'null')"
        ));
    }
    change(&mut held, &id, "Late", BEGINNING);
    held.run("COMMIT");
    behind.app.follow_others().await;
    assert_eq!(title(&behind, "slow").await, "Late");
});

api_test!(a_token_of_one_node_is_a_token_of_all, async |world| {
    let elsewhere = world.node(&[("API_URL", "http://127.0.0.1:8081")]).await;
    let me = elsewhere.editor().get("auth/me").await.expect(200);
    assert_eq!(me.text_at("/email"), "editor@private.example");
});
