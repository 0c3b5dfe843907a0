//! The texts of articles: their forms, their conversion, and warnings about parts that readers do not get.

use serde_json::{Value, json};

use crate::support::{Answer, Role, World, api_test};

/// Returns the place and the code of each warning.
fn warnings(answer: &Answer) -> Vec<(String, String)> {
    let text = |warning: &Value, name: &str| warning[name].as_str().unwrap().to_owned();
    let warnings = answer.at("/warnings").as_array().unwrap();
    warnings.iter().map(|warning| (text(warning, "pointer"), text(warning, "code"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
}

api_test!(html_alone_is_no_text, async |world| {
    let editor = world.editor();
    let html = json!({"title": "H", "body": {"html": "<p>Hi</p>"}});
    let unsupported: &[(&str, &str)] = &[("/body/html", "unsupported")];
    editor.post("articles", html.clone()).await.expect_problem(422, "validation_failed").expect_faults(unsupported);
    editor.post("articles?dry_run=true", html.clone()).await.expect(422).expect_faults(unsupported);
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": "Hi"}})).await;
    let path = format!("articles/{id}");
    editor.put(&path, html.clone()).await.expect(422).expect_faults(unsupported);
    editor.patch(&path, json!({"body": {"html": "<p>Ho</p>", "markdown": null}})).await.expect(422).expect_faults(unsupported);
    let batch = json!({"operations": [{"method": "POST", "path": "/api/v1/articles", "body": html}]});
    let batch = editor.post("batch", batch).await.expect_problem(422, "batch_failed");
    assert_eq!(batch.at("/results/0/body/errors/0/code"), "unsupported");
    assert_eq!(world.working_copy(&id).await.text_at("/body/markdown"), "Hi");
    editor.post("articles", json!({"title": "N", "body": {"html": null, "markdown": "Hi"}})).await.expect(201);
});

api_test!(an_edited_form_beside_the_source_is_never_lost, async |world| {
    let editor = world.editor();
    let markdown = "One *two*.\n\n## Head\n\n- a\n- b\n\n| a |\n|---|\n| b |\n\n3. c\n\nhttps://youtu.be/dQw4w9WgXcQ";
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": markdown}})).await;
    let path = format!("articles/{id}");
    let view = world.working_copy(&id).await;
    for (pointer, value, place) in [
        ("/body/blocks/0/markdown", json!("Three."), "/body/blocks"),
        ("/body/blocks/0/html", json!("<em>x</em>"), "/body/blocks"),
        ("/body/blocks/1/level", json!(3), "/body/blocks"),
        ("/body/blocks/2", json!({"type": "rule"}), "/body/blocks"),
        ("/body/html", json!("<p>Three.</p>"), "/body/html"),
        // The derived members of blocks.
        ("/body/blocks/0/text", json!("Three."), "/body/blocks"),
        ("/body/blocks/1/anchor", json!("tail"), "/body/blocks"),
        ("/body/blocks/2/items", json!([]), "/body/blocks"),
        ("/body/blocks/2/ordered", json!(true), "/body/blocks"),
        ("/body/blocks/3/headers", json!([]), "/body/blocks"),
        ("/body/blocks/3/rows", json!([]), "/body/blocks"),
        ("/body/blocks/3/align", json!([]), "/body/blocks"),
        ("/body/blocks/4/start", json!(4), "/body/blocks"),
        ("/body/blocks/5/provider", json!("vimeo"), "/body/blocks"),
        ("/body/blocks/5/embed_url", json!("https://player.vimeo.com/video/1"), "/body/blocks"),
    ] {
        let mut edited = view.json().clone();
        *edited.pointer_mut(pointer).unwrap() = value;
        let ambiguous: &[(&str, &str)] = &[(place, "ambiguous")];
        editor.put(&path, edited.clone()).await.expect(422).expect_faults(ambiguous);
        editor.patch(&path, json!({"body": edited["body"]})).await.expect(422).expect_faults(ambiguous);
        editor.post("articles", json!({"title": "Copy", "body": edited["body"]})).await.expect(422).expect_faults(ambiguous);
        editor.put(&format!("{path}?dry_run=true"), edited).await.expect(422).expect_faults(ambiguous);
    }
    // The Markdown is changed, and the other forms are those of the current version.
    let mut edited = view.json().clone();
    edited["body"]["markdown"] = json!("Three.");
    let saved = editor.put(&path, edited).await.expect(200);
    assert_eq!(saved.text_at("/body/html"), "<p>Three.</p>\n");
    // The other forms may also match the new Markdown.
    let copy = json!({"title": "Copy", "body": saved.at("/body")});
    assert_eq!(editor.post("articles", copy).await.expect(201).at("/body"), saved.at("/body"));
});

api_test!(a_patch_of_one_form_changes_the_text, async |world| {
    let editor = world.editor();
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": "One.\n\n# Two\n\n- a\n- b"}})).await;
    let path = format!("articles/{id}");
    let mut blocks = world.working_copy(&id).await.at("/body/blocks").clone();
    // The derived members are those of the current version.
    blocks[0]["markdown"] = json!("Three.");
    let saved = editor.patch(&path, json!({"body": {"blocks": blocks}})).await.expect(200);
    assert_eq!(saved.text_at("/body/markdown"), "Three.\n\n# Two\n\n- a\n- b");
    let saved = editor.patch(&path, json!({"body": {"markdown": "Four."}})).await.expect(200);
    assert_eq!(saved.text_at("/body/html"), "<p>Four.</p>\n");
    // An edit in only a derived member would be lost.
    for (member, value) in [("html", json!("Five.")), ("text", json!("Five."))] {
        let mut blocks = saved.at("/body/blocks").clone();
        blocks[0][member] = value;
        let place = format!("/body/blocks/0/{member}");
        editor.patch(&path, json!({"body": {"blocks": blocks}})).await.expect(422).expect_faults(&[(place.as_str(), "ambiguous")]);
    }
    let cleared = editor.patch(&path, json!({"body": {"markdown": null}})).await.expect(200);
    assert_eq!((cleared.text_at("/body/markdown"), cleared.at("/body/blocks")), (String::new(), &json!([])));
});

api_test!(pictures_that_changed_meanwhile_are_no_edit, async |world| {
    let editor = world.editor();
    let picture = world.image_by(Role::Editor, 1).await;
    let markdown = format!("![](image:{picture})\n\n![Own](image:{picture} \"Mine\")\n\na ![](image:{picture}) b");
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": markdown}})).await;
    let path = format!("articles/{id}");
    let view = world.working_copy(&id).await;
    editor.patch(&format!("images/{picture}"), json!({"alt": "New", "caption": "Live", "credit": "Agency"})).await.expect(200);
    let same = editor.put(&path, view.json().clone()).await.expect(200);
    assert_eq!(same.at("/body/markdown"), view.at("/body/markdown"));
    let mut edited = same.json().clone();
    edited["body"]["blocks"][1]["caption"] = json!("Another");
    editor.put(&path, edited).await.expect(422).expect_faults(&[("/body/blocks", "ambiguous")]);
    // A deleted image is omitted, which is no edit.
    editor.delete(&format!("images/{picture}?force=true")).await.expect(204);
    let without = world.working_copy(&id).await;
    let again = editor.put(&path, without.json().clone()).await.expect(200);
    assert_eq!(again.etag(), without.etag());
});

api_test!(what_readers_do_not_get_is_told, async |world| {
    let editor = world.editor();
    world.admin().post("ads/placements", json!({"key": "below", "label": "Below"})).await.expect(201);
    let markdown = "<!-- a note -->\n\n::ad{below}\n\n::ad{typo}\n\na\n\n<iframe src=\"https://a.example\"></iframe>\n\n<p class=x>b</p> [c](javascript:d)";
    let told =
        pairs(&[("/body/blocks/4", "element_removed"), ("/body/blocks/5", "attribute_removed"), ("/body/blocks/2", "unknown_placement")]);
    let body = json!({"title": "Trams", "body": {"markdown": markdown}});
    assert_eq!(warnings(&editor.post("articles?dry_run=true", body.clone()).await.expect(201)), told);
    let made = editor.post("articles", body.clone()).await.expect(201);
    assert_eq!(warnings(&made), told);
    assert!(made.text_at("/warnings/0/detail").contains("<iframe>"), "{made}");
    let (id, path) = (made.id(), format!("articles/{}", made.id()));
    assert_eq!(made.at("/body/blocks/4/type"), "html");
    assert_eq!(world.working_copy(&id).await.at("/warnings"), &json!([]));
    assert_eq!(warnings(&editor.put(&path, made.json().clone()).await.expect(200)), told);
    assert_eq!(warnings(&editor.patch(&path, json!({"dek": "New"})).await.expect(200)), told);
    editor.patch(&path, json!({"body": {"markdown": "None."}})).await.expect(200);
    let restored = editor.post(&format!("{path}/revisions/1/restore"), json!({})).await.expect(200);
    assert_eq!(warnings(&restored), told);
    let batch = json!({"operations": [{"method": "POST", "path": "/api/v1/articles", "body": body}]});
    let batch = editor.post("batch", batch).await.expect(200);
    assert_eq!(batch.at("/results/0/body/warnings").as_array().unwrap().len(), told.len());
    let blocks = json!([{"type": "html", "markdown": "<script>a</script>"}, {"type": "ad", "placement": "typo"}]);
    let made = editor.post("articles", json!({"title": "Blocks", "body": {"blocks": blocks}})).await.expect(201);
    assert_eq!(warnings(&made), pairs(&[("/body/blocks/0", "element_removed"), ("/body/blocks/1", "unknown_placement")]));
    let many = (0..200).map(|number| format!("<x{number}>a</x{number}>")).collect::<Vec<_>>().join(" ");
    let made = editor.post("articles", json!({"title": "Many", "body": {"markdown": many}})).await.expect(201);
    assert_eq!(warnings(&made).len(), 50);
    world.publish(&made.id()).await;
    let public = world.anonymous().get(&format!("articles/{}", made.id())).await.expect(200);
    assert_eq!(public.json().get("warnings"), None);
});

api_test!(pictures_are_named_by_their_ids, async |world| {
    let editor = world.editor();
    for name in ["nope", "harbour.jpg", "0192f0c1"] {
        let body = json!({"title": "Trams", "body": {"markdown": format!("a\n\n![y](image:{name})")}});
        let refused = editor.post("articles", body).await.expect(422).expect_faults(&[("/body/markdown", "unknown_reference")]);
        assert!(refused.fault_detail("/body/markdown").contains(name), "{refused}");
    }
    let blocks = json!([{"type": "rule"}, {"type": "paragraph", "markdown": "a ![y](image:nope) b"}]);
    let refused = editor.post("articles", json!({"title": "Trams", "body": {"blocks": blocks}})).await.expect(422);
    refused.expect_faults(&[("/body/blocks/1/markdown", "unknown_reference")]);
});

api_test!(migrated_html_has_an_excerpt_and_contents, async |world| {
    for (index, (markdown, excerpt)) in [
        ("<h2>Head</h2>\n<p>Migrated <b>lead</b>.</p>", json!("Migrated lead.")),
        ("- one\n- two", json!("one two")),
        ("> Said so.", json!("Said so.")),
        ("| a | b |\n|---|---|", json!("a b")),
        ("", Value::Null),
        ("***", Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let id = world.published(json!({"title": format!("Trams {index}"), "body": {"markdown": markdown}})).await;
        let shown = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
        assert_eq!((shown.at("/excerpt"), shown.at("/seo/description")), (&excerpt, &excerpt), "{markdown}");
        if index == 0 {
            assert_eq!(shown.at("/body/toc"), &json!([{"level": 2, "text": "Head", "anchor": "head"}]));
            assert!(shown.text_at("/body/html").contains("<h2 id=\"head\">Head</h2>"), "{shown}");
        }
    }
});

api_test!(words_and_minutes_are_those_of_the_script, async |world| {
    for (title, text, words, minutes) in
        [("English", "word ".repeat(231), 231, 2), ("Thai", "ก".repeat(4_350), 870, 4), ("Chinese", "漢".repeat(2_000), 2_000, 4)]
    {
        let id = world.published(json!({"title": title, "body": {"markdown": text}})).await;
        for shown in [world.working_copy(&id).await, world.anonymous().get(&format!("articles/{id}")).await.expect(200)] {
            assert_eq!((shown.number_at("/word_count"), shown.number_at("/reading_minutes")), (words, minutes), "{title}");
        }
    }
});

api_test!(an_element_hides_what_is_between_its_tags, async |world| {
    let markdown = "<details>\n<summary>More</summary>\n\nHidden **text**, see https://a.example/_b_/c\n\n</details>\n\nAfter";
    let made = world.editor().post("articles", json!({"title": "Trams", "body": {"markdown": markdown}})).await.expect(201);
    let html = made.text_at("/body/html");
    let hidden = html.split("</details>").next().unwrap();
    assert!(hidden.contains("<p>Hidden <strong>text</strong>, see <a href=\"https://a.example/_b_/c\""), "{html}");
    assert_eq!(made.block_types(), ["html", "paragraph"]);
    let blocks = made.at("/body/blocks").clone();
    let again = world.editor().post("articles", json!({"title": "Again", "body": {"blocks": blocks}})).await.expect(201);
    assert_eq!(again.at("/body/blocks"), &blocks);
});

impl Answer {
    /// Returns the types of a text's blocks.
    fn block_types(&self) -> Vec<String> {
        self.at("/body/blocks").as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap().to_owned()).collect()
    }
}

api_test!(a_text_of_every_kind_of_block_round_trips, async |world| {
    let (section, author, tag) = (world.section("City").await, world.author_named("Mara").await, world.tag("Trams").await);
    let image = world.image_by(Role::Editor, 3).await;
    let markdown = format!(
        "# Heading\n\nSome *text* with a [link](https://example.com) and a note[^1].\n\n![A tram](image:{image} \"On rails\")\n\n- one\n- two\n\n> quote\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nlet x = 1;\n```\n\n[^1]: The note."
    );
    let body = json!({
        "title": "Trams", "dek": "On rails.", "body": {"markdown": markdown}, "hero_image": image, "authors": [author], "section": section,
        "tags": [tag, "New tag"], "featured": true, "comments_open": false, "seo": {"title": "Trams!", "noindex": true}, "custom": {"a": {"b": [1, null, {"c": "d"}]}},
    });
    let id = world.editor().post("articles", body).await.expect(201).id();
    let path = format!("articles/{id}");
    let before = world.editor().get(&format!("{path}?view=editor")).await.expect(200);
    world.pass(60);
    assert_eq!(world.editor().put(&path, before.json().clone()).await.expect(200).json(), before.json());
    assert_eq!(world.editor().patch(&path, before.json().clone()).await.expect(200).json(), before.json());
    assert_eq!(world.editor().patch(&path, json!({})).await.expect(200).json(), before.json());
    // The blocks in the response give the same text when sent back.
    let blocks = json!({"body": {"blocks": before.at("/body/blocks")}});
    let again = world.editor().patch(&path, blocks).await.expect(200);
    assert_eq!(again.at("/body/html"), before.at("/body/html"));
    assert_eq!(again.at("/body/blocks"), before.at("/body/blocks"));
});
