//! The documentation page: it works without resources from other hosts.

use serde_json::json;

use crate::support::{Contract, World, api_test, decoded};

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
