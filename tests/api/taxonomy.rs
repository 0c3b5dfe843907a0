//! Tags, the merging of tags and of sections, and collections.

use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Role, World, api_test};

api_test!(tags_are_made_read_changed_and_deleted, async |world| {
    let (editor, reader) = (world.editor(), world.anonymous());
    let made = world.contributor().post("tags", json!({"name": "Öffentlicher Verkehr"})).await.expect(201);
    assert_eq!((made.text_at("/slug"), made.etag()), ("offentlicher-verkehr".into(), "\"v1\"".into()));
    let path = format!("tags/{}", made.text_at("/slug"));
    assert_eq!(reader.get(&path).await.expect(200).body, reader.get(&format!("tags/{}", made.id())).await.expect(200).body);
    world.contributor().patch(&path, json!({"name": "Mine"})).await.expect_problem(403, "forbidden");
    world.contributor().delete(&path).await.expect_problem(403, "forbidden");
    world.moderator().post("tags", json!({"name": "Mine"})).await.expect_problem(403, "forbidden");
    reader.post("tags", json!({"name": "Mine"})).await.expect_problem(401, "unauthenticated");
    let changed = editor.patch(&path, json!({"slug": "trams", "name": "Trams", "description": "On rails."})).await.expect(200);
    assert_eq!((changed.number_at("/version"), changed.text_at("/url")), (2, "https://news.example/tags/trams".into()));
    let before = editor.get("tags/trams?view=editor").await.expect(200);
    world.pass(60);
    for after in [editor.put("tags/trams", before.json().clone()).await, editor.patch("tags/trams", before.json().clone()).await] {
        assert_eq!(after.expect(200).json(), before.json());
    }
    editor.post("tags", json!({"name": "Other", "slug": "trams"})).await.expect_problem(409, "slug_taken");
    let refused = editor.post("tags", json!({"name": 1, "slug": "-", "description": [], "parent": null})).await;
    refused.expect(422).expect_faults(&[
        ("/name", "wrong_type"),
        ("/slug", "invalid_format"),
        ("/description", "wrong_type"),
        ("/parent", "unknown_member"),
    ]);
    editor.delete("tags/trams").await.expect(204);
    editor.delete("tags/trams").await.expect(204);
    reader.get("tags/trams").await.expect_problem(404, "not_found");
});

api_test!(tags_in_use_are_deleted_only_with_an_heir, async |world| {
    let (trams, trains) = (world.tag("Trams").await, world.tag("Trains").await);
    world.published(json!({"title": "One", "tags": [trams], "body": {"markdown": "Text."}})).await;
    world.published(json!({"title": "Two", "tags": [trams, trains], "body": {"markdown": "Text."}})).await;
    let editor = world.editor();
    let refused = editor.delete("tags/trams").await.expect_problem(409, "in_use");
    assert_eq!(refused.at("/usages"), &json!({"articles": 2}));
    editor.delete("tags/trams?reassign_to=trams").await.expect(400).expect_faults(&[("reassign_to", "unknown_reference")]);
    editor.delete("tags/trams?reassign_to=trains").await.expect(204);
    assert_eq!(world.anonymous().get("tags/trains").await.number_at("/article_count"), 2);
    assert_eq!(world.anonymous().get("articles?tag=trains&sort=title").await.texts("slug"), ["one", "two"]);
});

api_test!(tags_are_merged, async |world| {
    let (tram, trams) = (world.tag("Tram").await, world.tag("Trams").await);
    world.published(json!({"title": "One", "tags": [tram], "body": {"markdown": "Text."}})).await;
    world.published(json!({"title": "Both", "tags": [tram, trams], "body": {"markdown": "Text."}})).await;
    let editor = world.editor();
    world.author().post("tags/tram/merge", json!({"into": "trams"})).await.expect_problem(403, "forbidden");
    editor.post("tags/tram/merge", json!({})).await.expect(422).expect_faults(&[("/into", "required")]);
    editor.post("tags/tram/merge", json!({"into": "nowhere"})).await.expect(422).expect_faults(&[("/into", "unknown_reference")]);
    editor.post("tags/tram/merge", json!({"into": tram})).await.expect(422).expect_faults(&[("/into", "same")]);
    let merged = editor.post("tags/tram/merge", json!({"into": "trams"})).await.expect(200);
    assert_eq!((merged.id(), merged.number_at("/article_count")), (trams.clone(), 2));
    world.anonymous().get("tags/tram").await.expect(308);
    let both = world.anonymous().get("articles/both").await.expect(200);
    let tags = both.at("/tags").as_array().unwrap();
    assert_eq!(tags.iter().map(|tag| tag["id"].as_str().unwrap()).collect::<Vec<_>>(), [trams.as_str()], "{both}");
});

/// Repeats a request until it does not collide with another one (`503`).
async fn insist(send: impl AsyncFn() -> Answer) {
    for _ in 0..50 {
        let answer = send().await;
        if answer.status != 503 {
            assert!(answer.status < 300, "{answer}");
            return;
        }
    }
    panic!("it is never done");
}

api_test!(a_tag_is_known_by_its_name_before_its_slug, async |world| {
    let (plus, plain) = (world.tag("C++").await, world.tag("C").await);
    let cafe = world.tag("Caf\u{e9}").await;
    let editor = world.editor();
    let slug = async |tag: &str| editor.get(&format!("tags/{tag}")).await.expect(200).text_at("/slug");
    assert_eq!((slug(&plus).await, slug(&plain).await), ("c".to_owned(), "c-2".to_owned()));
    let tagged = async |name: &str| {
        let id = world.draft_of(Role::Editor, json!({"title": "Hello", "tags": [name]})).await;
        editor.get(&format!("articles/{id}?view=editor")).await.expect(200).text_at("/tags/0/id")
    };
    for (name, tag) in
        [("C", &plain), ("c", &plain), (" C ", &plain), ("c-2", &plain), ("C++", &plus), ("c++", &plus), ("CAFE\u{301}", &cafe)]
    {
        assert_eq!(&tagged(name).await, tag, "{name}");
    }
    let batch = json!([{"method": "POST", "path": "/api/v1/articles", "body": {"title": "Hello", "tags": ["C"]}}]);
    let made = editor.post("batch", json!({"operations": batch})).await.expect(200);
    assert_eq!(made.at("/results/0/body/tags/0/id"), &json!(plain));
    assert_eq!(world.author().get("articles?status=draft&tag=C").await.expect(200).texts("id"), [""; 0]);

    let other = world.tag("B").await;
    assert_eq!(editor.post(&format!("tags/{other}/merge"), json!({"into": "C"})).await.expect(200).id(), plain);
    let other = world.tag("A").await;
    world.draft_of(Role::Editor, json!({"title": "Last", "tags": [other]})).await;
    editor.delete("tags/a?reassign_to=C%2B%2B").await.expect(204);
    assert_eq!(editor.get("articles?status=draft&title=last").await.expect(200).at("/data/0/tags/0/id"), &json!(plus));
});

api_test!(a_text_that_is_no_slug_is_never_taken_for_one, async |world| {
    let plus = world.tag("C++").await;
    let id = world.draft_of(Role::Editor, json!({"title": "Hello", "tags": ["C"]})).await;
    let shown = world.editor().get(&format!("articles/{id}?view=editor")).await.expect(200);
    assert_eq!(shown.at("/tags/0/name"), &json!("C"));
    assert_ne!(shown.at("/tags/0/id"), &json!(plus));
    world.section("C++").await;
    world.author_named("C++").await;
    let refused = world.editor().post("articles", json!({"title": "Hello", "section": "C", "authors": ["C"]})).await.expect(422);
    refused.expect_faults(&[("/section", "unknown_reference"), ("/authors/0", "unknown_reference")]);
    world.editor().post("articles", json!({"title": "Hello", "section": "c", "authors": ["c"]})).await.expect(201);
});

api_test!(counts_hold_while_what_they_count_is_merged, async |world| {
    world.section("Town").await;
    world.section("City").await;
    let (tag, _, author) = (world.tag("Tram").await, world.tag("Trams").await, world.author_named("Mara Quay").await);
    world.author_named("Jon Berg").await;
    let mut articles = Vec::new();
    for number in 0..16 {
        let body = json!({"title": format!("Line {number}"), "section": "town", "tags": [tag], "authors": [author], "body": {"markdown": "Text."}});
        articles.push(format!("articles/{}/publication", world.published(body).await));
    }
    let editor = world.editor();
    // Half of the articles are withdrawn, the others published again, while all get other sections and tags.
    let steps = (0..).zip(&articles).map(|(number, path)| {
        let editor = &editor;
        insist(async move || if number % 2 == 0 { editor.delete(path).await } else { editor.put(path, json!({})).await })
    });
    let merges = async {
        insist(async || editor.post("tags/tram/merge", json!({"into": "trams"})).await).await;
        insist(async || editor.post("sections/town/merge", json!({"into": "city"})).await).await;
        insist(async || editor.delete("authors/mara-quay?reassign_to=jon-berg").await).await;
    };
    futures_util::join!(futures_util::future::join_all(steps), merges);
    for (path, filter) in [("tags/trams", "tag=trams"), ("sections/city", "section=city"), ("authors/jon-berg", "author=jon-berg")] {
        let shown = world.anonymous().get(&format!("articles?{filter}&count=true&limit=1")).await.expect(200).number_at("/page/total");
        assert_eq!((shown, world.anonymous().get(path).await.expect(200).number_at("/article_count")), (8, 8), "{path}");
    }
});

api_test!(sections_are_merged, async |world| {
    let (town, city) = (world.section("Town").await, world.section("City").await);
    let editor = world.editor();
    editor.post("sections", json!({"name": "Quarter", "parent": town})).await.expect(201);
    world.published(json!({"title": "One", "section": town, "body": {"markdown": "Text."}})).await;
    for into in ["town", "quarter"] {
        editor.post("sections/town/merge", json!({"into": into})).await.expect(422).expect_faults(&[("/into", "circle")]);
    }
    world.contributor().post("sections/town/merge", json!({"into": city})).await.expect_problem(403, "forbidden");
    let merged = editor.post("sections/town/merge", json!({"into": city})).await.expect(200);
    assert_eq!((merged.id(), merged.number_at("/article_count")), (city, 1));
    let reader = world.anonymous();
    reader.get("sections/town").await.expect(308);
    assert_eq!(reader.get("sections/quarter").await.text_at("/parent/slug"), "city");
    assert_eq!(reader.get("articles/one").await.text_at("/section/slug"), "city");
});

api_test!(collections_show_readers_what_is_published_in_order, async |world| {
    let (editor, reader) = (world.editor(), world.anonymous());
    let one = world.published_by(Role::Editor, "One").await;
    let two = world.published_by(Role::Editor, "Two").await;
    let draft = world.draft_by(Role::Editor, &format!("Secret {CANARY}")).await;
    let body = json!({"key": "front-page", "title": "Front page", "items": [two, draft, "one"]});
    let made = editor.post("collections", body).await.expect(201);
    assert_eq!(made.at("/items"), &json!([two, draft, one]));
    let shown = reader.get("collections/front-page").await.expect(200);
    assert_eq!(slugs(shown.at("/items")), ["two", "one"]);
    editor.patch("collections/front-page", json!({"items": [one, draft, two]})).await.expect(200);
    assert_eq!(slugs(reader.get("collections/front-page").await.at("/items")), ["one", "two"]);
    world.publish(&draft).await;
    world.admin().delete(&format!("articles/{one}/publication")).await.expect(204);
    // The draft becomes public, with all its relations.
    assert_eq!(editor.get("collections/front-page").await.at("/items").as_array().unwrap().len(), 2);
    assert_eq!(reader.get("collections").await.expect(200).at("/data/0/key"), "front-page");
});

api_test!(collections_are_kept_by_editors, async |world| {
    let one = world.published_by(Role::Editor, "One").await;
    let (editor, body) = (world.editor(), json!({"key": "picks", "title": "Picks", "items": [one]}));
    world.author().post("collections", body.clone()).await.expect_problem(403, "forbidden");
    world.anonymous().post("collections", body.clone()).await.expect_problem(401, "unauthenticated");
    editor.post("collections", body.clone()).await.expect(201);
    editor.post("collections", body).await.expect_problem(409, "slug_taken");
    let before = editor.get("collections/picks?view=editor").await.expect(200);
    world.pass(60);
    for after in [editor.put("collections/picks", before.json().clone()).await, editor.patch("collections/picks", json!({})).await] {
        assert_eq!(after.expect(200).json(), before.json());
    }
    world.author().get("collections/picks?view=editor").await.expect_problem(403, "forbidden");
    let twice = editor.patch("collections/picks", json!({"items": [one, "one"]})).await;
    twice.expect(422).expect_faults(&[("/items/1", "duplicate_items")]);
    let refused = editor.post("collections", json!({"key": "A", "items": ["nowhere", 7], "x": 1})).await;
    refused.expect(422).expect_faults(&[
        ("/key", "invalid_format"),
        ("/title", "required"),
        ("/items/0", "unknown_reference"),
        ("/items/1", "wrong_type"),
        ("/x", "unknown_member"),
    ]);
    editor.with("if-match", "\"v9\"").delete("collections/picks").await.expect_problem(412, "stale_version");
    editor.delete("collections/picks").await.expect(204);
    world.anonymous().get("collections/picks").await.expect_problem(404, "not_found");
    world.anonymous().get("articles/one").await.expect(200);
});

fn slugs(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap()).collect()
}
