//! Errors: every failure gets a problem document that explains it without internal details.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Contract, World, api_test};

api_test!(unknown_addresses_are_404, async |world| {
    for path in ["/nothing", "/api", "/api/v1", "/api/v1/", "/api/v2/sections", "/healthz/", "/sections", "/openapi.yaml"] {
        let answer = world.anonymous().get(path).await.expect_problem(404, "not_found");
        assert_eq!(answer.text_at("/instance"), path);
        assert_eq!(answer.text_at("/request_id"), answer.required_header("x-request-id"));
        assert_eq!(answer.text_at("/type"), "/problems/not_found");
    }
    world.anonymous().post("/nothing", json!({})).await.expect_problem(404, "not_found");
});

api_test!(addresses_are_exact, async |world| {
    world.section("City").await;
    let spellings = [
        "/api/v1/sections/city/",
        "/api/v1//sections/city",
        "//api/v1/sections",
        "/API/v1/sections",
        "/api/v1/Sections",
        "/api/v1/sections/",
    ];
    for path in spellings {
        world.anonymous().get(path).await.expect(404);
        world.editor().delete(path).await.expect(404);
    }
    for path in ["/api/v1/sections%2fcity", "/api/v1/sections/..%2fsections", "/api/v1/sections/city%00", "/api/v1/sections/%ff"] {
        world.anonymous().get(path).await.expect(404);
    }
    world.anonymous().get("sections/city").await.expect(200);
});

api_test!(other_methods_are_405_and_named, async |world| {
    let client = world.admin();
    for (method, path, allow) in [
        (Method::DELETE, "sections", "GET, POST, HEAD, OPTIONS"),
        (Method::POST, "sections/city", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        (Method::POST, "/healthz", "GET, HEAD, OPTIONS"),
        (Method::TRACE, "/healthz", "GET, HEAD, OPTIONS"),
        (Method::CONNECT, "sections", "GET, POST, HEAD, OPTIONS"),
        (Method::from_bytes(b"PROPFIND").unwrap(), "sections", "GET, POST, HEAD, OPTIONS"),
        (Method::from_bytes(b"get").unwrap(), "sections", "GET, POST, HEAD, OPTIONS"),
    ] {
        let answer = client.send(method, path, None).await.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.required_header("allow"), allow);
    }
});

api_test!(every_method_of_every_address_is_answered, async |world| {
    for operation in &Contract::get().operations {
        let path = operation.path_with(|_| "nothing".to_owned());
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::TRACE]
        {
            let answer = world.anonymous().with("content-type", "application/json").send(method.clone(), &path, None).await;
            let known = Contract::get().operation(method.as_str(), &path).is_some() || method == Method::OPTIONS;
            assert_eq!(known, answer.status != 405, "{answer}");
        }
    }
});

api_test!(bodies_must_be_json_of_1_mib, async |world| {
    let editor = world.editor();
    let send = async |content_type: &str, body: &[u8]| {
        editor.with("content-type", content_type).send(Method::POST, "sections", Some(body.to_vec())).await
    };
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "application/jsonx", "json", ""]
    {
        send(content_type, b"{\"name\":\"x\"}").await.expect_problem(415, "unsupported_media_type");
    }
    for charset in ["utf-16", "iso-8859-1", "\"UTF-16\"", ""] {
        let content_type = format!("application/json; charset={charset}");
        send(&content_type, b"{\"name\":\"x\"}").await.expect_problem(415, "unsupported_media_type");
    }
    send("application/json;charset=\"UTF-8\"", b"{\"name\":\"quoted\"}").await.expect(201);
    send("Application/JSON; charset=utf-8", b"{\"name\":\"x\"}").await.expect(201);
    editor.send(Method::POST, "sections", Some(b"{\"name\":\"x\"}".to_vec())).await.expect_problem(415, "unsupported_media_type");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
    let refused = send("application/json", large.as_bytes()).await.expect_problem(413, "too_large");
    assert_eq!(refused.number_at("/max"), 1_048_576);
    // The announced length may be wrong.
    let lying = editor.with("content-type", "application/json").with("content-length", "10");
    lying.send(Method::POST, "sections", Some(large.into_bytes())).await.expect_problem(413, "too_large");
    // Padded to the largest accepted size.
    let fits = format!("{{\"name\":\"fits\"}}{}", " ".repeat(1024 * 1024 - 15));
    assert_eq!(fits.len(), 1024 * 1024);
    send("application/json", fits.as_bytes()).await.expect(201);
    send("application/json", format!("{fits} ").as_bytes()).await.expect_problem(413, "too_large");
});

api_test!(compressed_bodies_are_refused, async |world| {
    let send = async |client: Client, path: &str, content_type: &str, body: &[u8]| {
        client.with("content-type", content_type).with("content-encoding", "gzip").send(Method::POST, path, Some(body.to_vec())).await
    };
    let (json, csv) = (b"{\"name\":\"x\"}".as_slice(), b"from,to\n".as_slice());
    for (path, content_type, body) in [
        ("sections", "application/json", json),
        ("redirects/import", "text/csv", csv),
        ("images", "multipart/form-data; boundary=x", b"--x--".as_slice()),
        ("newsletter/unsubscriptions", "application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click".as_slice()),
    ] {
        let refused = send(world.editor(), path, content_type, body).await.expect_problem(415, "unsupported_media_type");
        assert_eq!(refused.header("accept-encoding"), Some("identity"), "{path}");
    }
    let plain = world.editor().with("content-type", "application/json").with("content-encoding", "identity");
    plain.send(Method::POST, "sections", Some(json.to_vec())).await.expect(201);
});

api_test!(mistyped_names_are_guessed, async |world| {
    let detail = async |path: &str| world.anonymous().get(path).await.expect(400).text_at("/errors/0/detail");
    assert!(detail("articles?sort=titel").await.ends_with("Did you mean \"title\"?"));
    assert!(detail("articles?fields=dke").await.ends_with("Did you mean \"dek\"?"));
    assert!(detail("articles?lcoale=de").await.ends_with("Did you mean \"locale\"?"));
    let plus = "articles?published_at[gt]=2026-01-31T12:00:00+01:00";
    assert!(detail(plus).await.ends_with("write a plus sign as %2B in a URL."));
});

api_test!(malformed_json_is_400, async |world| {
    let deep = |levels: usize| format!("{{\"name\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let many = |values: usize| format!("{{\"name\":[{}0]}}", "0,".repeat(values - 3)).into_bytes();
    let bodies: [(&str, Vec<u8>); 17] = [
        ("nothing", b"".to_vec()),
        ("cut", b"{\"name\":".to_vec()),
        ("no JSON", b"name=x".to_vec()),
        ("a trailing comma", b"{\"name\":\"x\",}".to_vec()),
        ("single quotes", b"{'name':'x'}".to_vec()),
        ("a comment", b"{\"name\":\"x\"/*y*/}".to_vec()),
        ("two documents", b"{\"name\":\"x\"}{}".to_vec()),
        ("not UTF-8", b"{\"name\":\"\xff\"}".to_vec()),
        ("a lone surrogate", b"{\"name\":\"\\ud800\"}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{\"name\":\"x\"}".to_vec()),
        ("NaN", b"{\"name\":NaN}".to_vec()),
        ("a number beyond all", b"{\"name\":\"x\",\"position\":1e400}".to_vec()),
        ("a number below all", b"{\"name\":\"x\",\"custom\":[-1.5e309]}".to_vec()),
        ("a member twice", b"{\"name\":\"x\",\"name\":\"y\"}".to_vec()),
        ("a member twice, deep down", b"{\"name\":{\"a\":[{\"b\":1,\"b\":2}]}}".to_vec()),
        ("33 levels", deep(33).into_bytes()),
        ("350,001 values", many(350_001)),
    ];
    for (what, body) in bodies {
        let answer = world.editor().with("content-type", "application/json").send(Method::POST, "sections", Some(body)).await;
        assert_eq!((answer.status, answer.text_at("/code").as_str()), (400, "malformed_json"), "{what}: {answer}");
    }
    let answer = world.editor().with("content-type", "application/json").send(Method::POST, "sections", Some(deep(32).into_bytes())).await;
    answer.expect(422).expect_faults(&[("/name", "wrong_type")]);
    let answer = world.editor().with("content-type", "application/json").send(Method::POST, "sections", Some(many(350_000))).await;
    answer.expect(422).expect_faults(&[("/name", "wrong_type")]);
    let bottomless = vec![b'['; 1024 * 1024];
    let answer = world.editor().with("content-type", "application/json").send(Method::POST, "sections", Some(bottomless)).await;
    answer.expect_problem(400, "malformed_json");
});

api_test!(wrong_types_are_422_wherever_they_stand, async |world| {
    let wrong = |value: Value| async { world.editor().post("sections", value).await.expect(422).faults() };
    for value in [json!([]), json!("x"), json!(7), json!(null), json!(true)] {
        assert_eq!(wrong(value).await, [(String::new(), "wrong_type".to_owned())]);
    }
    for value in [json!(7), json!([]), json!({}), json!(null), json!(true)] {
        assert_eq!(wrong(json!({"name": value})).await, [("/name".to_owned(), "wrong_type".to_owned())]);
    }
    for value in [json!("7"), json!(1.5), json!([]), json!(true)] {
        assert_eq!(wrong(json!({"name": "x", "position": value})).await, [("/position".to_owned(), "wrong_type".to_owned())]);
    }
    let whole = world.editor().post("sections", json!({"name": "x", "position": 3.0})).await.expect(201);
    assert_eq!(whole.number_at("/position"), 3);
    assert_eq!(wrong(json!({"name": "x", "position": 1e300})).await, [("/position".to_owned(), "out_of_range".to_owned())]);
    for value in [json!(7), json!([]), json!({}), json!({"id": 7}), json!("a\u{0}b"), json!({"id": "a\u{0}b"})] {
        let faults = wrong(json!({"name": "x", "parent": value})).await;
        assert!(faults.iter().all(|(place, _)| place.starts_with("/parent")), "{faults:?}");
    }
    assert_eq!(wrong(json!({"name": "a\u{0}b"})).await, [("/name".to_owned(), "invalid_format".to_owned())]);
    assert_eq!(wrong(json!({"name": "x", "a/b~c": 1})).await, [("/a~1b~0c".to_owned(), "unknown_member".to_owned())]);
});

api_test!(long_addresses_are_414, async |world| {
    let path = format!("/api/v1/sections?name={}", "x".repeat(8192));
    world.anonymous().get(&path).await.expect_problem(414, "uri_too_long");
    world.anonymous().get(&format!("/{}", "x".repeat(8192))).await.expect_problem(414, "uri_too_long");
    world.anonymous().get(&format!("/{}", "x".repeat(8191))).await.expect_problem(404, "not_found");
});

api_test!(answers_come_in_the_documented_order, async |world| {
    world.section("City").await;
    let nobody = world.anonymous();
    let contributor = world.contributor();
    let bad = json!({"nmae": 7});
    // Errors are checked in this order: URL, method, media type, caller.
    nobody.with("content-type", "text/plain").post("/api/v1/nothing", bad.clone()).await.expect(404);
    nobody.with("content-type", "text/plain").post("sections/city", bad.clone()).await.expect(405);
    nobody.with("content-type", "text/plain").post("sections", bad.clone()).await.expect(415);
    // Callers without permission learn neither the validation errors nor whether the resource exists.
    nobody.post("sections?colour=red", bad.clone()).await.expect(401);
    contributor.post("sections?colour=red", bad.clone()).await.expect(403);
    contributor.patch("sections/nowhere", bad.clone()).await.expect(403);
    let editor = world.editor().with("if-match", "\"v7\"");
    editor.patch("sections/nowhere?colour=red", bad.clone()).await;
    editor.patch("sections/nowhere", bad.clone()).await.expect(404);
    editor.patch("sections/city", bad).await.expect(422);
    editor.patch("sections/city", json!({"slug": "town"})).await.expect(412);
});

api_test!(request_ids_are_taken_over_when_well_formed, async |world| {
    let sent = world.anonymous().with("x-request-id", "trace-1.a_B").get("/healthz").await;
    assert_eq!(sent.required_header("x-request-id"), "trace-1.a_B");
    let long = "x".repeat(129);
    for id in ["", "two words", "a\"b", "{x}", long.as_str()] {
        let answer = world.anonymous().with("x-request-id", id).get("/healthz").await;
        assert_ne!(answer.required_header("x-request-id"), id);
    }
});

api_test!(problems_are_explained, async |world| {
    let codes = Contract::get().document.pointer("/components/schemas/Problem/properties/code/enum").and_then(Value::as_array).cloned();
    let codes = codes.expect("the document lists the codes");
    assert!(codes.len() > 20);
    for code in codes {
        let code = code.as_str().unwrap_or_default();
        let kind = world.anonymous().get(&format!("/problems/{code}")).await.expect(200);
        assert_eq!(kind.text_at("/code"), code);
    }
    world.anonymous().get("/problems/no_such_code").await.expect_problem(404, "not_found");
});

api_test!(tokens_are_asked_for_by_their_scheme, async |world| {
    for header in ["", "Bearer", "Bearer ", "Basic YTpi", "bearer nonsense", "Bearer a b", "Token x"] {
        let answer = world.anonymous().with("authorization", header).post("sections", json!({"name": "x"})).await;
        let answer = answer.expect_problem(401, "unauthenticated");
        assert!(answer.required_header("www-authenticate").starts_with("Bearer"));
    }
    let answer = world.anonymous().post("sections", json!({"name": "x"})).await.expect_problem(401, "unauthenticated");
    assert!(answer.required_header("www-authenticate").starts_with("Bearer"));
});

api_test!(refused_writes_change_nothing, async |world| {
    world.section("City").await;
    let before = world.database.dump();
    let editor = world.editor();
    editor.post("sections", json!({"name": "x", "slug": "city"})).await.expect(409);
    editor.post("sections", json!({"name": "x", "parent": "nowhere"})).await.expect(422);
    editor.patch("sections/city", json!({"parent": "city"})).await.expect(422);
    editor.with("if-match", "\"v9\"").put("sections/city", json!({"name": "Town"})).await.expect(412);
    editor.put("sections/nowhere", json!({"name": "Town"})).await.expect(404);
    world.contributor().put("sections/city", json!({"name": "Town"})).await.expect(403);
    world.anonymous().delete("sections/city").await.expect(401);
    assert_eq!(before, world.database.dump());
});
