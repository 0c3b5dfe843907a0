//! Redirects, and the content at paths of the site.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Client, Node, Role, World, api_test};

async fn resolve(node: &Node, path: &str) -> Answer {
    node.anonymous().get(&format!("resolve?path={path}")).await
}

fn told(answer: &Answer) -> (i64, String, String) {
    (answer.number_at("/status"), answer.text_at("/kind"), answer.text_at("/url"))
}

fn is(status: i64, kind: &str, url: &str) -> (i64, String, String) {
    (status, kind.to_owned(), format!("https://news.example{url}"))
}

async fn redirect(world: &World, from: &str, to: &str) -> Answer {
    world.editor().post("redirects", json!({"from": from, "to": to})).await
}

async fn import(client: &Client, query: &str, file: &str) -> Answer {
    client.with("content-type", "text/csv").send(Method::POST, &format!("redirects/import{query}"), Some(file.as_bytes().to_vec())).await
}

api_test!(a_path_is_what_stands_there, async |world| {
    let (section, author, tag) = (world.section("City").await, world.author_named("Mara").await, world.tag("Rails").await);
    let article = world.published(json!({"title": "Tram", "section": "city", "tags": ["rails"]})).await;
    world.published(json!({"title": "About", "kind": "page"})).await;
    for (path, kind, id, url) in [
        ("/tram", "article", Some(&article), "/tram"),
        ("/tram/", "article", Some(&article), "/tram"),
        ("/tram%3Futm=x", "article", Some(&article), "/tram"),
        ("/tram%23top", "article", Some(&article), "/tram"),
        ("/sections/city", "section", Some(&section), "/sections/city"),
        ("/authors/mara", "author", Some(&author), "/authors/mara"),
        ("/tags/rails", "tag", Some(&tag), "/tags/rails"),
        ("/", "home", None, "/"),
    ] {
        let answer = resolve(world, path).await.expect(200);
        assert_eq!((told(&answer), answer.at("/id")), (is(200, kind, url), &json!(id)), "{path}");
    }
    assert_eq!(told(&resolve(world, "/about").await), is(200, "page", "/about"));
    assert_eq!(told(&resolve(world, "/TRAM").await), is(301, "article", "/tram"));
    for path in ["/nothing", "/sections/nothing", "/a/b/c", "/sections/city/x", "/%2e%2e/etc/passwd", "//evil.example", "/%00"] {
        let answer = resolve(world, path).await;
        assert!([404, 400].contains(&answer.status), "{answer}");
    }
    world.anonymous().get("resolve").await.expect(400);
    resolve(world, "tram").await.expect(400).expect_faults(&[("path", "invalid_value")]);
    resolve(world, "https://news.example/tram").await.expect(400);
});

api_test!(an_old_address_leads_to_the_new_one, async |world| {
    let node = world
        .node(&[("CACHE_BYTES", "0"), ("ARTICLE_PATH", "/{section}/{year}/{month}/{slug}.html"), ("SITE_URL", "https://news.example/blog")])
        .await;
    world.section("City").await;
    let id = world.published(json!({"title": "Tram", "section": "city"})).await;
    assert_eq!(told(&resolve(&node, "/blog/city/2026/03/tram.html").await), is(200, "article", "/blog/city/2026/03/tram.html"));
    assert_eq!(told(&resolve(&node, "/city/2026/03/tram.html").await), is(200, "article", "/blog/city/2026/03/tram.html"));
    // The slug decides; another date or section in the path redirects to the article's URL.
    assert_eq!(told(&resolve(&node, "/world/2019/01/tram.html").await), is(301, "article", "/blog/city/2026/03/tram.html"));
    world.editor().patch(&format!("articles/{id}?publish=true"), json!({"slug": "tramway"})).await.expect(200);
    assert_eq!(told(&resolve(&node, "/city/2026/03/tram.html").await), is(301, "article", "/blog/city/2026/03/tramway.html"));
    world.editor().delete(&format!("articles/{id}/publication")).await.expect(204);
    resolve(&node, "/city/2026/03/tramway.html").await.expect_problem(410, "gone");
    world.draft_of(Role::Editor, json!({"title": CANARY, "slug": "secret", "section": "city"})).await;
    resolve(&node, "/city/2026/03/secret.html").await.expect_problem(404, "not_found");
});

api_test!(redirects_are_made_read_changed_and_deleted, async |world| {
    let editor = world.editor();
    let made = editor.post("redirects", json!({"from": "/Old/Caf%C3%A9/", "to": "/tram?x=1#top"})).await.expect(201);
    let path = format!("redirects/{}", made.id());
    assert_eq!(made.required_header("location"), format!("https://api.news.example/api/v1/{path}"));
    assert_eq!((made.text_at("/from"), made.text_at("/to"), made.number_at("/status")), ("/Old/Café".into(), "/tram?x=1#top".into(), 301));
    let read = editor.get(&path).await.expect(200);
    assert_eq!(read.json(), made.json());
    // Sending the response back changes nothing.
    let same = editor.with("if-match", &read.etag()).put(&path, read.json().clone()).await.expect(200);
    assert_eq!((same.etag(), same.json()), (read.etag(), read.json()));
    let changed = editor.patch(&path, json!({"status": 302})).await.expect(200);
    assert_eq!((changed.number_at("/status"), changed.number_at("/version")), (302, 2));
    editor.with("if-match", "\"v1\"").patch(&path, json!({"status": 308})).await.expect_problem(412, "stale_version");
    editor.post("redirects", json!({"from": "/Old/Café", "to": "/x"})).await.expect_problem(409, "conflict");
    editor.patch(&path, json!({"status": 410})).await.expect(422).expect_faults(&[("/to", "not_with_410")]);
    editor.patch(&path, json!({"status": 410, "to": null})).await.expect(200);
    resolve(world, "/Old/Caf%25C3%25A9").await.expect_problem(410, "gone");
    editor.delete(&path).await.expect(204);
    editor.delete(&path).await.expect(204);
    resolve(world, "/Old/Caf%25C3%25A9").await.expect(404);
    editor.get(&path).await.expect(404);
    let audit = world.admin().get("audit?subject_kind=redirect").await;
    if audit.status == 200 {
        assert_eq!(audit.texts("kind"), ["redirect.deleted", "redirect.revised", "redirect.revised", "redirect.created"]);
    }
});

api_test!(all_faults_of_a_redirect_are_told, async |world| {
    let editor = world.editor();
    let body = json!({"from": "old path", "to": "javascript:alert(1)", "status": 303, "form": 1});
    let answer = editor.post("redirects", body).await.expect(422);
    let places: Vec<String> = answer.faults().into_iter().map(|(place, _)| place).collect();
    assert!(["/form", "/from", "/status", "/to"].iter().all(|place| places.iter().any(|other| other == place)), "{answer}");
    editor.post("redirects", json!({"from": "/a"})).await.expect(422).expect_faults(&[("/to", "required")]);
    editor.post("redirects", json!({"from": "/a", "to": "/b", "status": 410})).await.expect(422).expect_faults(&[("/to", "not_with_410")]);
    for bad in ["//evil.example/x", "/a?b", "/a#b", "", "a", "/a\n"] {
        editor.post("redirects", json!({"from": bad, "to": "/b"})).await.expect(422);
    }
    for bad in ["//evil.example", "ftp://x.example/", "/\\evil.example", "https://user:pw@x.example/"] {
        editor.post("redirects", json!({"from": "/a", "to": bad})).await.expect(422);
    }
});

api_test!(a_way_is_followed_to_its_end_and_never_in_a_circle, async |world| {
    world.published(json!({"title": "Tram"})).await;
    redirect(world, "/a", "/b").await.expect(201);
    redirect(world, "/b/", "https://news.example/c?keep=1").await.expect(201);
    redirect(world, "/c", "/tram#top").await.expect(201);
    assert_eq!(told(&resolve(world, "/a").await.expect(200)), is(301, "article", "/tram#top"));
    for (from, to) in [("/tram", "/a"), ("/tram", "https://news.example/b/"), ("/x", "/x"), ("/x", "/x/?a=1")] {
        let refused = redirect(world, from, to).await.expect(422).expect_faults(&[("/to", "loop")]);
        assert!(refused.fault_detail("/to").contains(from), "{refused}");
    }
    // A change cannot create a loop, either.
    let list = world.editor().get("redirects?from=/c").await.expect(200);
    let third = format!("redirects/{}", list.text_at("/data/0/id"));
    world.editor().patch(&third, json!({"to": "/a"})).await.expect(422).expect_faults(&[("/to", "loop")]);
    world.editor().patch(&third, json!({"to": "https://elsewhere.example/x", "status": 308})).await.expect(200);
    let answer = resolve(world, "/a").await.expect(200);
    assert_eq!(told(&answer), (301, "elsewhere".to_owned(), "https://elsewhere.example/x".to_owned()));
    // A redirect takes precedence over content at its path.
    redirect(world, "/tram", "/sections/nothing").await.expect(201);
    assert_eq!(told(&resolve(world, "/tram").await.expect(200)), is(301, "elsewhere", "/sections/nothing"));
    // A redirect to missing content is followed; a chain that ends with 410 is gone.
    world.editor().patch(&third, json!({"to": null, "status": 410})).await.expect(200);
    resolve(world, "/a").await.expect_problem(410, "gone");
    // A former slug adds no redirect for the reader.
    world.editor().patch("articles/tram?publish=true", json!({"slug": "tramway"})).await.expect(200);
    redirect(world, "/very-old", "/tram").await.expect(201);
    redirect(world, "/older", "/tramway").await.expect(201);
    assert_eq!(told(&resolve(world, "/older").await.expect(200)), is(301, "article", "/tramway"));
});

api_test!(redirects_are_listed_and_filtered, async |world| {
    for (from, to) in [("/a/one", "/x"), ("/a/two", "https://elsewhere.example/"), ("/b", "/y")] {
        redirect(world, from, to).await.expect(201);
        world.pass(1);
    }
    world.editor().post("redirects", json!({"from": "/gone", "status": 410})).await.expect(201);
    let from = async |query: &str| world.editor().get(&format!("redirects?{query}")).await.expect(200).texts("from");
    assert_eq!(from("").await, ["/gone", "/b", "/a/two", "/a/one"]);
    assert_eq!(from("from[starts_with]=/a/&sort=from").await, ["/a/one", "/a/two"]);
    assert_eq!(from("to[contains]=elsewhere").await, ["/a/two"]);
    assert_eq!(from("to[exists]=false").await, ["/gone"]);
    assert_eq!(from("status=410").await, ["/gone"]);
    assert_eq!(from("limit=1&fields=from").await, ["/gone"]);
    for (client, status) in [(world.anonymous(), 401), (world.author(), 403), (world.moderator(), 403)] {
        client.get("redirects").await.expect(status);
    }
});

api_test!(many_redirects_come_from_a_file, async |world| {
    world.published(json!({"title": "Tram"})).await;
    let file = "\u{feff}From,To,Status\r\n/one,/tram,301\r\n\"/two,2\",\"https://x.example/a,b\",302\r\n/three,,410\r\n/four/,/one,\r\n";
    let tried = import(&world.editor(), "?dry_run=true", file).await.expect(200);
    assert_eq!(tried.json(), &json!({"created": 4, "replaced": 0, "unchanged": 0}));
    resolve(world, "/one").await.expect(404);
    import(&world.editor(), "", file).await.expect(200);
    assert_eq!(told(&resolve(world, "/four").await), is(301, "article", "/tram"));
    resolve(world, "/three").await.expect(410);
    let again = import(&world.editor(), "", file).await.expect(200);
    assert_eq!(again.json(), &json!({"created": 0, "replaced": 0, "unchanged": 4}));
    let other = "from,to\n/one,/elsewhere\n/five,/one\n";
    import(&world.editor(), "", other).await.expect(422).expect_faults(&[("/2/from", "taken")]);
    resolve(world, "/five").await.expect(404);
    let replaced = import(&world.editor(), "?replace=true", other).await.expect(200);
    assert_eq!(replaced.json(), &json!({"created": 1, "replaced": 1, "unchanged": 0}));
    assert_eq!(told(&resolve(world, "/five").await), is(301, "elsewhere", "/elsewhere"));
});

api_test!(a_file_of_redirects_may_be_written_as_spreadsheets_do, async |world| {
    world.published(json!({"title": "Tram"})).await;
    for (file, path) in [
        ("FROM,To\n/comma,/tram\n", "/comma"),
        ("From;To;Status\r\n/semicolon;/tram;302\r\n", "/semicolon"),
        ("\u{feff}from\tto\n/tab\t/tram\n", "/tab"),
        ("to;from\n\"/tram?a=1;2\";/quoted\n", "/quoted"),
    ] {
        let done = import(&world.editor(), "", file).await.expect(200);
        assert_eq!(done.number_at("/created"), 1, "{file}");
        resolve(world, path).await.expect(200);
    }
    let refused = import(&world.editor(), "", "from;to\n/a,/b\n").await.expect(422);
    refused.expect_faults(&[("/2", "wrong_length")]);
});

api_test!(a_wrong_line_stops_the_whole_file_and_is_named, async |world| {
    redirect(world, "/there", "/a").await.expect(201);
    let before = world.database.dump();
    let file = "from,to,status\n/a,/b,301\nb,javascript:x,303\n/c,/d\n/a/,/e,301\n/f,,301\n/g,/h,410\n/b,/there,301\n/z,/z,\n";
    let answer = import(&world.editor(), "", file).await.expect(422);
    answer.expect_faults(&[
        ("/2/to", "loop"),
        ("/3/from", "invalid_format"),
        ("/3/to", "invalid_format"),
        ("/3/status", "not_one_of"),
        ("/4", "wrong_length"),
        ("/5/from", "stands_twice"),
        ("/6/to", "required"),
        ("/7/to", "not_with_410"),
        ("/8/to", "loop"),
        ("/9/to", "loop"),
    ]);
    for (file, place, code) in [
        ("source,to\n/a,/b\n", "/1", "unknown_name"),
        ("from\n/a\n", "/1", "required"),
        ("", "/1", "required"),
        ("from,to,to\n", "/1", "stands_twice"),
    ] {
        let answer = import(&world.editor(), "", file).await.expect(422);
        assert!(answer.faults().iter().any(|fault| fault == &(place.to_owned(), code.to_owned())), "{answer}");
    }
    let latin = b"from,to\n/caf\xe9,/b\n".to_vec();
    let client = world.editor().with("content-type", "text/csv");
    client.send(Method::POST, "redirects/import", Some(latin)).await.expect(422).expect_faults(&[("/2", "invalid_utf8")]);
    world.editor().post("redirects/import", json!({})).await.expect_problem(415, "unsupported_media_type");
    let many = (0..10_001).map(|n| format!("/n{n},/t")).collect::<Vec<_>>().join("\n");
    import(&world.editor(), "", &format!("from,to\n{many}")).await.expect(422).expect_faults(&[("", "too_many")]);
    import(&world.editor(), "", &format!("from,to\n{}", "x".repeat(1_100_000))).await.expect_problem(413, "too_large");
    assert_eq!(world.database.dump(), before);
    assert_eq!(Value::Null, *import(&world.author(), "", "from,to\n").await.expect(403).json().get("created").unwrap_or(&Value::Null));
});
