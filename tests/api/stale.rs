//! Writes based on a stale version get the changes of both sides.

use serde_json::{Value, json};

use crate::support::{Answer, Role, World, api_test};

/// Returns the conflict at a pointer.
fn conflict<'a>(answer: &'a Answer, pointer: &str) -> &'a Value {
    let conflicts = answer.at("/conflicts").as_array().unwrap();
    conflicts.iter().find(|conflict| conflict["pointer"] == pointer).unwrap_or_else(|| panic!("no conflict at {pointer} in {answer}"))
}

fn places(answer: &Answer) -> (Vec<&str>, Vec<&str>) {
    let conflicts = answer.at("/conflicts").as_array().unwrap().iter().map(|conflict| conflict["pointer"].as_str().unwrap()).collect();
    (conflicts, answer.at("/mergeable").as_array().unwrap().iter().map(|pointer| pointer.as_str().unwrap()).collect())
}

api_test!(each_member_is_merged_in_three_ways, async |world| {
    let (city, sport) = (world.section("City").await, world.section("Sport").await);
    let base = json!({
        "title": "Base", "dek": "Base", "excerpt": "Base", "section": city, "tags": ["Trams"], "seo": {"title": "Base"}, "custom": {"a": 1, "b": 1, "c": 1},
        "body": {"markdown": "Base"},
    });
    let id = world.draft_of(Role::Editor, base).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    let theirs = json!({"title": "Theirs", "dek": "Same", "section": sport, "custom": {"a": 2, "b": 2}, "body": {"markdown": "Theirs"}, "seo": {"description": "Theirs"}});
    editor.patch(&path, theirs).await.expect(200);
    world.pass(60);
    let mine = json!({
        "title": "Mine", "dek": "Same", "excerpt": "Mine", "section": "city", "tags": ["Buses"], "custom": {"a": 3, "c": null, "d": 4},
        "body": {"markdown": "Mine"}, "seo": {"title": "Mine"}, "featured": false,
    });
    let stale = editor.with("if-match", "\"v1\"").patch(&path, mine).await.expect_problem(412, "stale_version");
    // An equal dek on both sides, and a section that only the others changed, are no conflicts.
    assert_eq!(
        places(&stale),
        (vec!["/title", "/body/markdown", "/custom/a"], vec!["/excerpt", "/tags", "/seo/title", "/custom/d", "/custom/c"])
    );
    assert_eq!(conflict(&stale, "/title"), &json!({"pointer": "/title", "base": "Base", "current": "Theirs", "yours": "Mine"}));
    assert_eq!(
        conflict(&stale, "/body/markdown"),
        &json!({"pointer": "/body/markdown", "base": "Base", "current": "Theirs", "yours": "Mine"})
    );
    assert_eq!(stale.number_at("/current_version"), 2);
    // Mergeable members are accepted with the new version.
    editor.with("if-match", "\"v2\"").patch(&path, json!({"excerpt": "Mine", "seo": {"title": "Mine"}})).await.expect(200);
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 0);
});

api_test!(what_is_embedded_is_shown_as_it_is_read, async |world| {
    let (city, sport, culture) = (world.section("City").await, world.section("Sport").await, world.section("Culture").await);
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "section": city})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    editor.patch(&path, json!({"section": sport})).await.expect(200);
    let stale = editor.with("if-match", "\"v1\"").patch(&path, json!({"section": "culture"})).await.expect(412);
    let found = conflict(&stale, "/section");
    assert_eq!(
        (&found["base"]["name"], &found["current"]["name"], &found["yours"]["id"]),
        (&json!("City"), &json!("Sport"), &json!(culture))
    );
    // A section is equal by id and by slug.
    let same = editor.with("if-match", "\"v1\"").patch(&path, json!({"section": {"id": sport}, "dek": "New"})).await.expect(412);
    assert_eq!(places(&same), (vec![], vec!["/dek"]));
});

api_test!(a_whole_old_view_that_is_sent_back_collides_only_where_it_differs, async |world| {
    let id =
        world.draft_of(Role::Editor, json!({"title": "Base", "dek": "Base", "tags": ["Trams"], "body": {"markdown": "Some text."}})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    let mut mine = editor.get(&format!("{path}?view=editor")).await.expect(200).json().clone();
    world.pass(60);
    editor.patch(&path, json!({"dek": "Theirs"})).await.expect(200);
    mine["title"] = json!("Mine");
    let late = editor.with("if-match", "\"v1\"");
    let stale = late.put(&path, mine.clone()).await.expect_problem(412, "stale_version");
    assert_eq!(places(&stale), (vec![], vec!["/title"]));
    mine["dek"] = json!("Mine");
    let stale = late.put(&path, mine.clone()).await.expect_problem(412, "stale_version");
    assert_eq!(places(&stale), (vec!["/dek"], vec!["/title"]));
    // A replacement removes omitted members.
    let stale = late.put(&path, json!({"title": "Base"})).await.expect_problem(412, "stale_version");
    assert_eq!(places(&stale), (vec!["/dek"], vec!["/tags", "/body/markdown"]));
    // Validation errors take precedence over conflicts, and read-only members are checked.
    mine["kind"] = json!("novel");
    late.put(&path, mine.clone()).await.expect_problem(422, "validation_failed");
    mine["kind"] = json!("article");
    editor.put(&path, mine).await.expect_problem(422, "validation_failed");
});

api_test!(the_base_is_known_of_versions_that_were_no_saves, async |world| {
    let id = world.draft_of(Role::Editor, json!({"title": "Base", "dek": "Base"})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    world.publish(&id).await;
    editor.delete(&format!("{path}/publication")).await.expect(204);
    // Versions 1 to 3 have the same content.
    let current = editor.patch(&path, json!({"dek": "Theirs"})).await.expect(200);
    assert_eq!(current.etag(), "\"v4\"");
    for version in 1..=3 {
        let late = editor.with("if-match", &format!("\"v{version}\""));
        let stale = late.patch(&path, json!({"dek": "Mine", "title": "Mine"})).await.expect_problem(412, "stale_version");
        assert_eq!(conflict(&stale, "/dek")["base"], "Base");
        assert_eq!(places(&stale).1, ["/title"]);
    }
    // A version that never existed has no base.
    for tag in ["\"v9\"", "\"v0\"", "\"x\""] {
        let stale = editor.with("if-match", tag).patch(&path, json!({"dek": "Mine"})).await.expect_problem(412, "stale_version");
        assert_eq!((conflict(&stale, "/dek").get("base"), places(&stale).1.len()), (None, 0), "{tag}");
    }
    // Revisions stored before versions were recorded have no base, either.
    world.tamper("UPDATE revisions SET version = NULL");
    let stale = editor.with("if-match", "\"v3\"").patch(&path, json!({"dek": "Mine"})).await.expect_problem(412, "stale_version");
    assert_eq!(conflict(&stale, "/dek").get("base"), None);
});

api_test!(blocks_collide_as_text, async |world| {
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": "Base"}})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    editor.patch(&path, json!({"body": {"markdown": "Theirs"}})).await.expect(200);
    let mine = json!({"body": {"blocks": [{"type": "paragraph", "markdown": "Mine"}]}});
    let stale = editor.with("if-match", "\"v1\"").patch(&path, mine).await.expect_problem(412, "stale_version");
    assert_eq!(
        conflict(&stale, "/body/markdown"),
        &json!({"pointer": "/body/markdown", "base": "Base", "current": "Theirs", "yours": "Mine"})
    );
});

api_test!(faults_of_text_and_tags_are_told_with_all_others, async |world| {
    let nothing = "0190a0b0-0000-7000-8000-000000000000";
    let picture = world.image_by(Role::Editor, 1).await;
    let body = json!({
        "title": 7, "slug": "search", "section": "nowhere", "tags": ["Trams", nothing, {"id": nothing}],
        "body": {"markdown": format!("![](image:{picture})\n\n![](image:{nothing})")},
    });
    let refused = world.editor().post("articles", body).await.expect_problem(422, "validation_failed");
    let refused = refused.expect_faults(&[
        ("/title", "wrong_type"),
        ("/slug", "reserved"),
        ("/section", "unknown_reference"),
        ("/tags/1", "unknown_reference"),
        ("/tags/2", "unknown_reference"),
        ("/body/markdown", "unknown_reference"),
    ]);
    assert!(refused.fault_detail("/body/markdown").contains(nothing), "{refused}");
    let blocks = json!([{"type": "paragraph", "markdown": "Text."}, {"type": "image", "image": nothing}]);
    let refused = world.editor().post("articles", json!({"titel": "Trams", "body": {"blocks": blocks}})).await.expect(422);
    refused.expect_faults(&[("/titel", "unknown_member"), ("/title", "required"), ("/body/blocks/1/image", "unknown_reference")]);
    let deep = "> ".repeat(60) + "deep";
    let refused = world.editor().post("articles", json!({"body": {"markdown": deep}})).await.expect(422);
    refused.expect_faults(&[("/title", "required"), ("/body/markdown", "too_complex")]);
    assert_eq!(world.anonymous().get("tags?count=true").await.number_at("/page/total"), 0);
});

api_test!(an_editor_s_answer_is_compressed_here_and_its_tag_guards_writes, async |world| {
    let markdown = "Trams run late on the waterfront tonight.\n\n".repeat(100);
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "body": {"markdown": markdown}})).await;
    let (path, view) = (format!("articles/{id}"), format!("articles/{id}?view=editor"));
    let plain = world.editor().get(&view).await.expect(200);
    assert_eq!((plain.header("etag"), plain.header("content-encoding")), (Some("\"v1\""), None));
    let mut version = 1;
    for (coding, tag) in [("gzip", "-gzip"), ("br", "-br")] {
        let read = world.editor().with("accept-encoding", coding).get(&view).await.expect(200);
        assert_eq!((read.header("content-encoding"), read.etag()), (Some(coding), format!("\"v{version}{tag}\"")));
        assert!(read.body.len() < 5000 && read.headers.get_all("vary").any(|vary| vary == "Accept-Encoding"), "{}", read.body.len());
        assert_eq!(read.number_at("/version"), version);
        // Responses to writes are compressed, too, and their entity tags are valid for the next write.
        let saved = world.editor().with("if-match", &read.etag()).with("accept-encoding", coding);
        let saved = saved.patch(&path, json!({"dek": format!("Number {version}")})).await.expect(200);
        version += 1;
        assert_eq!((saved.header("content-encoding"), saved.etag()), (Some(coding), format!("\"v{version}{tag}\"")));
        world.editor().with("if-match", &saved.etag()).patch(&path, json!({"dek": format!("Again {version}")})).await.expect(200);
        version += 1;
        world.editor().with("if-match", &saved.etag()).patch(&path, json!({"dek": "Late"})).await.expect_problem(412, "stale_version");
    }
    let list = world.editor().with("accept-encoding", "br").get("articles?view=editor").await.expect(200);
    assert_eq!(list.header("content-encoding"), Some("br"));
    let public = world.anonymous().with("accept-encoding", "gzip").get("articles").await.expect(200);
    assert_eq!(public.header("content-encoding"), None, "too short");
});

api_test!(a_weak_tag_of_the_current_version_is_said_to_be_weak, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}");
    for tag in ["W/\"v1\"", "W/\"v1-gzip\"", "\"v7\", W/\"v1\""] {
        let weak = world.editor().with("if-match", tag).patch(&path, json!({"dek": "Mine."})).await.expect_problem(412, "weak_tag");
        assert_eq!(weak.number_at("/current_version"), 1);
        assert!(weak.text_at("/detail").contains("Send \"v1\" in If-Match."), "{weak}");
        world.editor().with("if-match", tag).delete(&path).await.expect_problem(412, "weak_tag");
    }
    world.editor().with("if-match", "W/\"v0\"").patch(&path, json!({"dek": "Mine."})).await.expect_problem(412, "stale_version");
    world.editor().with("if-match", "\"v1\", W/\"v1\"").patch(&path, json!({"dek": "Mine."})).await.expect(200);
});
