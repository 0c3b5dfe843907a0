//! Views and rankings: counted visitors, delays, and stable pages.

use serde_json::json;

use crate::support::{Answer, Node, Role, World, api_test};

/// A new visitor views an article.
async fn view(node: &Node, article: &str, visitor: usize) -> Answer {
    let address = format!("198.51.{}.{}:4000", visitor / 250, visitor % 250 + 1);
    let body = Some(Vec::new());
    let beacon = node.anonymous().from(&address).with("user-agent", "Browser").with("content-type", "text/plain;charset=UTF-8");
    beacon.send(actix_web::http::Method::POST, &format!("articles/{article}/views"), body).await
}

async fn views(node: &Node, article: &str, visitors: usize) {
    for visitor in 0..visitors {
        view(node, article, visitor).await.expect(204);
    }
}

/// Stores the views and waits until their minute is over.
async fn settle(world: &World) {
    world.app.write_counts_down().await.expect("the database is there");
    world.pass(90);
}

async fn titles(world: &World, query: &str) -> Vec<String> {
    world.anonymous().get(&format!("articles?sort=trending{query}")).await.expect(200).texts("title")
}

api_test!(the_most_viewed_come_first, async |world| {
    for title in ["Alpha", "Beta", "Gamma", "Nobody's"] {
        world.published(json!({"title": title, "tags": [title]})).await;
        world.pass(1);
    }
    let page = world.published(json!({"title": "About", "kind": "page"})).await;
    views(world, "beta", 3).await;
    views(world, "alpha", 2).await;
    views(world, "gamma", 2).await;
    views(world, &page, 5).await;
    assert_eq!(titles(world, "").await, [""; 0]);
    settle(world).await;
    assert_eq!(titles(world, "").await, ["Beta", "Gamma", "Alpha"]);
    assert_eq!(titles(world, "&window=1h").await, ["Beta", "Gamma", "Alpha"]);
    assert_eq!(titles(world, "&window=30d&tag[in]=alpha,gamma").await, ["Gamma", "Alpha"]);
    assert_eq!(titles(world, "&kind[in]=page,article").await, ["About", "Beta", "Gamma", "Alpha"]);
    let counted = world.anonymous().get("articles?sort=trending&count=true&include=body&limit=1").await.expect(200);
    assert_eq!((counted.number_at("/page/total"), counted.text_at("/data/0/body/html")), (3, String::new()));
    world.editor().delete("articles/beta/publication").await.expect(204);
    assert_eq!(titles(world, "").await, ["Gamma", "Alpha"]);
});

api_test!(views_grow_old, async |world| {
    world.published(json!({"title": "Old"})).await;
    world.published(json!({"title": "Young"})).await;
    views(world, "old", 2).await;
    settle(world).await;
    world.pass(2 * 60 * 60);
    views(world, "young", 1).await;
    settle(world).await;
    assert_eq!(titles(world, "&window=1h").await, ["Young"]);
    assert_eq!(titles(world, "&window=24h").await, ["Old", "Young"]);
    world.pass(26 * 60 * 60);
    assert_eq!(titles(world, "").await, [""; 0]);
    assert_eq!(titles(world, "&window=7d").await, ["Old", "Young"]);
    world.pass(9 * 24 * 60 * 60);
    assert_eq!(titles(world, "&window=7d").await, [""; 0]);
    assert_eq!(titles(world, "&window=30d").await, ["Old", "Young"]);
    world.pass(22 * 24 * 60 * 60);
    assert_eq!(titles(world, "&window=30d").await, [""; 0]);
});

api_test!(somebody_counts_once_in_half_an_hour, async |world| {
    world.published(json!({"title": "Once"})).await;
    world.published(json!({"title": "Twice"})).await;
    for _ in 0..3 {
        view(world, "once", 1).await.expect(204);
    }
    views(world, "twice", 2).await;
    settle(world).await;
    assert_eq!(titles(world, "").await, ["Twice", "Once"]);
    world.pass(30 * 60);
    view(world, "once", 1).await.expect(204);
    view(world, "once", 2).await.expect(204);
    settle(world).await;
    assert_eq!(titles(world, "").await, ["Once", "Twice"]);
    let stored = format!("{:?}", world.database.dump()["article_views"]);
    assert!(!stored.contains("198.51") && !stored.contains("Browser"));
});

api_test!(pages_stay_while_views_come_in, async |world| {
    for number in 0..5 {
        world.published(json!({"title": format!("Story {number}")})).await;
        views(world, &format!("story-{number}"), number + 1).await;
    }
    settle(world).await;
    let first = world.anonymous().get("articles?sort=trending&limit=2").await.expect(200);
    assert_eq!(first.texts("title"), ["Story 4", "Story 3"]);
    for visitor in 20..40 {
        view(world, "story-0", visitor).await.expect(204);
    }
    settle(world).await;
    let next = |answer: &Answer, to: &str| format!("articles?sort=trending&limit=2&cursor={}", answer.text_at(&format!("/page/{to}")));
    let second = world.anonymous().get(&next(&first, "next")).await.expect(200);
    assert_eq!(second.texts("title"), ["Story 2", "Story 1"]);
    let third = world.anonymous().get(&next(&second, "next")).await.expect(200);
    assert_eq!((third.texts("title"), third.at("/page/next")), (vec!["Story 0".to_owned()], &json!(null)));
    let back = world.anonymous().get(&next(&third, "prev")).await.expect(200);
    assert_eq!(back.texts("title"), ["Story 2", "Story 1"]);
    assert_eq!(world.anonymous().get(&next(&back, "prev")).await.expect(200).texts("title"), ["Story 4", "Story 3"]);
    assert_eq!(titles(world, "&limit=2").await, ["Story 0", "Story 4"]);
    let foreign = format!("articles?sort=trending&window=7d&cursor={}", first.text_at("/page/next"));
    world.anonymous().get(&foreign).await.expect_problem(400, "malformed_query").expect_faults(&[("cursor", "foreign_cursor")]);
});

api_test!(views_leave_ready_answers_alone, async |world| {
    world.published(json!({"title": "Read"})).await;
    world.anonymous().get("articles/read").await.expect(200);
    view(world, "read", 1).await.expect(204);
    settle(world).await;
    let before = world.app.statements();
    world.anonymous().get("articles/read").await.expect(200);
    assert_eq!(world.app.statements(), before);
    // A ranking is cached for a minute at most.
    assert_eq!(titles(world, "").await, ["Read"]);
    let before = world.app.statements();
    assert_eq!(titles(world, "").await, ["Read"]);
    assert_eq!(world.app.statements(), before);
    world.pass(61);
    titles(world, "").await;
    assert!(world.app.statements() > before && world.app.statements() - before <= 8);
});

api_test!(what_is_not_public_has_no_views, async |world| {
    let draft = world.draft_by(Role::Editor, "Secret").await;
    let unknown = view(world, "019cebcb-0000-7000-8000-000000000000", 1).await.expect_problem(404, "not_found");
    for name in [draft.as_str(), "secret"] {
        let answer = view(world, name, 1).await.expect_problem(404, "not_found");
        assert_eq!(answer.at("/detail"), unknown.at("/detail"));
    }
    let gone = world.published_by(Role::Editor, "Gone").await;
    view(world, &gone, 1).await.expect(204);
    world.editor().delete(&format!("articles/{gone}")).await.expect(204);
    view(world, &gone, 2).await.expect_problem(410, "gone");
    world.admin().delete(&format!("articles/{gone}?permanent=true")).await.expect(204);
    settle(world).await;
    assert_eq!(world.database.dump()["article_views"], [""; 0]);
});

api_test!(rankings_are_asked_for_in_one_way, async |world| {
    let faults =
        async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect_problem(400, "malformed_query").faults();
    assert_eq!(faults("window=24h").await, [("window".to_owned(), "unknown_parameter".to_owned())]);
    assert_eq!(faults("sort=-trending").await, [("sort".to_owned(), "invalid_value".to_owned())]);
    assert_eq!(faults("sort=trending,title").await, [("sort".to_owned(), "invalid_value".to_owned())]);
    assert_eq!(faults("sort=trending&window=2h").await.len(), 1);
    world.editor().get("articles?view=editor&sort=trending").await.expect_problem(400, "malformed_query");
});

api_test!(one_address_may_not_report_too_many, async |world| {
    let node = world.node(&[("RATE_VIEW", "2/minute")]).await;
    world.published(json!({"title": "Read"})).await;
    for _ in 0..2 {
        view(&node, "read", 1).await.expect(204);
    }
    view(&node, "read", 1).await.expect_problem(429, "too_many_requests").required_header("retry-after");
    view(&node, "nothing", 1).await.expect_problem(429, "too_many_requests");
    view(&node, "read", 2).await.expect(204);
});
