//! Articles: drafts that editors send, and responses that they get.

use serde_json::{Value, json};

use crate::support::{Answer, Node, Role, World, api_test};

/// An id that no resource has.
const NOTHING: &str = "0190a0b0-0000-7000-8000-000000000000";

impl Node {
    /// Returns the working copy, as editors see it.
    pub(crate) async fn working_copy(&self, id: &str) -> Answer {
        self.editor().get(&format!("articles/{id}?view=editor")).await.expect(200)
    }

    /// Creates an article that uses every member.
    async fn rich(&self) -> String {
        let (picture, network) = (self.image_by(Role::Editor, 1).await, self.image_by(Role::Editor, 2).await);
        let (first, second) = (self.author_named("Mara Quay").await, self.author_named("Jon Pier").await);
        let original = self.draft_by(Role::Editor, "Original").await;
        self.admin().post("ads/placements", json!({"key": "below", "label": "Below"})).await.expect(201);
        let body = json!({
            "title": "Tram line 9 opens", "slug": "line-9", "dek": "After ten years", "excerpt": "Trams.", "kind": "article",
            "section": self.section("City").await, "tags": ["Trams", "City budget"], "authors": [second, first], "hero_image": picture,
            "featured": true, "comments_open": false, "locale": "de", "translation_of": original, "custom": {"region": {"name": "east"}},
            "body": {"markdown": format!("## Why\n\nText.\n\n![A tram](image:{picture} \"New\")\n\n::ad{{below}}\n")},
            "seo": {"title": "Trams", "description": "All of it", "canonical_url": "https://other.example/x", "image": network, "noindex": true},
        });
        self.draft_of(Role::Editor, body).await
    }
}

api_test!(are_created_as_drafts, async |world| {
    let made = world.author().post("articles", json!({"title": "Zürich baut"})).await.expect(201);
    assert_eq!((made.text_at("/slug"), made.text_at("/status")), ("zurich-baut".to_owned(), "draft".to_owned()));
    assert_eq!((made.etag(), made.number_at("/version")), ("\"v1\"".to_owned(), 1));
    assert_eq!(made.required_header("location"), format!("https://api.news.example/api/v1/articles/{}", made.id()));
    assert_eq!((made.at("/published_at"), made.at("/has_unpublished_changes")), (&Value::Null, &json!(false)));
    assert_eq!((made.at("/comments_open"), made.at("/locale"), made.at("/kind")), (&json!(true), &json!("en"), &json!("article")));
    let twin = world.author().post("articles", json!({"title": "Zürich baut"})).await.expect(201);
    assert_eq!(twin.text_at("/slug"), "zurich-baut-2");
    let view = world.author().get("articles/zurich-baut?view=editor").await.expect(200);
    assert_eq!((view.json(), view.required_header("cache-control")), (made.json(), "private, no-store".to_owned()));
});

api_test!(round_trips_change_nothing, async |world| {
    let id = world.rich().await;
    let path = format!("articles/{id}");
    for _ in ["draft", "published"] {
        let before = world.working_copy(&id).await;
        world.pass(60);
        let after = world.editor().with("if-match", &before.etag()).put(&path, before.json().clone()).await.expect(200);
        assert_eq!((before.json(), before.etag()), (after.json(), after.etag()));
        let after = world.editor().patch(&path, before.json().clone()).await.expect(200);
        assert_eq!(before.json(), after.json());
        let after = world.editor().patch(&path, json!({})).await.expect(200);
        assert_eq!(before.json(), after.json());
        world.publish(&id).await;
    }
    // A public response can be sent back, too; its text is then converted from blocks.
    let before = world.working_copy(&id).await;
    let public = world.anonymous().get("articles/line-9").await.expect(200);
    let mut sent = public.json().clone();
    sent.as_object_mut().unwrap().remove("updated_at");
    let after = world.editor().patch(&path, sent).await.expect(200);
    assert_eq!(before.at("/body/html"), after.at("/body/html"));
    assert_eq!(before.at("/body/blocks"), after.at("/body/blocks"));
});

api_test!(put_and_null_give_defaults, async |world| {
    let id = world.rich().await;
    let path = format!("articles/{id}");
    let rich = world.working_copy(&id).await;
    let bare = world.draft_by(Role::Editor, "Bare").await;
    let bare = world.editor().put(&format!("articles/{bare}"), json!({"title": "Bare"})).await.expect(200);
    let members = ["kind", "dek", "excerpt", "hero_image", "authors", "section", "tags", "locale", "featured", "comments_open", "custom"];
    let nulls = members.iter().chain(&["translation_of", "seo", "body", "slug"]).map(|name| ((*name).to_owned(), Value::Null)).collect();
    let patched = world.editor().patch(&path, Value::Object(nulls)).await.expect(200);
    for name in members {
        assert_eq!(patched.json().get(name), bare.json().get(name), "{name}");
        assert!(name == "kind" || patched.json().get(name) != rich.json().get(name), "{name}");
    }
    assert_eq!((patched.text_at("/slug"), patched.text_at("/body/markdown")), ("tram-line-9-opens".to_owned(), String::new()));
    assert_eq!((patched.at("/seo/noindex"), patched.at("/translations")), (&json!(false), &json!([])));
    world.editor().patch(&path, json!({"title": null})).await.expect(422).expect_faults(&[("/title", "required")]);

    world.editor().put(&path, rich.json().clone()).await.expect(422);
    let put = world.editor().put(&path, json!({"title": "Bare", "slug": "line-9"})).await.expect(200);
    for name in members {
        assert_eq!(put.json().get(name), bare.json().get(name), "{name}");
    }
});

api_test!(patch_merges, async |world| {
    let id = world.rich().await;
    let merge = world.editor().with("content-type", "application/merge-patch+json");
    let path = format!("articles/{id}");
    let after = merge.patch(&path, json!({"title": "Changed", "custom": {"region": {"side": "left"}, "more": 1}})).await.expect(200);
    assert_eq!(after.at("/custom"), &json!({"region": {"name": "east", "side": "left"}, "more": 1}));
    assert_eq!((after.text_at("/slug"), after.text_at("/dek")), ("line-9".to_owned(), "After ten years".to_owned()));
    let after = merge.patch(&path, json!({"custom": {"region": null}, "seo": {"noindex": false}})).await.expect(200);
    assert_eq!(after.at("/custom"), &json!({"more": 1}));
    assert_eq!((after.at("/seo/noindex"), after.text_at("/seo/title")), (&json!(false), "Trams".to_owned()));
    assert_eq!(after.at("/tags").as_array().unwrap().len(), 2);
    let after = merge.patch(&path, json!({"tags": [after.at("/tags/1/id")]})).await.expect(200);
    assert_eq!(after.at("/tags/0/name"), "City budget");
});

api_test!(blocks_come_back_as_they_were, async |world| {
    let picture = world.image_by(Role::Editor, 1).await;
    let markdown = format!(
        "Some **bold** text with a [link](https://x.example/).\n\n## A *heading*\n\n- one\n- two\n\n1. first\n2. second\n\n> Said so.\n\n\
         ```rust\nfn main() {{}}\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n![A tram](image:{picture} \"New\")\n\n\
         https://www.youtube.com/watch?v=dQw4w9WgXcQ\n\n::ad{{below}}\n\n---\n\nThe end."
    );
    let made = world.editor().post("articles", json!({"title": "All", "body": {"markdown": markdown}})).await.expect(201);
    let blocks = made.at("/body/blocks").clone();
    let kinds: Vec<&str> = blocks.as_array().unwrap().iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["paragraph", "heading", "list", "list", "quote", "code", "table", "image", "embed", "ad", "rule", "paragraph"]);
    let again = world.editor().post("articles", json!({"title": "Again", "body": {"blocks": blocks}})).await.expect(201);
    assert_eq!(again.at("/body/blocks"), &blocks);
    assert_eq!(again.at("/body/html"), made.at("/body/html"));
    assert_eq!(again.at("/body/toc"), made.at("/body/toc"));
    let patched = world.editor().patch(&format!("articles/{}", made.id()), json!({"body": {"blocks": blocks}})).await.expect(200);
    assert_eq!(patched.at("/body/blocks"), &blocks);
    let fewer = json!([blocks[1], blocks[11]]);
    let patched = world.editor().patch(&format!("articles/{}", made.id()), json!({"body": {"blocks": fewer}})).await.expect(200);
    assert_eq!(patched.at("/body/blocks"), &fewer);
});

api_test!(tell_all_faults_at_once, async |world| {
    let body = json!({
        "kind": "novel", "slug": "Not A Slug", "dek": 7, "featured": "yes", "authors": ["nobody"], "section": "nowhere", "hero_image": NOTHING,
        "translation_of": "nothing", "tags": ["Trams", 7], "locale": "x_y", "titel": "Trams", "seo": {"image": NOTHING, "noindx": true},
        "body": {"markdown": 7}, "id": NOTHING, "status": "published",
    });
    let refused = world.editor().post("articles", body).await.expect_problem(422, "validation_failed");
    let refused = refused.expect_faults(&[
        ("/title", "required"),
        ("/titel", "unknown_member"),
        ("/kind", "not_one_of"),
        ("/slug", "invalid_format"),
        ("/dek", "wrong_type"),
        ("/featured", "wrong_type"),
        ("/authors/0", "unknown_reference"),
        ("/section", "unknown_reference"),
        ("/hero_image", "unknown_reference"),
        ("/translation_of", "unknown_reference"),
        ("/tags/1", "wrong_type"),
        ("/locale", "invalid_format"),
        ("/seo/image", "unknown_reference"),
        ("/seo/noindx", "unknown_member"),
        ("/body/markdown", "wrong_type"),
        ("/id", "read_only"),
        ("/status", "read_only"),
    ]);
    assert!(refused.fault_detail("/titel").contains("\"title\""), "{refused}");
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 0);
    assert_eq!(world.editor().get("articles?view=editor&count=true").await.number_at("/page/total"), 0);
});

api_test!(pictures_in_the_text_must_be_there, async |world| {
    let body = json!({"title": "Trams", "tags": ["Trams"], "body": {"markdown": format!("![](image:{NOTHING})")}});
    let refused = world.editor().post("articles", body).await.expect_problem(422, "validation_failed");
    let refused = refused.expect_faults(&[("/body/markdown", "unknown_reference")]);
    assert!(refused.fault_detail("/body/markdown").contains(NOTHING), "{refused}");
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 0);
});

api_test!(tags_are_named_by_id_slug_or_name, async |world| {
    let (trams, budget) = (world.tag("Trams").await, world.tag("City budget").await);
    let tags = json!([trams, "city-budget", "Harbour & sea", "TRAMS", {"id": budget}]);
    let made = world.contributor().post("articles", json!({"title": "Trams", "tags": tags})).await.expect(201);
    let names: Vec<_> = made.at("/tags").as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Trams", "City budget", "Harbour & sea"]);
    // Tags of drafts are not public, except tags that are listed anyway.
    world.anonymous().get("tags/harbour-sea").await.expect_problem(404, "not_found");
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 2);
    world.editor().put(&format!("articles/{}/publication", made.id()), json!({})).await.expect(200);
    let new = world.anonymous().get("tags/harbour-sea").await.expect(200);
    assert_eq!((new.text_at("/name"), new.number_at("/article_count")), ("Harbour & sea".to_owned(), 1));
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 3);
});

api_test!(who_signs_an_article_works_on_it, async |world| {
    let user = world.author().get("auth/me").await.expect(200).id();
    let profile = world.admin().post("authors", json!({"name": "Mara Quay", "user": user})).await.expect(201).id();
    let id = world.draft_by(Role::Editor, "Trams").await;
    let (author, path) = (world.author(), format!("articles/{id}"));
    author.get(&format!("{path}?view=editor")).await.expect_problem(403, "forbidden");
    author.patch(&path, json!({"dek": "New"})).await.expect_problem(403, "forbidden");
    author.get("articles/nothing?view=editor").await.expect_problem(404, "not_found");
    world.editor().patch(&path, json!({"authors": [profile]})).await.expect(200);
    author.patch(&path, json!({"dek": "New"})).await.expect(200);
    assert_eq!(author.get("articles?view=editor").await.expect(200).texts("id"), [id]);
    // Without `authors`, the caller's own profile is in the byline.
    let own = author.post("articles", json!({"title": "Buses"})).await.expect(201);
    assert_eq!(own.at("/authors/0/id"), &json!(profile));
    author.post("articles", json!({"title": "Buses", "authors": []})).await.expect_problem(422, "validation_failed");
    let nobodys = world.editor().post("articles", json!({"title": "Buses", "authors": []})).await.expect(201);
    assert_eq!(nobodys.at("/authors"), &json!([]));
});

api_test!(writes_are_guarded_by_versions, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    let first = editor.with("if-match", "\"v1\"").patch(&path, json!({"dek": "Theirs", "featured": true})).await.expect(200);
    assert_eq!(first.etag(), "\"v2\"");
    let stale = editor.with("if-match", "\"v1\"");
    let refused = stale.patch(&path, json!({"dek": "Mine"})).await.expect_problem(412, "stale_version");
    assert_eq!(refused.number_at("/current_version"), 2);
    let conflict =
        (refused.text_at("/conflicts/0/pointer"), refused.text_at("/conflicts/0/current"), refused.text_at("/conflicts/0/yours"));
    assert_eq!(conflict, ("/dek".to_owned(), "Theirs".to_owned(), "Mine".to_owned()));
    stale.put(&path, json!({"title": "Mine"})).await.expect_problem(412, "stale_version");
    stale.put(&format!("{path}/publication"), json!({})).await.expect_problem(412, "stale_version");
    stale.delete(&path).await.expect_problem(412, "stale_version");
    let published = editor.with("if-match", "\"v2\"").put(&format!("{path}/publication"), json!({})).await.expect(200);
    assert_eq!(published.etag(), "\"v3\"");
    stale.delete(&format!("{path}/publication")).await.expect_problem(412, "stale_version");
    editor.with("if-match", "\"v3\"").delete(&format!("{path}/publication")).await.expect(204);
    assert_eq!(world.working_copy(&id).await.text_at("/dek"), "Theirs");
});

api_test!(authors_sign_beside_others_but_not_for_them, async |world| {
    let guest = world.author_named("Guest Writer").await;
    let author = world.author();
    let own = author.post("authors", json!({"name": "Own Profile"})).await.expect(201).id();
    let missing: &[(&str, &str)] = &[("/authors", "own_profile_missing")];
    author.post("articles", json!({"title": "Theirs", "authors": [guest]})).await.expect(422).expect_faults(missing);
    author.post("articles", json!({"title": "Nobody's", "authors": []})).await.expect(422).expect_faults(missing);
    let both = author.post("articles", json!({"title": "Ours", "authors": [guest, own]})).await.expect(201);
    let path = format!("articles/{}", both.id());
    author.patch(&path, json!({"authors": [guest]})).await.expect(422).expect_faults(missing);
    // A profile that an editor has removed stays removed, whatever else is changed.
    world.editor().patch(&path, json!({"authors": [guest]})).await.expect(200);
    let changed = author.patch(&path, json!({"dek": "By somebody else"})).await.expect(200);
    assert_eq!(changed.at("/authors").as_array().map(Vec::len), Some(1));
});
