//! Requests that are accepted leniently: read-only members, missing bodies, blanks, form parts and headers.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Contract, Part, Role, World, api_test, jpeg};

/// Returns a different value.
fn other_than(value: &Value) -> Value {
    match value {
        Value::Null => json!("x"),
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => json!(number.as_i64().unwrap_or_default() + 1),
        Value::String(text) => json!(format!("{text}x")),
        Value::Array(_) => json!(["x"]),
        Value::Object(_) => json!({"x": 1}),
    }
}

/// Returns the members of a resource that only the server changes, according to the document.
fn read_only_members(patch: &str) -> Vec<String> {
    let properties = Contract::get().document.pointer(&format!("/components/schemas/{patch}/properties"));
    let properties = properties.and_then(Value::as_object).unwrap_or_else(|| panic!("there is no {patch}"));
    let is_guarded = |schema: &Value| {
        schema["readOnly"] == true
            && schema["description"].as_str().is_some_and(|about| about.contains("requests may send only its current value"))
    };
    properties.iter().filter(|(_, schema)| is_guarded(schema)).map(|(name, _)| name.clone()).collect()
}

/// Creates one resource of each kind; returns its path and the schema of its patches.
pub(crate) async fn resources(world: &World) -> Vec<(String, &'static str)> {
    let admin = world.admin();
    let article = world.published_by(Role::Editor, "Trams").await;
    let comment = world.comment(&article, "At last.").await;
    let image = world.image_by(Role::Editor, 1).await;
    let made = async |path: &str, body: Value| format!("{path}/{}", admin.post(path, body).await.expect(201).id());
    let user = admin.get(&format!("users?email={}", Role::Author.email())).await.expect(200).text_at("/data/0/id");
    let placement = made("ads/placements", json!({"key": "top"})).await;
    vec![
        ("site".to_owned(), "SiteSettingsPatch"),
        ("auth/me".to_owned(), "OwnAccountPatch"),
        (format!("articles/{article}"), "ArticlePatch"),
        (format!("comments/{comment}"), "CommentRevisionPatch"),
        (format!("images/{image}"), "ImagePatch"),
        (format!("users/{user}"), "UserChangePatch"),
        (made("sections", json!({"name": "City"})).await, "SectionPatch"),
        (made("tags", json!({"name": "Rails"})).await, "TagPatch"),
        (made("authors", json!({"name": "Mara"})).await, "AuthorPatch"),
        (made("redirects", json!({"from": "/old", "to": "/new"})).await, "RedirectPatch"),
        (made("newsletter/lists", json!({"key": "daily", "name": "Daily"})).await, "NewsletterListPatch"),
        (made("ads/creatives", json!({"placement": "top", "kind": "html", "html": "<b>Boots</b>"})).await, "AdCreativePatch"),
        (placement, "AdPlacementPatch"),
    ]
}

api_test!(read_only_members_are_taken_as_they_are_and_else_refused, async |world| {
    let admin = world.admin();
    for (path, patch) in resources(world).await {
        let guarded = read_only_members(patch);
        assert!(!guarded.is_empty(), "{patch} has members that only the server changes");
        let editor = admin.get(&format!("{path}?view=editor")).await;
        // Resources with a single view do not know the parameter `view`.
        let shown = if editor.status == 200 { editor } else { admin.get(&path).await.expect(200) };
        for name in guarded {
            let Some(now) = shown.json().get(&name) else { continue };
            let place = format!("/{name}");
            admin.patch(&path, json!({&name: now})).await.expect(200);
            let refused = admin.patch(&path, json!({&name: other_than(now)})).await.expect_problem(422, "validation_failed");
            refused.expect_faults(&[(&place, "read_only")]);
        }
    }
});

api_test!(the_url_of_the_site_is_a_setting, async |world| {
    let now = world.admin().get("site").await.expect(200).text_at("/url");
    world.admin().patch("site", json!({"url": now})).await.expect(200);
    let refused = world.admin().patch("site", json!({"url": "https://example.org"})).await.expect(422);
    assert!(refused.fault_detail("/url").contains("SITE_URL"), "{refused}");
    refused.expect_faults(&[("/url", "read_only")]);
});

api_test!(a_state_needs_no_body, async |world| {
    let id = world.draft_by(Role::Contributor, "Trams").await;
    let send = async |role: Role, method: Method, path: &str| world.client(role).send(method, path, None).await;
    let state = send(Role::Contributor, Method::PUT, &format!("articles/{id}/review")).await.expect(200);
    assert!(state.at("/review").is_object());
    send(Role::Editor, Method::POST, &format!("articles/{id}/previews")).await.expect(201);
    send(Role::Editor, Method::POST, "previews").await.expect(201);
    let state = send(Role::Editor, Method::PUT, &format!("articles/{id}/publication")).await.expect(200);
    assert_eq!(state.text_at("/status"), "published");
    let batch = json!({"operations": [{"method": "PUT", "path": format!("/api/v1/articles/{id}/publication")}]});
    world.editor().post("batch", batch).await.expect(200);
    // A media type without a body is still checked.
    let typed = world.editor().with("content-type", "text/plain");
    typed.send(Method::PUT, &format!("articles/{id}/publication"), None).await.expect_problem(415, "unsupported_media_type");
});

api_test!(the_document_says_which_operations_need_a_body, async |world| {
    let mut counted = (0, 0);
    for operation in &Contract::get().operations {
        let Some(body) = operation.item.get("requestBody").filter(|body| body.pointer("/content/application~1json").is_some()) else {
            continue;
        };
        let path = operation.path_with(|_| "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42".to_owned());
        let method: Method = operation.method.to_uppercase().parse().expect("a method");
        let answer = world.anonymous().failing().send(method, &path, None).await;
        if body["required"] == true {
            counted.0 += 1;
            assert_eq!(answer.status, 415, "{path}: {answer}");
        } else {
            counted.1 += 1;
            assert_ne!(answer.status, 415, "{path}: {answer}");
        }
    }
    assert!(counted.0 > 50 && counted.1 == 4, "{counted:?}");
});

api_test!(blanks_around_addresses_are_ignored, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let body = json!({"author_name": "Mara", "author_email": " mara@private.example ", "author_url": "https://mara.example/\n", "body": "At last."});
    let id = world.anonymous().post(&format!("articles/{article}/comments"), body).await.expect(202).id();
    let seen = world.moderator().get(&format!("comments/{id}")).await.expect(200);
    assert_eq!(
        (seen.text_at("/author_email"), seen.text_at("/author/url")),
        ("mara@private.example".into(), "https://mara.example/".into())
    );
    world.anonymous().post("newsletter/subscriptions", json!({"email": "\treader@private.example"})).await.expect(202);
    world
        .anonymous()
        .post("auth/login", json!({"email": "admin@news.example ", "password": "wrong"}))
        .await
        .expect_problem(401, "wrong_credentials");
    let menu = json!({"navigation": [{"label": "Home", "url": " / "}], "social_links": [{"kind": "mastodon", "url": " https://social.example/@news "}]});
    let site = world.admin().patch("site", menu).await.expect(200);
    assert_eq!(
        (site.text_at("/navigation/0/url"), site.text_at("/social_links/0/url")),
        ("/".into(), "https://social.example/@news".into())
    );
    let embed = json!({"title": "Film", "body": {"blocks": [{"type": "embed", "url": " https://vimeo.com/76979871 "}]}});
    assert_eq!(world.editor().post("articles", embed).await.expect(201).text_at("/body/blocks/0/url"), "https://vimeo.com/76979871");
});

api_test!(urls_keep_letters_beyond_ascii, async |world| {
    let url = "https://münchen.example/straße";
    let article = world.editor().post("articles", json!({"title": "Trams", "seo": {"canonical_url": url}})).await.expect(201);
    assert_eq!(article.text_at("/seo/canonical_url"), url);
    world.publish(&article.id()).await;
    let body = json!({"author_name": "Mara", "author_email": "mara@private.example", "author_url": url, "body": "At last."});
    let comment = world.anonymous().post(&format!("articles/{}/comments", article.id()), body).await.expect(202);
    assert_eq!(comment.text_at("/author/url"), url);
    let menu = json!({"navigation": [{"label": "Streets", "url": "/straßen"}], "social_links": [{"kind": "mastodon", "url": "https://münchen.example/@straße"}]});
    let site = world.admin().patch("site", menu).await.expect(200);
    assert_eq!(
        (site.text_at("/navigation/0/url"), site.text_at("/social_links/0/url")),
        ("/straßen".into(), "https://münchen.example/@straße".into())
    );
});

api_test!(people_are_answered_with_sentences, async |world| {
    let article = world.published_by(Role::Editor, "Trams").await;
    let body = json!({"author_name": "Mara", "author_email": "mara", "author_url": "example.org", "body": "At last."});
    let refused = world.anonymous().post(&format!("articles/{article}/comments"), body).await.expect(422);
    assert_eq!(
        refused.fault_detail("/author_url"),
        "A URL must begin with http:// or https:// and have no blanks, as in https://example.org/news."
    );
    assert_eq!(refused.fault_detail("/author_email"), "This is not an email address such as mara@example.org.");
    let refused = world.editor().post("redirects", json!({"from": "old", "to": "//x"})).await.expect(422);
    for place in ["/from", "/to"] {
        assert!(!refused.fault_detail(place).contains('^'), "{refused}");
    }
});

api_test!(parts_of_forms_are_named, async |world| {
    let picture = jpeg(64, 48, 1);
    let author = world.author();
    let refused = author.upload("images", &[Part::file("x.jpg", &picture).called("image")]).await.expect(422);
    assert_eq!(refused.fault_detail("/image"), "The part with the file must be named \"file\".");
    refused.expect_faults(&[("/file", "required"), ("/image", "unknown_member")]);
    let refused = author.upload("images", &[Part::file("x.jpg", &picture), Part::text("title", "A tram")]).await.expect(422);
    assert_eq!(refused.fault_detail("/title"), "\"title\" is not known here.");
    let refused = author.upload("images", &[Part::text("image", "x")]).await.expect(422);
    assert_eq!(refused.fault_detail("/image"), "\"image\" is not known here. Did you mean \"file\"?");
    let refused = author.post("articles", json!({"title": "Trams", "content": "x", "headline": "x", "tilte": "x"})).await.expect(422);
    assert!(refused.fault_detail("/content").ends_with("Did you mean \"body\"?"), "{refused}");
    assert!(refused.fault_detail("/headline").ends_with("Did you mean \"title\"?"), "{refused}");
    assert!(refused.fault_detail("/tilte").ends_with("Did you mean \"title\"?"), "{refused}");
});
