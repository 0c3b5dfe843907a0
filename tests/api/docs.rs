//! The documentation page: it works without resources from other hosts.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{Contract, Operation, World, api_test, decoded};

api_test!(the_docs_come_with_all_that_they_need, async |world| {
    world.anonymous().get("/docs").await.expect(308);
    let root = world.anonymous().get("/").await.expect(303);
    assert_eq!(root.header("location"), Some("/docs/"));
    world.anonymous().head("/").await.expect(303);
    world.anonymous().get("/?a=1").await.expect_problem(400, "malformed_query");
    world.anonymous().post("/", json!({})).await.expect_problem(405, "method_not_allowed");
    let page = world.anonymous().get("/docs/").await.expect(200);
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing comes from elsewhere: {html}");
    assert!(html.contains("<title>Masthead API</title>"), "{html}");
    assert!(html.contains(r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#), "{html}");
    let quoted = |name: &str| html.split(['"', '\'']).any(|piece| piece.trim_start_matches("./") == name);
    for file in ["swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css", "index.css", "swagger-initializer.js"] {
        assert!(quoted(file), "the page does not use {file}");
        let path = format!("/docs/{file}");
        let plain = world.anonymous().get(&path).await.expect(200);
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("Accept-Encoding")), "{file}");
        let coded = world.anonymous().with("accept-encoding", "br, gzip").get(&path).await.expect(200);
        assert_eq!(decoded(coded.header("content-encoding"), &coded.body), plain.body, "{file}");
        assert!(coded.required_header("content-security-policy").starts_with("default-src 'self'"));
    }
    let initializer = world.anonymous().get("/docs/swagger-initializer.js").await.expect(200);
    let settings = String::from_utf8(initializer.body).unwrap();
    let settings: String = settings.chars().filter(|c| !c.is_whitespace()).collect();
    for setting in ["/openapi.json", r#""docExpansion":"none""#, r#""filter":true"#, r#""defaultModelsExpandDepth":0"#] {
        assert!(settings.contains(setting), "{setting} is not in {settings}");
    }
    world.anonymous().get("/docs/nothing.js").await.expect_problem(404, "not_found");
});

api_test!(the_document_is_served_compact, async |world| {
    let answer = world.anonymous().get("/openapi.json").await.expect(200);
    let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.body, serde_json::to_vec(&document).unwrap(), "the document has blanks that say nothing");
    assert_eq!(document, Contract::get().document);
});

/// Who may use an operation, as its security says.
fn who(item: &Value) -> String {
    let ways = item["security"].as_array().unwrap();
    let roles = ways.iter().filter_map(|way| way["bearer"].as_array()).flatten().filter_map(Value::as_str);
    let roles: Vec<&str> = roles.collect();
    match (ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)), roles.is_empty()) {
        (_, true) => "everybody".to_owned(),
        (true, false) => format!("everybody; more for {}", roles.join(", ")),
        (false, false) => roles.join(", "),
    }
}

#[test]
fn the_table_of_operations_lists_what_is_routed() {
    let mut table = "# Operations\n\nEvery operation of the API, with the roles that may use it and the function that handles it.\n\n\
        | method | path | who may use it | function |\n|---|---|---|---|\n"
        .to_owned();
    for operation in &Contract::get().operations {
        let Operation { method, path, id, item } = operation;
        writeln!(table, "| {} | `{path}` | {} | `{id}` |", method.to_uppercase(), who(item)).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ROUTES.md");
    if std::fs::read_to_string(path).is_ok_and(|committed| committed == table) {
        return;
    }
    let fresh = concat!(env!("CARGO_TARGET_TMPDIR"), "/ROUTES.md");
    std::fs::write(fresh, table).unwrap();
    panic!("docs/ROUTES.md is not the table of today's operations: copy {fresh} to it");
}
