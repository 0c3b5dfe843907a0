//! Revisions: listing, reading, comparing and restoring saves.

use std::time::{Duration, Instant};

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Role, World, api_test};

/// An id that no resource has.
const NOTHING: &str = "0190a0b0-0000-7000-8000-000000000000";

async fn restore(client: &Client, id: &str, number: i32, query: &str) -> Answer {
    client.send(Method::POST, &format!("articles/{id}/revisions/{number}/restore{query}"), None).await
}

fn changed(diff: &Answer) -> Vec<String> {
    diff.at("/fields").as_array().unwrap().iter().map(|field| field["pointer"].as_str().unwrap().to_owned()).collect()
}

/// Returns the older and the newer text, joined from the pieces.
fn texts_of(diff: &Answer) -> (String, String) {
    let but = |left_out: &str| {
        let pieces = diff.at("/body/pieces").as_array().unwrap().iter().filter(|piece| piece["change"] != left_out);
        pieces.map(|piece| piece["text"].as_str().unwrap()).collect::<String>()
    };
    (but("insert"), but("delete"))
}

api_test!(every_save_is_kept, async |world| {
    let author = world.author();
    let id = author.post("articles?note=First%20draft", json!({"title": "Trams"})).await.expect(201).id();
    let path = format!("articles/{id}");
    world.pass(60);
    world.editor().patch(&format!("{path}?note=Shorter"), json!({"title": "Tram"})).await.expect(200);
    world.pass(60);
    // A save without changes creates no revision.
    author.patch(&format!("{path}?note=Nothing"), json!({"title": "Tram"})).await.expect(200);
    author.put(&format!("{path}/publication"), json!({})).await.expect(200);
    author.patch(&path, json!({"dek": "New"})).await.expect(200);

    let list = author.get(&format!("{path}/revisions?count=true")).await.expect(200);
    assert_eq!(list.required_header("cache-control"), "private, no-store");
    assert_eq!((list.each("number"), list.number_at("/page/total")), (vec![json!(3), json!(2), json!(1)], 3));
    assert_eq!(list.each("note"), [Value::Null, json!("Shorter"), json!("First draft")]);
    assert_eq!(list.each("current"), [json!(true), json!(false), json!(false)]);
    assert_eq!(list.each("published"), [json!(false), json!(true), json!(false)]);
    assert_eq!(list.at("/data/1/created_by/name"), "Some editor");
    assert_eq!(list.at("/data/2/created_at"), "2026-03-14T09:26:53.589Z");
    let editor = world.editor().get("auth/me").await.id();
    for (query, found) in [
        (format!("created_by={editor}"), vec![2]),
        ("number[lt]=3&sort=number".to_owned(), vec![1, 2]),
        ("created_at[gt]=2026-03-14T09:27:00Z&sort=created_at".to_owned(), vec![2, 3]),
        ("created_by[exists]=false".to_owned(), vec![]),
    ] {
        let list = author.get(&format!("{path}/revisions?{query}")).await.expect(200);
        assert_eq!(list.each("number"), found.into_iter().map(Value::from).collect::<Vec<_>>(), "{query}");
    }
    author.get(&format!("{path}/revisions?title=x")).await.expect_problem(400, "malformed_query");

    for note in ["", "%20", "a%0ab", &"x".repeat(401)] {
        author.patch(&format!("{path}?note={note}"), json!({"dek": "Newer"})).await.expect_problem(400, "malformed_query");
    }
    assert_eq!(author.get(&format!("{path}?view=editor")).await.text_at("/dek"), "New");
});

api_test!(lists_of_revisions_are_paged, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let (editor, path) = (world.editor(), format!("articles/{id}/revisions"));
    for number in 2..=11 {
        editor.patch(&format!("articles/{id}"), json!({"dek": format!("Number {number}")})).await.expect(200);
    }
    let mut found = Vec::new();
    let mut query = "limit=4".to_owned();
    loop {
        let page = editor.get(&format!("{path}?{query}")).await.expect(200);
        found.extend(page.each("number"));
        // Saves between two pages do not move the rows.
        editor.patch(&format!("articles/{id}"), json!({"dek": format!("After {}", found.len())})).await.expect(200);
        let Some(next) = page.at("/page/next").as_str() else { break };
        query = format!("limit=4&cursor={next}");
    }
    assert_eq!(found, (1..=11).rev().map(Value::from).collect::<Vec<_>>());
});

api_test!(a_revision_can_be_read_and_sent_back, async |world| {
    let (section, author, tag) = (world.section("City").await, world.author_named("Mara").await, world.tag("Trams").await);
    let image = world.image_by(Role::Editor, 3).await;
    let body = json!({
        "title": "Trams", "slug": "trams", "dek": "On rails.", "body": {"markdown": format!("Some *text*.\n\n![](image:{image})")}, "hero_image": image,
        "authors": [author], "section": section, "tags": [tag], "featured": true, "seo": {"title": "Trams!", "image": image}, "custom": {"a": {"b": 1}},
    });
    let id = world.draft_of(Role::Editor, body).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    let before = editor.get(&format!("{path}?view=editor")).await.expect(200);
    editor.put(&path, json!({"title": "Buses", "slug": "buses", "authors": []})).await.expect(200);
    let revision = editor.get(&format!("{path}/revisions/1")).await.expect(200);
    assert_eq!((revision.number_at("/number"), revision.at("/missing")), (1, &json!([])));
    for member in revision.at("/content").as_object().unwrap().keys().filter(|name| !["body", "seo"].contains(&name.as_str())) {
        assert_eq!(revision.at("/content")[member], before.json()[member], "{member}");
    }
    editor.put(&path, revision.at("/content").clone()).await.expect(200);
    let after = editor.get(&format!("{path}?view=editor")).await.expect(200);
    for member in
        ["title", "slug", "dek", "body", "hero_image", "authors", "section", "tags", "featured", "custom", "locale", "translation_of"]
    {
        assert_eq!(after.json()[member], before.json()[member], "{member}");
    }
    assert_eq!(after.at("/seo/image"), before.at("/seo/image"));

    let other = world.draft_by(Role::Editor, "Other").await;
    for (article, number) in
        [(other.as_str(), "2"), (&id, "4"), (&id, "0"), (&id, "-1"), (&id, "one"), (&id, "99999999999"), (NOTHING, "1")]
    {
        editor.get(&format!("articles/{article}/revisions/{number}")).await.expect_problem(404, "not_found");
        editor.get(&format!("articles/{article}/revisions/{number}/diff")).await.expect_problem(404, "not_found");
        let restored = editor.send(Method::POST, &format!("articles/{article}/revisions/{number}/restore"), None).await;
        restored.expect_problem(404, "not_found");
    }
});

api_test!(revisions_are_compared, async |world| {
    let (city, sport) = (world.section("City").await, world.section("Sport").await);
    let (mara, jon) = (world.author_named("Mara").await, world.author_named("Jon").await);
    let first = json!({"title": "Trams", "section": city, "authors": [mara], "custom": {"a": 1, "b": 2}, "body": {"markdown": "The trams run on Friday.\n\nAll day.\n"}});
    let id = world.draft_of(Role::Editor, first).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    let second = json!({"section": sport, "authors": [mara, jon], "custom": {"a": 3, "b": null, "c": 4}, "seo": {"noindex": true}});
    editor.patch(&path, second).await.expect(200);
    editor.patch(&path, json!({"body": {"markdown": "The trams run on Saturday.\n\nAll day.\n"}})).await.expect(200);

    let diff = editor.get(&format!("{path}/revisions/2/diff")).await.expect(200);
    assert_eq!((diff.number_at("/number"), diff.number_at("/against"), diff.at("/body")), (2, 1, &Value::Null));
    assert_eq!(changed(&diff), ["/authors", "/section", "/seo/noindex", "/custom/a", "/custom/c", "/custom/b"]);
    assert_eq!((diff.at("/fields/1/before/name"), diff.at("/fields/1/after/name")), (&json!("City"), &json!("Sport")));
    assert_eq!(diff.at("/fields/0/after/1/name"), "Jon");
    assert_eq!((diff.at("/fields/4/before"), diff.at("/fields/5/after")), (&Value::Null, &Value::Null));

    let diff = editor.get(&format!("{path}/revisions/3/diff")).await.expect(200);
    assert_eq!((changed(&diff), diff.at("/body/granularity")), (Vec::new(), &json!("word")));
    let pieces = json!([
        {"change": "equal", "text": "The trams run on "}, {"change": "delete", "text": "Friday."}, {"change": "insert", "text": "Saturday."},
        {"change": "equal", "text": "\n\nAll day.\n"},
    ]);
    assert_eq!(diff.at("/body/pieces"), &pieces);
    let unified = "--- revision 2\n+++ revision 3\n@@ -1,3 +1,3 @@\n-The trams run on Friday.\n+The trams run on Saturday.\n \n All day.\n";
    assert_eq!(diff.at("/body/unified"), unified);

    let whole = editor.get(&format!("{path}/revisions/3/diff?against=1")).await.expect(200);
    assert_eq!((changed(&whole).len(), whole.number_at("/against")), (6, 1));
    let back = editor.get(&format!("{path}/revisions/1/diff?against=3")).await.expect(200);
    assert_eq!(texts_of(&back).1, "The trams run on Friday.\n\nAll day.\n");
    let same = editor.get(&format!("{path}/revisions/3/diff?against=3")).await.expect(200);
    assert_eq!((same.at("/fields"), same.at("/body")), (&json!([]), &Value::Null));
    let first = editor.get(&format!("{path}/revisions/1/diff")).await.expect(200);
    assert_eq!((first.at("/against"), texts_of(&first).0), (&Value::Null, String::new()));
    for query in ["against=9", "against=0", "against=x", "with=1"] {
        editor.get(&format!("{path}/revisions/3/diff?{query}")).await.expect_problem(400, "malformed_query");
    }
    // Deleted resources still appear, by id.
    editor.delete(&format!("authors/{jon}?reassign_to={mara}")).await.expect(204);
    let diff = editor.get(&format!("{path}/revisions/2/diff")).await.expect(200);
    assert_eq!(diff.at("/fields/0/after/1"), &json!({"id": jon}));
});

/// Returns many short words, in a different order for each step, in blocks of limited length.
fn shuffled(count: usize, step: usize, between: &str) -> String {
    let word = |number: usize| format!("{:x}{}", (number * step) % 65_521, if number % 9_000 == 8_999 { "\n\n" } else { between });
    (0..count).map(word).collect::<Vec<_>>().concat()
}

api_test!(hostile_texts_are_compared_in_bounded_time, async |world| {
    for between in [" ", "\n"] {
        let (before, after) = (shuffled(30_000, 3, between), shuffled(30_000, 40_503, between));
        let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": before}})).await;
        world.editor().patch(&format!("articles/{id}"), json!({"body": {"markdown": after}})).await.expect(200);
        let began = Instant::now();
        let diff = world.editor().get(&format!("articles/{id}/revisions/2/diff")).await.expect(200);
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        assert!(diff.body.len() < 4_000_000, "{}", diff.body.len());
        assert!(texts_of(&diff) == (before, after));
    }
});

api_test!(a_revision_is_restored_as_a_new_one, async |world| {
    let first =
        json!({"title": "Trams", "slug": "trams", "dek": "Old", "tags": ["Trams"], "body": {"markdown": "Old text."}, "custom": {"a": 1}});
    let id = world.draft_of(Role::Author, first).await;
    let (author, path) = (world.author(), format!("articles/{id}"));
    let before = author.get(&format!("{path}?view=editor")).await.expect(200);
    author.put(&path, json!({"title": "Buses", "slug": "buses", "body": {"markdown": "New text."}})).await.expect(200);
    world.publish(&id).await;
    restore(&author.with("if-match", "\"v2\""), &id, 1, "").await.expect_problem(412, "stale_version");
    let restored = restore(&author.with("if-match", "\"v3\""), &id, 1, "").await.expect(200);
    assert_eq!((restored.etag(), restored.at("/missing")), ("\"v4\"".to_owned(), &json!([])));
    assert_eq!((restored.number_at("/revision"), restored.at("/has_unpublished_changes")), (3, &json!(true)));
    for member in ["title", "slug", "dek", "tags", "body", "custom", "seo"].into_iter().filter(|name| *name != "seo") {
        assert_eq!(restored.json()[member], before.json()[member], "{member}");
    }
    // Readers do not see the change yet.
    assert_eq!(world.anonymous().get(&path).await.expect(200).text_at("/title"), "Buses");
    let list = author.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(list.each("note"), [json!("Revision 1 restored"), Value::Null, Value::Null]);
    // A second restoration changes nothing; the response can be sent back.
    assert_eq!(restore(&author, &id, 1, "").await.expect(200).etag(), "\"v4\"");
    assert_eq!(author.put(&path, restored.json().clone()).await.expect(200).etag(), "\"v4\"");
    restore(&author, &id, 2, "?note=Back%20again").await.expect(200);
    let list = author.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!((list.at("/data/0/note"), list.number_at("/data/0/number")), (&json!("Back again"), 4));
    let own = world.node(&[("REQUIRE_IF_MATCH", "true")]).await;
    restore(&own.author(), &id, 1, "").await.expect_problem(428, "version_required");
    author.delete(&path).await.expect(204);
    restore(&author, &id, 1, "").await.expect_problem(409, "illegal_transition");
});

api_test!(nothing_is_left_out_of_a_restored_revision_in_silence, async |world| {
    let editor = world.editor();
    let (city, mara, jon, tag) =
        (world.section("City").await, world.author_named("Mara").await, world.author_named("Jon").await, world.tag("Trams").await);
    let (hero, shown) = (world.image_by(Role::Editor, 1).await, world.image_by(Role::Editor, 2).await);
    let original = world.draft_by(Role::Editor, "Original").await;
    let body = json!({
        "title": "Trams", "slug": "trams", "section": city, "authors": [jon, mara], "tags": [tag], "hero_image": hero, "locale": "de",
        "translation_of": original, "seo": {"image": hero}, "body": {"markdown": format!("Text.\n\n![](image:{shown})")},
    });
    let id = world.draft_of(Role::Editor, body).await;
    let path = format!("articles/{id}");
    editor.put(&path, json!({"title": "Buses", "slug": "buses", "locale": "en", "authors": []})).await.expect(200);
    for gone in [
        format!("sections/{city}"),
        format!("authors/{jon}"),
        format!("tags/{tag}"),
        format!("images/{hero}?force=true"),
        format!("images/{shown}?force=true"),
    ] {
        editor.delete(&gone).await.expect(204);
    }
    world.draft_of(Role::Editor, json!({"title": "Thief", "slug": "trams"})).await;
    world.draft_of(Role::Editor, json!({"title": "Bahnen", "locale": "de", "translation_of": original})).await;

    let revision = editor.get(&format!("{path}/revisions/1")).await.expect(200);
    let pointers = |answer: &Answer| {
        let missing = answer.at("/missing").as_array().unwrap().iter();
        missing.map(|one| one["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let gone = ["/hero_image", "/authors/0", "/section", "/tags/0", "/seo/image", "/body/markdown"];
    assert_eq!(pointers(&revision), gone);
    assert_eq!(revision.at("/missing/1/value"), &json!(jon));
    assert_eq!((revision.at("/content/authors").as_array().unwrap().len(), revision.at("/content/section")), (1, &Value::Null));

    let restored = restore(&editor, &id, 1, "?note=Undo").await.expect(200);
    assert_eq!(pointers(&restored), [&gone[..], &["/locale", "/translation_of", "/slug"]].concat());
    assert_eq!(
        (restored.text_at("/slug"), restored.text_at("/locale"), restored.at("/translation_of")),
        ("buses".to_owned(), "en".to_owned(), &Value::Null)
    );
    assert_eq!((restored.text_at("/title"), restored.at("/authors/0/id")), ("Trams".to_owned(), &json!(mara)));
    assert!(restored.text_at("/body/markdown").contains(&shown));
    let note = editor.get(&format!("{path}/revisions")).await.expect(200).text_at("/data/0/note");
    assert_eq!(
        note,
        "Undo (without /hero_image, /authors/0, /section, /tags/0, /seo/image, /body/markdown, /locale, /translation_of, /slug)"
    );
});

api_test!(revisions_show_what_belonged_to_an_article, async |world| {
    let (mara, tag) = (world.author_named("Mara").await, world.tag("Trams").await);
    let id = world.published(json!({"title": "Trams", "authors": [mara], "tags": [tag]})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    editor.patch(&format!("{path}?publish=true"), json!({"authors": [], "tags": []})).await.expect(200);
    let revision = editor.get(&format!("{path}/revisions/1")).await.expect(200);
    assert_eq!((revision.at("/content/authors/0/id"), revision.at("/content/tags/0/id")), (&json!(mara), &json!(tag)));
    restore(&editor, &id, 1, "").await.expect(200);
    world.publish(&id).await;
    let shown = world.anonymous().get(&path).await.expect(200);
    assert_eq!((shown.at("/authors/0/id"), shown.at("/tags/0/id")), (&json!(mara), &json!(tag)));
});

api_test!(contributors_restore_their_drafts_alone, async |world| {
    let id = world.draft_by(Role::Contributor, "Trams").await;
    world.contributor().patch(&format!("articles/{id}"), json!({"dek": "New"})).await.expect(200);
    restore(&world.contributor(), &id, 1, "").await.expect(200);
    world.publish(&id).await;
    restore(&world.contributor(), &id, 2, "").await.expect_problem(403, "forbidden");
    world.contributor().get(&format!("articles/{id}/revisions/2")).await.expect(200);
});

api_test!(of_many_restores_on_one_version_one_wins, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    world.editor().patch(&format!("articles/{id}"), json!({"dek": "New"})).await.expect(200);
    let editor = world.editor().with("if-match", "\"v2\"");
    let answers = futures_util::future::join_all((0..10).map(|_| restore(&editor, &id, 1, ""))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 9);
});

api_test!(lists_of_the_desk_cost_the_same_however_long_the_texts, async |world| {
    for number in 0..3 {
        let text = format!("Word. {}", "More words.\n\n".repeat(1000));
        world.draft_of(Role::Editor, json!({"title": format!("Number {number}"), "body": {"markdown": text}})).await;
    }
    let list = world.editor().get("articles?view=editor&sort=title").await.expect(200);
    assert_eq!(list.texts("title"), ["Number 0", "Number 1", "Number 2"]);
    assert!(list.body.len() < 20_000 && !list.text().contains("More words"));
});
