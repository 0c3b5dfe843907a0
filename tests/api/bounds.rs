//! Limits: whatever is sent, the response is short, names the exceeded limit, and delays nobody else.

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Client, Contract, Part, Role, World, api_test};

/// The maximum number of validation errors in a response.
const MAX_FAULTS: usize = 50;
/// The maximum size of a problem document, in bytes.
const MAX_PROBLEM: usize = 64 * 1024;

async fn send(client: &Client, method: Method, path: &str, body: String) -> Answer {
    client.with("content-type", "application/json").send(method, path, Some(body.into_bytes())).await
}

api_test!(a_list_that_is_too_long_is_counted_and_not_looked_at, async |world| {
    let body = json!({"email": "a@b.org", "lists": vec![""; 340_000]}).to_string();
    let (reader, editor) = (world.anonymous(), world.editor());
    let flood = send(&reader, Method::POST, "newsletter/subscriptions", body);
    let (refused, saved) = futures_util::future::join(flood, editor.post("sections", json!({"name": "City"}))).await;
    saved.expect(201);
    let refused = refused.expect(422).expect_faults(&[("/lists", "too_many")]);
    assert_eq!(refused.number_at("/errors/0/max"), 50);
    // The items are not looked up, in a small body, either.
    let small = json!({"email": "a@b.org", "lists": vec!["nothing"; 51]});
    reader.post("newsletter/subscriptions", small).await.expect(422).expect_faults(&[("/lists", "too_many")]);
});

api_test!(fifty_faults_are_told_and_that_there_are_more, async |world| {
    let unknown = |count: usize| -> Value {
        let members = (0..count).map(|index| (format!("unknown_{index}"), json!(1)));
        Value::Object(members.chain([("name".to_owned(), json!("City"))]).collect::<Map<_, _>>())
    };
    let told = world.editor().post("sections", unknown(MAX_FAULTS)).await.expect(422);
    assert_eq!((told.faults().len(), told.json().get("more")), (MAX_FAULTS, None));
    let told = world.editor().post("sections", unknown(MAX_FAULTS + 1)).await.expect(422);
    assert_eq!((told.faults().len(), told.at("/more")), (MAX_FAULTS, &json!(true)));
    assert_eq!(told.text_at("/detail"), "The request body has more than 50 validation errors.");
    world.editor().post("sections", unknown(20_000)).await.expect(422).expect_faults(&[("", "too_many")]);
    let query: Vec<String> = (0..190).map(|index| format!("a{index}=1")).collect();
    let told = world.anonymous().get(&format!("articles?{}", query.join("&"))).await.expect_problem(400, "malformed_query");
    assert_eq!((told.faults().len(), told.at("/more")), (MAX_FAULTS, &json!(true)));
    let query: Vec<String> = (0..1000).map(|index| format!("{index}")).collect();
    let told = world.anonymous().get(&format!("articles?{}", query.join("&"))).await.expect_problem(400, "malformed_query");
    assert!(told.faults().contains(&(String::new(), "too_many".to_owned())), "{told}");
    for list in ["fields", "include", "sort"] {
        let told = world.anonymous().get(&format!("articles?{list}={}", vec!["x"; 4000].join(","))).await.expect(400);
        assert!(told.faults().len() <= MAX_FAULTS);
    }
    let ids = vec!["x"; 4000].join(",");
    world.anonymous().get(&format!("articles?id[in]={ids}")).await.expect(400).expect_faults(&[("id[in]", "too_many")]);
});

/// Returns bodies of about this size that are invalid in many ways.
fn monsters(size: usize) -> Vec<(&'static str, String)> {
    let name = "n".repeat(size);
    let many = |piece: &dyn Fn(usize) -> String, of: usize| (0..size / of).map(piece).collect::<Vec<_>>().join(",");
    let deep = |inside: &str| format!("{}{inside}{}", "{\"x\":".repeat(30), "}".repeat(30));
    vec![
        ("a long name", format!("{{\"{name}\":1}}")),
        ("a long name of many", format!("{{\"{}\":{{{}}}}}", "n".repeat(size / 2), many(&|index| format!("\"{index}\":{{}}"), 24))),
        (
            "a long name over inexact numbers",
            format!("{{\"{}\":[{}]}}", "n".repeat(size / 2), many(&|_| "1.00000000000000000001".into(), 46)),
        ),
        ("many members", format!("{{{}}}", many(&|index| format!("\"member{index}\":1"), 16))),
        ("a member twice", format!("{{\"{0}\":1,\"{0}\":1}}", "n".repeat(size / 2))),
        ("control characters", format!("{{{}}}", many(&|index| format!("\"\\u0001{index}\":\"\\u0001\""), 22))),
        ("deep down", format!("{{\"custom\":{}}}", deep(&format!("[{}]", many(&|_| "0".into(), 2))))),
        ("an array", format!("[{}]", many(&|_| "0".into(), 2))),
    ]
}

/// Returns bodies with every member of the operation, each much too long.
fn swollen(operation: &Value, size: usize) -> Vec<String> {
    let schemas = &Contract::get().document["components"]["schemas"];
    let json = operation["requestBody"]["content"].as_object().into_iter().flatten().find(|(kind, _)| kind.ends_with("json"));
    let name = json.and_then(|(_, media)| media["schema"]["$ref"].as_str()?.rsplit('/').next()).unwrap_or_default();
    let members: Vec<&String> = schemas[name]["properties"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
    let each = size / members.len().max(1);
    let blocks = vec![json!({"type": "x"}); each / 12];
    let values = [
        json!("ab ".repeat(each / 3)),
        json!(vec![""; each / 3]),
        json!(vec![json!({}); each / 3]),
        json!({"id": "x".repeat(each)}),
        json!({"markdown": 5, "blocks": blocks}),
    ];
    let all = |value: &Value| members.iter().map(|name| ((*name).clone(), value.clone())).collect::<Map<_, _>>();
    values.iter().map(|value| Value::Object(all(value)).to_string()).collect()
}

api_test!(a_problem_document_is_short_whatever_was_sent, async |world| {
    world.section("City").await;
    let size = 40_000;
    for operation in &Contract::get().operations {
        let has_json = operation.item["requestBody"]["content"].as_object().into_iter().flatten().any(|(kind, _)| kind.ends_with("json"));
        if !has_json || operation.path.contains("/auth/logout") {
            continue;
        }
        let path = operation.path_with(|name| if name == "section" { "city".into() } else { "nothing".into() });
        let method: Method = operation.method.parse().unwrap();
        let bodies = monsters(size).into_iter().map(|(_, body)| body).chain(swollen(&operation.item, size));
        for body in bodies {
            let answer = send(&world.admin(), method.clone(), &path, body).await;
            if answer.status >= 400 {
                assert!(answer.text().len() <= MAX_PROBLEM, "{} answers with {} bytes", operation.id, answer.text().len());
                let faults = answer.json().get("errors").and_then(Value::as_array).map_or(0, Vec::len);
                assert!(faults <= MAX_FAULTS, "{} tells {faults} faults", operation.id);
            }
        }
    }
});

api_test!(what_is_quoted_is_cut, async |world| {
    let long = "é".repeat(200_000);
    let answer = send(&world.editor(), Method::POST, "sections", json!({"name": "x", &long: 1}).to_string()).await.expect(422);
    let fault = answer.at("/errors/0");
    assert!(fault["pointer"].as_str().unwrap().len() < 300 && fault["detail"].as_str().unwrap().len() < 1100, "{answer}");
    assert!(fault["pointer"].as_str().unwrap().ends_with('…'));
    let twice = format!("{{\"{0}\":1,\"{0}\":2}}", "n".repeat(400_000));
    let answer = send(&world.editor(), Method::POST, "sections", twice).await.expect_problem(400, "malformed_json");
    assert!(answer.text().len() < 2000, "{} bytes", answer.text().len());
    let path = format!("/api/v1/sections/{}", "%C3%BC".repeat(1300));
    let answer = world.anonymous().get(&path).await.expect_problem(404, "not_found");
    let instance = answer.text_at("/instance");
    assert!(
        instance.len() <= 1000 && path.starts_with(&instance) && instance.ends_with("%C3%BC") | instance.ends_with("%C3"),
        "{instance}"
    );
});

api_test!(a_conflict_over_long_texts_says_where_they_are, async |world| {
    let (editor, text) = (world.editor(), |word: &str| format!("{}\n\n", format!("{word} ").repeat(1000)).repeat(40));
    let made = editor.post("articles", json!({"title": "Long", "body": {"markdown": text("one")}})).await.expect(201);
    let (path, version) = (format!("articles/{}", made.id()), made.etag());
    editor.patch(&path, json!({"body": {"markdown": text("two")}})).await.expect(200);
    let late = json!({"title": "Longer", "body": {"markdown": text("three")}});
    let refused = editor.with("if-match", &version).patch(&path, late).await.expect_problem(412, "stale_version");
    assert!(refused.text().len() <= MAX_PROBLEM);
    assert_eq!(refused.at("/conflicts"), &json!([{"pointer": "/body/markdown", "omitted": true}]));
    assert_eq!(refused.at("/mergeable"), &json!(["/title"]));
});

api_test!(members_of_ones_own_are_bounded, async |world| {
    let editor = world.editor();
    // {"a":"…"} is nine bytes longer than its text.
    let custom = |bytes: usize| json!({"a": "x".repeat(bytes - 8)});
    let (fits, too_long) = (custom(16 * 1024), custom(16 * 1024 + 1));
    for (path, mut body) in [("articles?publish=true", json!({"title": "C"})), ("authors", json!({"name": "Mara"}))] {
        body["custom"] = too_long.clone();
        let refused = editor.post(path, body.clone()).await.expect(422).expect_faults(&[("/custom", "too_long")]);
        assert_eq!(refused.number_at("/errors/0/max"), 16 * 1024);
        body["custom"] = json!({"a": "x".repeat(900_000)});
        editor.post(path, body.clone()).await.expect(422).expect_faults(&[("/custom", "too_long")]);
        body["custom"] = fits.clone();
        let made = editor.post(path, body).await.expect(201);
        let own = format!("{}/{}", path.split('?').next().unwrap(), made.id());
        editor.patch(&own, json!({"custom": {"b": "more"}})).await.expect(422).expect_faults(&[("/custom", "too_long")]);
        editor.put(&own, made.json().clone()).await.expect(200);
    }
    let file = crate::support::jpeg(8, 8, 1);
    let text = too_long.to_string();
    let parts = [Part::file("a.jpg", &file), Part::text("alt", "A dot"), Part::text("custom", &text)];
    editor.upload("images", &parts).await.expect(422).expect_faults(&[("/custom", "too_long")]);
});

api_test!(what_was_larger_before_stays_until_its_next_save, async |world| {
    let editor = world.editor();
    let made = editor.post("authors", json!({"name": "Mara", "custom": {"a": "MARK"}})).await.expect(201);
    let large = "y".repeat(20_000);
    world.tamper(&format!("UPDATE authors SET custom = replace(custom, 'MARK', '{large}')"));
    let path = format!("authors/{}", made.id());
    assert_eq!(editor.get(&format!("{path}?view=editor")).await.expect(200).text_at("/custom/a"), large);
    editor.patch(&path, json!({"name": "Mara L."})).await.expect(422).expect_faults(&[("/custom", "too_long")]);
    editor.patch(&path, json!({"name": "Mara L.", "custom": {"a": "short"}})).await.expect(200);
});

/// Collects the members of request schemas without a limit: their places, beginning with the schema's name.
struct Survey {
    seen: Vec<String>,
    unbounded: Vec<String>,
}

/// Schemas whose limits are elsewhere, with the reason.
const BOUNDED_ELSEWHERE: [(&str, &str); 8] = [
    ("Embedded", "of an embedded resource, the id is taken and nothing else"),
    ("OperationDraft/body", "the operation that it is sent to checks it"),
    ("PieceContent", "bytes of a file, counted as they come"),
    ("ListInput/items", "derived, and ignored"),
    ("TableInput/headers", "derived, and ignored"),
    ("TableInput/align", "derived, and ignored"),
    ("TableInput/rows", "derived, and ignored"),
    ("FootnotesInput/items", "derived, and ignored"),
];

impl Survey {
    fn visit(&mut self, place: &str, schema: &Value) {
        if BOUNDED_ELSEWHERE.iter().any(|(known, _)| *known == place) || schema["readOnly"] == json!(true) || schema["format"] == "binary" {
            return;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            if !self.seen.iter().any(|seen| seen == name) {
                self.seen.push(name.to_owned());
                self.visit(name, &Contract::get().document["components"]["schemas"][name]);
            }
            return;
        }
        let branches: Vec<&Value> = ["oneOf", "anyOf", "allOf"].iter().filter_map(|word| schema[word].as_array()).flatten().collect();
        branches.iter().enumerate().for_each(|(index, branch)| self.visit(&format!("{place}|{index}"), branch));
        let has = |keyword: &str| schema.get(keyword).is_some();
        let is = |name: &str| schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.contains(&json!(name)));
        let typed = ["string", "array", "object", "number", "integer", "boolean", "null"].iter().any(|name| is(name));
        let is_open = schema["additionalProperties"] != json!(false);
        let lacks_bound = (is("string") && !has("maxLength") && !has("enum") && !has("const"))
            || (is("array") && !has("maxItems"))
            || (is("object") && is_open && !has("x-max-bytes") && !(has("maxProperties") && schema["additionalProperties"].is_object()))
            || (!typed && branches.is_empty() && !has("enum") && !has("const") && !has("x-max-bytes"));
        if lacks_bound {
            self.unbounded.push(place.to_owned());
        }
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            self.visit(&format!("{place}/{name}"), inner);
        }
        for inner in ["items", "additionalProperties"].iter().filter_map(|word| schema.get(*word)).filter(|inner| inner.is_object()) {
            self.visit(&format!("{place}[]"), inner);
        }
    }
}

#[test]
fn every_member_of_every_body_has_a_bound() {
    let mut survey = Survey { seen: Vec::new(), unbounded: Vec::new() };
    for operation in &Contract::get().operations {
        for (kind, media) in operation.item["requestBody"]["content"].as_object().into_iter().flatten() {
            survey.visit(&format!("{} {kind}", operation.id), &media["schema"]);
        }
    }
    assert!(survey.seen.len() > 50, "{} schemas are not all", survey.seen.len());
    assert!(survey.unbounded.is_empty(), "these have no bound:\n{}", survey.unbounded.join("\n"));
}

api_test!(comments_within_a_page_are_bounded_like_their_list, async |world| {
    const MAX_PAGE: usize = 1024 * 1024;
    world.admin().patch("site", json!({"comment_policy": {"max_length": 20_000}})).await.expect(200);
    let article = world.published_by(Role::Editor, "Trams").await;
    let text = "ж".repeat(19_990);
    let mut written = Vec::new();
    for number in 0..20 {
        written.push(world.comment(&article, &format!("{number} {text}")).await);
    }
    let reader = world.anonymous();
    let list = reader.get(&format!("articles/{article}/comments")).await.expect(200);
    let page = reader.get(&format!("pages/article/{article}")).await.expect(200);
    assert_eq!(page.at("/comments/data"), list.at("/data"));
    let here = page.at("/comments/data").as_array().map_or(0, Vec::len);
    assert!((1..20).contains(&here) && page.at("/comments").to_string().len() <= MAX_PAGE + 1024, "{here} comments");
    // The remaining comments follow on further pages.
    let mut seen: Vec<Value> = page.at("/comments/data").as_array().cloned().unwrap_or_default();
    let mut next = page.at("/comments/page/next").clone();
    while let Some(cursor) = next.as_str() {
        let more = reader.get(&format!("articles/{article}/comments?cursor={cursor}")).await.expect(200);
        assert!(more.text().len() <= MAX_PAGE + 1024);
        seen.extend(more.at("/data").as_array().cloned().unwrap_or_default());
        next = more.at("/page/next").clone();
    }
    let mut seen: Vec<String> = seen.iter().filter_map(|comment| comment["id"].as_str().map(str::to_owned)).collect();
    seen.sort();
    written.sort();
    assert_eq!(seen, written);
    let queue = world.moderator().get("comments").await.expect(200);
    assert!(queue.text().len() <= MAX_PAGE + 1024 && queue.at("/page/next").is_string());
});
