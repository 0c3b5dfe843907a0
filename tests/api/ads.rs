//! Ads as front ends see them: selection by page and time, equal responses for everyone, and anonymous counts.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Role, World, api_test};

const DAY: i64 = 24 * 60 * 60;

pub(crate) async fn placement(world: &World, key: &str) -> String {
    world.editor().post("ads/placements", json!({"key": key})).await.expect(201).id()
}

/// Creates an HTML creative in `in-article`; returns its id.
pub(crate) async fn creative(world: &World, more: Value) -> String {
    let mut body = json!({"placement": "in-article", "kind": "html", "html": "<b>Boots</b>"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.editor().post("ads/creatives", body).await.expect(201).id()
}

async fn shown(world: &World, query: &str) -> Vec<String> {
    let answer = world.anonymous().get(&format!("ads/in-article{query}")).await.expect(200);
    names(&answer)
}

fn names(answer: &Answer) -> Vec<String> {
    let ads = answer.at("/creatives").as_array().unwrap().iter();
    ads.map(|ad| ad["html"].as_str().unwrap_or_default().to_owned()).collect()
}

api_test!(what_fits_is_shown_the_heaviest_first, async |world| {
    placement(world, "in-article").await;
    let light = creative(world, json!({"html": "light"})).await;
    creative(world, json!({"html": "heavy", "weight": 9, "label": "Sponsored by Quay Boots"})).await;
    creative(world, json!({"html": "off", "active": false})).await;
    let image = world.image_by(Role::Editor, 1).await;
    let link = "https://shop.example/boots";
    creative(world, json!({"kind": "image", "html": null, "image": image, "link": link, "weight": 5, "name": "secret"})).await;
    let answer = world.anonymous().get("ads/in-article").await.expect(200);
    assert_eq!(answer.at("/placement"), &json!({"key": "in-article", "label": "Advertisement"}));
    assert_eq!(names(&answer), ["heavy", "", "light"]);
    assert_eq!(
        (answer.text_at("/creatives/0/label"), answer.text_at("/creatives/1/image/id")),
        ("Sponsored by Quay Boots".into(), image.clone())
    );
    assert_eq!((answer.text_at("/creatives/1/link"), answer.text_at("/creatives/2/label")), (link.into(), "Advertisement".into()));
    let beacon = format!("https://api.news.example/api/v1/ads/creatives/{light}/impressions");
    assert_eq!(answer.text_at("/creatives/2/impressions_url"), beacon);
    assert!(!answer.text().contains("secret"), "{answer}");
    // The response is the same for everyone, and is sent once.
    let again = world.anonymous().with("if-none-match", &answer.etag()).with("user-agent", "Other").get("ads/in-article").await;
    again.expect(304);
    assert!(answer.required_header("cache-tag").contains(&format!("image:{image}")), "{answer}");
    world.anonymous().get(&format!("images/{image}")).await.expect(200);
    world.anonymous().get("ads/nothing").await.expect_problem(404, "not_found");
    assert_eq!(world.anonymous().get("ads/In-Article").await.expect(200).body, answer.body);
});

api_test!(time_alone_changes_what_is_shown, async |world| {
    placement(world, "in-article").await;
    let times = json!({"html": "soon", "weight": 2, "starts_at": "2026-03-14T09:27:00Z", "ends_at": "2026-03-14T09:28:00Z"});
    let soon = creative(world, times).await;
    creative(world, json!({"html": "until", "ends_at": "2026-03-14T09:27:30Z"})).await;
    let impressions = format!("ads/creatives/{soon}/impressions");
    world.anonymous().post(&impressions, json!({})).await.expect_problem(404, "not_found");
    for (seconds, expected) in [(0, vec!["until"]), (7, vec!["soon", "until"]), (30, vec!["soon"]), (30, vec![])] {
        world.pass(seconds);
        assert_eq!(shown(world, "").await, expected, "after {seconds} s more");
        assert_eq!(shown(world, "").await, expected);
    }
    world.anonymous().post(&impressions, json!({})).await.expect(204);
});

api_test!(sections_and_languages_choose, async |world| {
    placement(world, "in-article").await;
    let city = world.section("City").await;
    let trams = world.editor().post("sections", json!({"name": "Trams", "parent": city})).await.expect(201).id();
    world.section("Sport").await;
    creative(world, json!({"html": "all", "weight": 9})).await;
    creative(world, json!({"html": "city", "sections": ["city"], "weight": 8})).await;
    creative(world, json!({"html": "trams", "sections": [trams], "weight": 7})).await;
    creative(world, json!({"html": "german", "locales": ["de", "gsw"], "weight": 6})).await;
    creative(world, json!({"html": "austrian city", "locales": ["de-AT"], "sections": [city, "sport"], "weight": 5})).await;
    for (query, expected) in [
        ("", vec!["all"]),
        ("?section=city", vec!["all", "city"]),
        ("?section=trams", vec!["all", "city", "trams"]),
        ("?section=sport", vec!["all"]),
        ("?locale=de", vec!["all", "german"]),
        ("?locale=de-AT", vec!["all", "german"]),
        ("?locale=den", vec!["all"]),
        ("?section=City&locale=de-AT", vec!["all", "city", "german", "austrian city"]),
    ] {
        assert_eq!(shown(world, query).await, expected, "{query}");
    }
    let reader = world.anonymous();
    reader
        .get("ads/in-article?section=nothing")
        .await
        .expect_problem(400, "malformed_query")
        .expect_faults(&[("section", "unknown_reference")]);
    reader.get("ads/in-article?user=1").await.expect_faults(&[("user", "unknown_parameter")]);
    // A merged section hands over its ads.
    world.editor().delete("sections/sport").await.expect_problem(409, "in_use");
    world.editor().post("sections/sport/merge", json!({"into": "city"})).await.expect(200);
    world.editor().post("sections/trams/merge", json!({"into": "city"})).await.expect(200);
    assert_eq!(shown(world, "?section=city").await, ["all", "city", "trams"]);
});

api_test!(impressions_and_clicks_are_counted_without_knowing_anybody, async |world| {
    placement(world, "in-article").await;
    let id = creative(world, json!({})).await;
    let path = |what: &str| format!("ads/creatives/{id}/{what}");
    let from = |address: &str| world.anonymous().from(address);
    let (one, two) = ("192.0.2.1:1", "192.0.2.2:1");
    for address in [one, one, two] {
        let answer = from(address).post(&path("impressions"), json!({})).await.expect(204);
        assert!(answer.header("set-cookie").is_none());
    }
    from(one).post(&path("clicks"), json!({})).await.expect(204);
    from(two).post(&format!("{}?dry_run=true", path("clicks")), json!({})).await.expect(204);
    world.pass(30 * 60);
    from(one).post(&path("impressions"), json!({})).await.expect(204);
    world.app.write_counts_down().await.unwrap();
    world.pass(DAY);
    join_all((0..9).map(|number| async move { from(&format!("192.0.2.{number}:1")).post(&path("clicks"), json!({})).await.expect(204) }))
        .await;
    world.app.write_counts_down().await.unwrap();
    let editor = crate::newsletter::now_as(world, Role::Editor).await;
    let stats = editor.get(&path("stats")).await.expect(200);
    let days = json!([{"day": "2026-03-14", "impressions": 3, "clicks": 1}, {"day": "2026-03-15", "impressions": 0, "clicks": 9}]);
    assert_eq!(stats.json(), &json!({"impressions": 3, "clicks": 10, "days": days}));
    for (query, clicks) in
        [("from=2026-03-15", 9), ("to=2026-03-14", 1), ("from=2026-03-14&to=2026-03-14", 1), ("from=2026-03-16&to=2026-03-17", 0)]
    {
        assert_eq!(editor.get(&format!("{}?{query}", path("stats"))).await.expect(200).number_at("/clicks"), clicks, "{query}");
    }
    for query in ["from=2026-3-1", "from=2026-02-30", "from=2026-03-15&to=2026-03-14", "from=2020-01-01"] {
        editor.get(&format!("{}?{query}", path("stats"))).await.expect_problem(400, "malformed_query");
    }
    world.moderator().get(&path("stats")).await.expect(401);
    world.anonymous().post("ads/creatives/nothing/impressions", json!({})).await.expect_problem(404, "not_found");
    let node = world.node(&[("RATE_AD", "1/minute")]).await;
    for status in [204, 429] {
        node.anonymous().post(&path("impressions"), json!({})).await.expect(status);
    }
    // A deleted creative loses its counts; counts that are not stored yet are dropped.
    world.anonymous().from("192.0.2.77:1").post(&path("clicks"), json!({})).await.expect(204);
    editor.delete(&format!("ads/creatives/{id}")).await.expect(204);
    world.app.write_counts_down().await.unwrap();
    editor.get(&path("stats")).await.expect(404);
});
