//! Ads as editors see them: placements, creatives of each kind, and validation errors.

use serde_json::{Value, json};

use crate::ads::{creative, placement};
use crate::support::{Role, World, api_test};

/// Checks the validation errors of a script creative with further members.
async fn refused(world: &World, more: Value, faults: &[(&str, &str)]) {
    let mut body = json!({"placement": "in-article", "kind": "script", "src": "https://ads.example/tag.js"});
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.editor().post("ads/creatives", body).await.expect_problem(422, "validation_failed").expect_faults(faults);
}

api_test!(placements_are_kept_by_editors, async |world| {
    let id = placement(world, "in-article").await;
    placement(world, "sidebar").await;
    let editor = world.editor();
    let list = editor.get("ads/placements?sort=-label&count=true").await.expect(200);
    assert_eq!((list.number_at("/page/total"), list.texts("label")), (2, vec!["Advertisement".into(), "Advertisement".into()]));
    let path = format!("ads/placements/{id}");
    let view = editor.get(&path).await.expect(200);
    assert_eq!(editor.put("ads/placements/in-article", view.json().clone()).await.expect(200).etag(), view.etag());
    let changed = editor.with("if-match", &view.etag()).patch(&path, json!({"label": "Sponsored"})).await.expect(200);
    assert_eq!((changed.text_at("/label"), changed.etag()), ("Sponsored".into(), "\"v2\"".into()));
    editor.with("if-match", &view.etag()).delete(&path).await.expect_problem(412, "stale_version");
    editor.post("ads/placements", json!({"key": "sidebar"})).await.expect_problem(409, "slug_taken");
    for key in ["placements", "creatives"] {
        editor.post("ads/placements", json!({"key": key})).await.expect_faults(&[("/key", "reserved")]);
    }
    editor.post("ads/placements", json!({"key": "a".repeat(61)})).await.expect_faults(&[("/key", "too_long")]);
    creative(world, json!({})).await;
    let answer = editor.delete(&path).await.expect_problem(409, "in_use");
    assert_eq!(answer.at("/usages"), &json!({"creatives": 1}));
    editor.delete(&format!("{path}?force=true")).await.expect(204);
    editor.delete(&path).await.expect(204);
    assert_eq!(editor.get("ads/creatives").await.expect(200).each("id").len(), 0);
    let kinds = world.admin().get("audit?subject_kind=ad_placement").await.expect(200).texts("kind");
    assert_eq!(kinds, ["ad_placement.deleted", "ad_placement.revised", "ad_placement.created", "ad_placement.created"]);
});

api_test!(a_creative_comes_back_as_it_was_sent, async |world| {
    placement(world, "in-article").await;
    let section = world.section("City").await;
    let editor = world.editor();
    let body = json!({
        "placement": "in-article", "kind": "script", "name": "Spring", "label": "Sponsored", "src": "https://ads.example/tag.js?zone=1",
        "container_id": "ad-slot_1", "attributes": {"data-zone": "4711", "async": "", "crossorigin": "anonymous"}, "weight": 7,
        "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z", "sections": ["city"], "locales": ["en"],
    });
    let made = editor.post("ads/creatives", body.clone()).await.expect(201);
    let path = format!("ads/creatives/{}", made.id());
    for member in ["kind", "name", "label", "src", "container_id", "attributes", "weight", "locales"] {
        assert_eq!(made.at(&format!("/{member}")), &body[member], "{member}");
    }
    assert_eq!((made.text_at("/sections/0/id"), made.text_at("/placement/key")), (section, "in-article".into()));
    let view = editor.get(&path).await.expect(200);
    assert_eq!(editor.put(&path, view.json().clone()).await.expect(200).etag(), "\"v1\"");
    let patched = editor.patch(&path, json!({"attributes": {"async": null, "defer": ""}, "sections": null})).await.expect(200);
    assert_eq!(patched.at("/attributes"), &json!({"crossorigin": "anonymous", "data-zone": "4711", "defer": ""}));
    assert_eq!((patched.at("/sections"), patched.etag()), (&json!([]), "\"v2\"".into()));
    editor.with("if-match", "\"v1\"").patch(&path, json!({"weight": 2})).await.expect_problem(412, "stale_version");
    for (query, found) in [
        ("placement=in-article", 1),
        ("placement=x", 0),
        ("kind=script", 1),
        ("kind[ne]=script", 0),
        ("active=true", 1),
        ("ends_at[lt]=2026-03-31T00:00:00Z", 0),
    ] {
        assert_eq!(editor.get(&format!("ads/creatives?{query}")).await.expect(200).each("id").len(), found, "{query}");
    }
    editor.delete(&path).await.expect(204);
    editor.delete(&path).await.expect(204);
    editor.get(&path).await.expect_problem(404, "not_found");
});

api_test!(a_creative_is_what_its_kind_says_and_nothing_else, async |world| {
    placement(world, "in-article").await;
    let image = world.image_by(Role::Editor, 1).await;
    refused(world, json!({"src": null}), &[("/src", "required_by_kind")]).await;
    for src in ["http://ads.example/tag.js", "HTTPS://ads.example/tag.js"] {
        let answer =
            world.editor().post("ads/creatives", json!({"placement": "in-article", "kind": "script", "src": src})).await.expect(422);
        assert!(answer.faults().iter().all(|(place, _)| place == "/src"), "{answer}");
    }
    for src in ["javascript:alert(1)", "//ads.example/tag.js", "data:text/javascript,alert(1)", "https://user:pass@ads.example/x.js"] {
        let answer =
            world.editor().post("ads/creatives", json!({"placement": "in-article", "kind": "script", "src": src})).await.expect(422);
        assert!(answer.faults().iter().all(|(place, _)| place == "/src"), "{answer}");
    }
    refused(
        world,
        json!({"html": "x", "image": image, "link": "https://shop.example"}),
        &[("/html", "not_of_this_kind"), ("/image", "not_of_this_kind"), ("/link", "not_of_this_kind")],
    )
    .await;
    refused(
        world,
        json!({"kind": "image"}),
        &[("/src", "not_of_this_kind"), ("/image", "required_by_kind"), ("/link", "required_by_kind")],
    )
    .await;
    refused(
        world,
        json!({"kind": "html", "container_id": "x", "attributes": {"data-x": "1"}}),
        &[
            ("/src", "not_of_this_kind"),
            ("/container_id", "not_of_this_kind"),
            ("/attributes", "not_of_this_kind"),
            ("/html", "required_by_kind"),
        ],
    )
    .await;
    refused(
        world,
        json!({"attributes": {"onload": "alert(1)", "src": "x", "style": "x", "data-": "", "data-A": "", "data-ok": ""}}),
        &[
            ("/attributes/onload", "unknown_attribute"),
            ("/attributes/src", "unknown_attribute"),
            ("/attributes/style", "unknown_attribute"),
            ("/attributes/data-", "unknown_attribute"),
            ("/attributes/data-A", "unknown_attribute"),
        ],
    )
    .await;
    refused(world, json!({"attributes": {"data-x": "a\nb"}}), &[("/attributes/data-x", "control_character")]).await;
    refused(world, json!({"container_id": "\"><script>"}), &[("/container_id", "invalid_format")]).await;
    refused(world, json!({"weight": 0, "clicks": 9}), &[("/weight", "out_of_range"), ("/clicks", "unknown_member")]).await;
    refused(world, json!({"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"}), &[("/ends_at", "before_start")]).await;
    refused(
        world,
        json!({"placement": "nowhere", "sections": ["nowhere"]}),
        &[("/placement", "unknown_reference"), ("/sections/0", "unknown_reference")],
    )
    .await;
});

api_test!(what_an_ad_says_is_only_ever_data, async |world| {
    placement(world, "in-article").await;
    let html = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    creative(world, json!({"html": html})).await;
    let answer = world.anonymous().get("ads/in-article").await.expect(200);
    assert_eq!((answer.text_at("/creatives/0/html"), answer.media_type()), (html.into(), "application/json"));
    // The ad block in an article names the placement and contains nothing of it.
    let article = world.published(json!({"title": "With an ad", "body": {"markdown": "Text.\n\n::ad{in-article}\n\nMore."}})).await;
    let article = world.anonymous().get(&format!("articles/{article}")).await.expect(200);
    assert!(article.text_at("/body/html").contains("data-ad=\"in-article\"") && !article.text().contains("alert"), "{article}");
});

api_test!(a_picture_in_an_ad_is_in_use, async |world| {
    placement(world, "in-article").await;
    let image = world.image_by(Role::Editor, 1).await;
    let body = json!({"kind": "image", "html": null, "image": image, "link": "https://shop.example/boots", "active": false});
    let id = creative(world, body).await;
    let path = format!("images/{image}");
    let usages = world.editor().get(&format!("{path}/usages")).await.expect(200);
    assert_eq!((usages.number_at("/total"), usages.number_at("/creatives")), (1, 1));
    world.anonymous().get(&path).await.expect_problem(404, "not_found");
    world.editor().patch(&format!("ads/creatives/{id}"), json!({"active": true})).await.expect(200);
    world.anonymous().get(&path).await.expect(200);
    world.editor().delete(&path).await.expect_problem(409, "in_use");
    world.editor().delete(&format!("{path}?force=true")).await.expect(204);
    let left = world.editor().get(&format!("ads/creatives/{id}")).await.expect(200);
    assert_eq!((left.at("/image"), left.at("/active")), (&Value::Null, &json!(false)));
});
