//! Sections: operations of editors, and public responses.

use serde_json::{Value, json};

use crate::support::{World, api_test};

api_test!(are_created_with_a_slug_made_from_the_name, async |world| {
    let answer = world.editor().post("sections", json!({"name": "Zürich & Straße"})).await.expect(201);
    assert_eq!(answer.text_at("/slug"), "zurich-strasse");
    assert_eq!(answer.number_at("/version"), 1);
    assert_eq!(answer.etag(), "\"v1\"");
    assert_eq!(answer.required_header("location"), format!("https://api.news.example/api/v1/sections/{}", answer.id()));
    let second = world.editor().post("sections", json!({"name": "Zürich & Straße"})).await.expect(201);
    assert_eq!(second.text_at("/slug"), "zurich-strasse-2");
});

api_test!(are_read_by_id_and_by_slug, async |world| {
    let id = world.section("City").await;
    let by_id = world.anonymous().get(&format!("sections/{id}")).await.expect(200);
    let by_slug = world.anonymous().get("sections/city").await.expect(200);
    assert_eq!(by_id.body, by_slug.body);
    assert_eq!(by_id.text_at("/url"), "https://news.example/sections/city");
    assert!(by_id.json().get("version").is_none());
    world.anonymous().get("sections/0190a0b0-0000-7000-8000-000000000000").await.expect_problem(404, "not_found");
    world.anonymous().get("sections/nowhere").await.expect_problem(404, "not_found");
});

api_test!(are_the_same_bytes_for_everybody, async |world| {
    world.section("City").await;
    for path in ["sections", "sections/city"] {
        let readers = world.anonymous().get(path).await.expect(200);
        let editors = world.editor().get(path).await.expect(200);
        let forged = world.anonymous().bearer("nonsense").get(path).await.expect(200);
        assert_eq!(readers.body, editors.body);
        assert_eq!(readers.body, forged.body);
        assert_eq!(readers.etag(), editors.etag());
        assert!(readers.required_header("cache-control").contains("public"));
    }
});

api_test!(show_editors_a_view_of_their_own, async |world| {
    world.section("City").await;
    let view = world.editor().get("sections/city?view=editor").await.expect(200);
    assert_eq!(view.required_header("cache-control"), "private, no-store");
    assert_eq!(view.etag(), "\"v1\"");
    world.anonymous().get("sections/city?view=editor").await.expect_problem(401, "unauthenticated");
    world.contributor().get("sections/city?view=editor").await.expect_problem(403, "forbidden");
    world.editor().get("sections/city?view=reader").await.expect(400).expect_faults(&[("view", "invalid_value")]);
});

api_test!(round_trips_change_nothing, async |world| {
    let parent = world.section("City").await;
    let body = json!({"name": "Trams", "description": "On rails.\nMostly.", "parent": parent, "position": 3});
    world.editor().post("sections", body).await.expect(201);
    let before = world.editor().get("sections/trams?view=editor").await.expect(200);
    world.pass(60);
    let after = world.editor().put("sections/trams", before.json().clone()).await.expect(200);
    assert_eq!(before.json(), after.json());
    let after = world.editor().patch("sections/trams", json!({})).await.expect(200);
    assert_eq!(before.json(), after.json());
    let after = world.editor().patch("sections/trams", before.json().clone()).await.expect(200);
    assert_eq!(before.json(), after.json());
});

api_test!(put_gives_what_is_left_out_its_default, async |world| {
    world.editor().post("sections", json!({"name": "Trams", "description": "On rails.", "position": 3})).await.expect(201);
    world.pass(1);
    let after = world.editor().put("sections/trams", json!({"name": "Trams"})).await.expect(200);
    assert_eq!((after.at("/description"), after.number_at("/position")), (&Value::Null, 0));
    assert_eq!(after.number_at("/version"), 2);
    assert_ne!(after.text_at("/updated_at"), after.text_at("/created_at"));
});

api_test!(patch_merges, async |world| {
    world.editor().post("sections", json!({"name": "Trams", "description": "On rails.", "position": 3})).await.expect(201);
    let merge = world.editor().with("content-type", "application/merge-patch+json");
    let after = merge.patch("sections/trams", json!({"position": 5})).await.expect(200);
    assert_eq!((after.text_at("/description"), after.number_at("/position")), ("On rails.".to_owned(), 5));
    let after = merge.patch("sections/trams", json!({"description": null})).await.expect(200);
    assert_eq!((after.at("/description"), after.number_at("/position")), (&Value::Null, 5));
    let refused = merge.patch("sections/trams", json!({"name": null})).await;
    refused.expect_problem(422, "validation_failed").expect_faults(&[("/name", "required")]);
});

api_test!(tell_all_faults_at_once, async |world| {
    let body =
        json!({"name": " ", "slug": "Not A Slug", "description": 7, "parent": "nowhere", "position": -1, "positon": 2, "colour": null});
    let answer = world.editor().post("sections", body).await.expect_problem(422, "validation_failed").expect_faults(&[
        ("/name", "invalid_format"),
        ("/slug", "invalid_format"),
        ("/description", "wrong_type"),
        ("/parent", "unknown_reference"),
        ("/position", "out_of_range"),
        ("/positon", "unknown_member"),
        ("/colour", "unknown_member"),
    ]);
    assert!(answer.fault_detail("/positon").contains("\"position\""), "the nearest name is named: {answer}");
    world.editor().post("sections", json!({})).await.expect(422).expect_faults(&[("/name", "required")]);
    world.editor().post("sections", json!([])).await.expect(422).expect_faults(&[("", "wrong_type")]);
    let long = "x".repeat(201);
    world.editor().post("sections", json!({"name": long})).await.expect(422).expect_faults(&[("/name", "too_long")]);
    assert_eq!(world.anonymous().get("sections?count=true").await.number_at("/page/total"), 0);
});

api_test!(keep_read_only_members, async |world| {
    world.section("City").await;
    let body = json!({"name": "Town", "id": "0190a0b0-0000-7000-8000-000000000000", "version": 9, "url": "https://evil.example", "article_count": 7});
    let refused = world.editor().put("sections/city", body).await;
    refused.expect(422).expect_faults(&[("/id", "read_only"), ("/version", "read_only")]);
    let made =
        world.editor().post("sections", json!({"name": "Town", "article_count": 7, "url": "https://evil.example"})).await.expect(201);
    assert_eq!((made.number_at("/article_count"), made.text_at("/url")), (0, "https://news.example/sections/town".to_owned()));
});

api_test!(slugs_belong_to_one, async |world| {
    world.section("City").await;
    world.section("Town").await;
    world.editor().post("sections", json!({"name": "Other", "slug": "city"})).await.expect_problem(409, "slug_taken");
    world.editor().patch("sections/town", json!({"slug": "city"})).await.expect_problem(409, "slug_taken");
    let id_shaped = json!({"name": "Other", "slug": "0190a0b0-0000-7000-8000-000000000000"});
    world.editor().post("sections", id_shaped).await.expect(422).expect_faults(&[("/slug", "invalid_format")]);
    let kept = world.editor().patch("sections/town", json!({"name": "Old town"})).await.expect(200);
    assert_eq!(kept.text_at("/slug"), "town");
});

api_test!(one_slug_has_one_winner_of_many, async |world| {
    let editor = world.editor();
    let requests = (0..20).map(|_| editor.post("sections", json!({"name": "Race", "slug": "race"})));
    let answers = futures_util::future::join_all(requests).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let lost = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((won, lost), (1, 19));
});

api_test!(made_slugs_differ_however_many_ask_at_once, async |world| {
    let editor = world.editor();
    let requests = (0..20).map(|_| editor.post("sections", json!({"name": "Race"})));
    let answers = futures_util::future::join_all(requests).await;
    let slugs: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.text_at("/slug")).collect();
    assert_eq!(slugs.len(), 20);
});

api_test!(lie_within_each_other_but_never_within_themselves, async |world| {
    let (top, middle, bottom) = (world.section("Top").await, world.section("Middle").await, world.section("Bottom").await);
    let editor = world.editor();
    let moved = editor.patch("sections/middle", json!({"parent": "top"})).await.expect(200);
    assert_eq!(moved.text_at("/parent/id"), top);
    editor.patch("sections/bottom", json!({"parent": {"id": middle}})).await.expect(200);
    for parent in ["top", "middle", "bottom"] {
        editor.patch("sections/top", json!({"parent": parent})).await.expect(422).expect_faults(&[("/parent", "circle")]);
    }
    let children = world.anonymous().get("sections?parent=top").await.expect(200);
    assert_eq!(children.texts("slug"), ["middle"]);
    let by_id = world.anonymous().get(&format!("sections?parent[in]={top},{middle}&sort=name")).await.expect(200);
    assert_eq!(by_id.texts("slug"), ["bottom", "middle"]);
    let roots = world.anonymous().get("sections?parent[exists]=false").await.expect(200);
    assert_eq!(roots.texts("id"), [top]);
    let elsewhere = world.anonymous().get("sections?parent[ne]=top&sort=name").await.expect(200);
    assert_eq!(elsewhere.texts("slug"), ["bottom", "top"]);
    assert_eq!(bottom, world.anonymous().get("sections/bottom").await.id());
});

api_test!(in_use_are_deleted_only_with_an_heir, async |world| {
    let (top, _) = (world.section("Top").await, world.section("Heir").await);
    let editor = world.editor();
    editor.post("sections", json!({"name": "Child", "parent": top})).await.expect(201);
    let refused = editor.delete("sections/top").await.expect_problem(409, "in_use");
    assert_eq!(refused.at("/usages"), &json!({"articles": 0, "sections": 1, "creatives": 0}));
    editor.delete("sections/top?reassign_to=a%00b").await.expect_problem(400, "malformed_query");
    for heir in ["nowhere", "top"] {
        let refused = editor.delete(&format!("sections/top?reassign_to={heir}")).await;
        refused.expect(400).expect_faults(&[("reassign_to", "unknown_reference")]);
    }
    editor.delete("sections/top?reassign_to=heir").await.expect(204);
    assert_eq!(world.anonymous().get("sections/child").await.text_at("/parent/slug"), "heir");
    world.anonymous().get("sections/top").await.expect(308);
    editor.delete("sections/top").await.expect(204);
    editor.delete("sections/never-was").await.expect(204);
});

api_test!(writes_are_guarded_by_versions, async |world| {
    world.editor().post("sections", json!({"name": "City", "description": "Old."})).await.expect(201);
    let editor = world.editor();
    let first = editor.with("if-match", "\"v1\"").patch("sections/city", json!({"description": "New."})).await.expect(200);
    assert_eq!(first.etag(), "\"v2\"");
    let stale = editor.with("if-match", "\"v1\"").patch("sections/city", json!({"description": "Mine."})).await;
    let stale = stale.expect_problem(412, "stale_version");
    assert_eq!(stale.number_at("/current_version"), 2);
    assert_eq!((stale.text_at("/conflicts/0/pointer"), stale.text_at("/conflicts/0/current")), ("/description".into(), "New.".into()));
    editor.with("if-match", "\"v1\"").delete("sections/city").await.expect_problem(412, "stale_version");
    editor.with("if-match", "\"v1\"").put("sections/city", json!({"name": "City"})).await.expect_problem(412, "stale_version");
    editor.with("if-match", "*").patch("sections/city", json!({"description": "Mine."})).await.expect(200);
    editor.with("if-match", "\"v1\", \"v3\"").patch("sections/city", json!({"description": "Last."})).await.expect(200);
    editor.with("if-match", "\"v4\"").delete("sections/city").await.expect(204);
});

api_test!(a_server_can_demand_versions, async |world| {
    world.section("City").await;
    let strict = world.node(&[("REQUIRE_IF_MATCH", "true")]).await;
    let editor = strict.editor();
    editor.patch("sections/city", json!({"position": 1})).await.expect_problem(428, "version_required");
    editor.put("sections/city", json!({"name": "City"})).await.expect_problem(428, "version_required");
    editor.delete("sections/city").await.expect_problem(428, "version_required");
    editor.with("if-match", "\"v1\"").patch("sections/city", json!({"position": 1})).await.expect(200);
});

api_test!(answer_304_to_who_has_them_already, async |world| {
    world.section("City").await;
    for path in ["sections", "sections/city"] {
        let first = world.anonymous().get(path).await.expect(200);
        for sent in [first.etag(), format!("W/{}", first.etag()), format!("\"other\", {}", first.etag()), "*".to_owned()] {
            let again = world.anonymous().with("if-none-match", &sent).get(path).await.expect(304);
            assert_eq!((again.etag(), again.body.len()), (first.etag(), 0));
        }
        world.anonymous().with("if-none-match", "\"other\"").get(path).await.expect(200);
        world.editor().patch("sections/city", json!({"position": 7})).await.expect(200);
        let changed = world.anonymous().with("if-none-match", &first.etag()).get(path).await.expect(200);
        assert_ne!(changed.etag(), first.etag());
        world.editor().patch("sections/city", json!({"position": 0})).await.expect(200);
    }
});

api_test!(are_filtered_and_sorted, async |world| {
    let editor = world.editor();
    for (name, position) in [("Émile", 2), ("emil", 1), ("Zoo", 0), ("Ärger", 1)] {
        editor.post("sections", json!({"name": name, "position": position})).await.expect(201);
    }
    let names = async |query: &str| world.anonymous().get(&format!("sections?{query}")).await.expect(200).texts("name");
    assert_eq!(names("sort=name").await, ["Ärger", "emil", "Émile", "Zoo"]);
    assert_eq!(names("sort=-name").await, ["Zoo", "Émile", "emil", "Ärger"]);
    assert_eq!(names("sort=position,-name").await, ["Zoo", "emil", "Ärger", "Émile"]);
    assert_eq!(names("name[starts_with]=EM&sort=name").await, ["emil", "Émile"]);
    assert_eq!(names("name=%C3%A9mile").await, ["Émile"]);
    assert_eq!(names("name[contains]=g").await, ["Ärger"]);
    assert_eq!(names("slug[in]=zoo,emil&sort=-name").await, ["Zoo", "emil"]);
    assert_eq!(names("slug[nin]=zoo,emil&sort=name").await, ["Ärger", "Émile"]);
    assert_eq!(names("slug[ne]=zoo&slug=zoo").await, [""; 0]);
});

api_test!(show_only_the_members_asked_for, async |world| {
    world.section("City").await;
    let answer = world.anonymous().get("sections?fields=slug,name").await.expect(200);
    assert_eq!(answer.at("/data"), &json!([{"slug": "city", "name": "City"}]));
    let refused = world.anonymous().get("sections?fields=slug,nmae,slug").await.expect(400);
    let refused = refused.expect_faults(&[("fields", "stands_twice"), ("fields", "unknown_name")]);
    assert!(refused.text().contains("Did you mean"), "{refused}");
});

api_test!(refuse_what_a_list_does_not_understand, async |world| {
    let query = "limit=1000&sort=colour&nmae=x&name[like]=x&count=yes&parent[exists]=maybe&name=a&name=b&cursor=forged&id=city";
    let refused = world.anonymous().get(&format!("sections?{query}")).await.expect_problem(400, "malformed_query");
    let refused = refused.expect_faults(&[
        ("limit", "out_of_range"),
        ("sort", "unknown_name"),
        ("nmae", "unknown_parameter"),
        ("name[like]", "unknown_parameter"),
        ("count", "invalid_value"),
        ("parent[exists]", "invalid_value"),
        ("name", "stands_twice"),
        ("cursor", "invalid_cursor"),
        ("id", "invalid_value"),
    ]);
    assert!(refused.fault_detail("nmae").contains("\"name\""), "{refused}");
    for limit in ["0", "-1", "101", "x", "", "1.5", "99999999999999999999"] {
        let refused = world.anonymous().get(&format!("sections?limit={limit}")).await.expect(400);
        assert_eq!(refused.faults().first().map(|fault| fault.0.as_str()), Some("limit"));
    }
    world.anonymous().get("sections?name=%zz").await.expect_problem(400, "malformed_query");
    world.anonymous().get("sections?name=%00").await.expect_problem(400, "malformed_query");
    world.anonymous().get("sections/city?colour=red").await.expect_problem(400, "malformed_query");
});

api_test!(cursors_belong_to_their_query, async |world| {
    for name in ["One", "Two", "Three"] {
        world.section(name).await;
    }
    let page = world.anonymous().get("sections?limit=2&sort=name").await.expect(200);
    let cursor = page.text_at("/page/next");
    world.anonymous().get(&format!("sections?limit=1&sort=name&count=true&cursor={cursor}")).await.expect(200);
    for query in ["sort=-name", "sort=position", "sort=name&name[contains]=o"] {
        let refused = world.anonymous().get(&format!("sections?{query}&cursor={cursor}")).await;
        refused.expect(400).expect_faults(&[("cursor", "foreign_cursor")]);
    }
    let mut forged = cursor.clone();
    forged.replace_range(30..31, if &cursor[30..31] == "A" { "B" } else { "A" });
    for cursor in [forged.as_str(), &cursor[1..], "", "AAAA"] {
        let refused = world.anonymous().get(&format!("sections?sort=name&cursor={cursor}")).await;
        refused.expect(400).expect_faults(&[("cursor", "invalid_cursor")]);
    }
});

api_test!(pages_are_linked, async |world| {
    for number in 0..5 {
        world.section(&format!("Section {number}")).await;
    }
    let reader = world.anonymous();
    let first = reader.get("sections?limit=2&sort=name&count=true").await.expect(200);
    assert_eq!(first.at("/page/prev"), &Value::Null);
    assert_eq!((first.number_at("/page/limit"), first.number_at("/page/total")), (2, 5));
    let links = first.required_header("link");
    let next = link(&links, "next").expect("a next page");
    assert!(next.contains(&first.text_at("/page/next")) && next.contains("count=true&limit=2&sort=name"), "{links}");
    assert!(link(&links, "prev").is_none() && link(&links, "first").is_some(), "{links}");
    let path = next.strip_prefix("https://api.news.example").expect("links lead to the configured server");
    let second = reader.get(path).await.expect(200);
    assert_eq!(second.texts("name"), ["Section 2", "Section 3"]);
    let back = reader.get(&format!("sections?limit=2&sort=name&cursor={}", second.text_at("/page/prev"))).await.expect(200);
    assert_eq!(back.texts("name"), ["Section 0", "Section 1"]);
    assert_eq!(back.at("/page/prev"), &Value::Null);
    let third = reader.get(&format!("sections?limit=2&sort=name&cursor={}", second.text_at("/page/next"))).await.expect(200);
    assert_eq!((third.texts("name"), third.at("/page/next")), (vec!["Section 4".to_owned()], &Value::Null));
    let whole = reader.get("sections").await.expect(200);
    assert_eq!((whole.at("/page/total"), whole.header("link")), (&Value::Null, None));
});

api_test!(answer_head_and_options, async |world| {
    world.section("City").await;
    let got = world.anonymous().get("sections/city").await.expect(200);
    let head = world.anonymous().head("sections/city").await.expect(200);
    assert_eq!((head.etag(), head.body.len()), (got.etag(), 0));
    let options = world.anonymous().send(actix_web::http::Method::OPTIONS, "sections/city", None).await.expect(204);
    assert_eq!(options.required_header("allow"), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
});

/// Returns the URL of a relation in a Link header.
fn link<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    header.split(", ").find_map(|link| link.strip_suffix(&format!(">; rel=\"{relation}\""))?.strip_prefix('<'))
}
