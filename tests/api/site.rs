//! The site: its default settings, and who may change them.

use serde_json::{Value, json};

use crate::support::{Role, World, api_test};

api_test!(has_defaults, async |world| {
    let site = world.anonymous().get("site").await.expect(200);
    assert_eq!((site.text_at("/name"), site.text_at("/url")), ("Masthead".into(), "https://news.example".into()));
    assert_eq!((site.text_at("/locale"), site.text_at("/timezone"), site.at("/logo")), ("en".into(), "UTC".into(), &Value::Null));
    assert_eq!((site.text_at("/comment_policy/mode"), site.number_at("/comment_policy/max_length")), ("pre".into(), 5000));
    assert!(site.json().get("version").is_none());
    let view = world.admin().get("site?view=editor").await.expect(200);
    assert_eq!((view.number_at("/version"), view.at("/updated_at")), (0, &Value::Null));
});

api_test!(is_changed_by_administrators_alone, async |world| {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
        let (status, code) = if role == Role::Anonymous { (401, "unauthenticated") } else { (403, "forbidden") };
        world.client(role).patch("site", json!({"name": "Mine"})).await.expect_problem(status, code);
        world.client(role).put("site", json!({})).await.expect_problem(status, code);
        world.client(role).get("site?view=editor").await.expect_problem(status, code);
    }
    let before = world.anonymous().get("site").await.expect(200);
    world.pass(1);
    let changed =
        world.admin().patch("site", json!({"name": "The Lantern", "comment_policy": {"email_required": false}})).await.expect(200);
    assert_eq!((changed.etag(), changed.text_at("/comment_policy/mode")), ("\"v1\"".into(), "pre".into()));
    let after = world.anonymous().with("if-none-match", &before.etag()).get("site").await.expect(200);
    assert_eq!(after.text_at("/name"), "The Lantern");
    assert_eq!(after.at("/comment_policy/fields/1"), &json!({"name": "author_email", "required": false, "published": false}));
    assert_eq!(world.editor().get("site").await.body, after.body);
    world.admin().with("if-match", "\"v0\"").patch("site", json!({"name": "Late"})).await.expect_problem(412, "stale_version");
    let plain = world.admin().put("site", json!({})).await.expect(200);
    assert_eq!((plain.text_at("/name"), plain.number_at("/version")), ("Masthead".into(), 2));
});

api_test!(round_trips_change_nothing, async |world| {
    let logo = world.image_by(Role::Editor, 1).await;
    let body = json!({
        "tagline": "By the water", "locale": "de-AT", "timezone": "Europe/Vienna", "logo": logo, "share_networks": ["email", "x"],
        "social_links": [{"kind": "rss", "url": "https://news.example/feed"}], "comment_policy": {"close_after_days": 30},
        "navigation": [{"label": "City", "url": "/sections/city"}, {"label": "Shop", "url": "https://shop.example/"}],
    });
    let admin = world.admin();
    let fresh = admin.get("site?view=editor").await.expect(200);
    assert_eq!(admin.put("site", fresh.json().clone()).await.expect(200).json(), fresh.json());
    admin.patch("site", body).await.expect(200);
    let before = admin.get("site?view=editor").await.expect(200);
    assert_eq!((before.text_at("/logo/id"), before.text_at("/share_networks/0")), (logo.clone(), "email".into()));
    world.pass(60);
    for after in [
        admin.put("site", before.json().clone()).await,
        admin.patch("site", json!({})).await,
        admin.patch("site", before.json().clone()).await,
    ] {
        assert_eq!(after.expect(200).json(), before.json());
    }
    world.anonymous().get(&format!("images/{logo}")).await.expect(200);
});

api_test!(tells_all_faults_at_once, async |world| {
    let body = json!({
        "name": " ", "tagline": 7, "locale": "nowhere!", "timezone": "Mars Base!", "logo": "0190a0b0-0000-7000-8000-000000000000",
        "social_links": [{"kind": "carrier-pigeon", "url": "javascript:alert(1)"}], "share_networks": ["smoke"], "colour": "red",
        "comment_policy": {"mode": "open", "max_length": 0, "close_after_days": 0},
        "navigation": [{"label": "", "url": "//evil.example"}, {"url": "/"}], "version": 9,
    });
    let refused = world.admin().patch("site", body).await.expect_problem(422, "validation_failed");
    refused.expect_faults(&[
        ("/name", "invalid_format"),
        ("/tagline", "wrong_type"),
        ("/locale", "invalid_format"),
        ("/timezone", "invalid_format"),
        ("/logo", "unknown_reference"),
        ("/social_links/0/kind", "not_one_of"),
        ("/social_links/0/url", "invalid_format"),
        ("/share_networks/0", "not_one_of"),
        ("/colour", "unknown_member"),
        ("/comment_policy/mode", "not_one_of"),
        ("/comment_policy/max_length", "out_of_range"),
        ("/comment_policy/close_after_days", "out_of_range"),
        ("/navigation/0/label", "empty"),
        ("/navigation/0/label", "invalid_format"),
        ("/navigation/0/url", "invalid_format"),
        ("/navigation/1/label", "required"),
        ("/version", "read_only"),
    ]);
    assert_eq!(world.admin().get("site?view=editor").await.number_at("/version"), 0);
});

api_test!(the_time_zone_is_one_that_there_is, async |world| {
    let set = async |zone: &str| world.admin().patch("site", json!({"timezone": zone})).await;
    for zone in ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "UTC"] {
        assert_eq!(set(zone).await.expect(200).text_at("/timezone"), zone);
    }
    for (zone, near) in [("Europe/Berlni", "Europe/Berlin"), ("europe/vienna", "Europe/Vienna"), ("America/New York", "America/New_York")] {
        let refused = set(zone).await.expect_problem(422, "validation_failed").expect_faults(&[("/timezone", "invalid_format")]);
        assert!(refused.fault_detail("/timezone").contains(&format!("Did you mean {near:?}?")), "{refused}");
    }
});

api_test!(a_picture_that_is_only_named_is_not_shown, async |world| {
    let (logo, named) = (world.image_by(Role::Editor, 1).await, world.image_by(Role::Editor, 2).await);
    let text = format!("Not a logo: \"logo\":\"{named}\"");
    world.admin().patch("site", json!({"logo": logo, "tagline": text})).await.expect(200);
    let shown = async |image: &str| world.editor().get(&format!("images/{image}/usages")).await.expect(200).at("/site").clone();
    assert_eq!((shown(&logo).await, shown(&named).await), (json!(true), json!(false)));
    world.anonymous().get(&format!("images/{named}")).await.expect(404);
    world.admin().delete(&format!("images/{logo}")).await.expect_problem(409, "in_use");
    world.admin().delete(&format!("images/{logo}?force=true")).await.expect(204);
    assert_eq!(world.admin().get("site?view=editor").await.expect(200).at("/logo"), &json!(null));
    world.admin().patch("site", json!({"logo": named})).await.expect(200);
    world.anonymous().get(&format!("images/{named}")).await.expect(200);
    world.admin().patch("site", json!({"logo": null})).await.expect(200);
    assert_eq!(shown(&named).await, json!(false));
});
