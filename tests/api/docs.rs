//! The page that tries requests out: whole, without anything from elsewhere.

use serde_json::json;

use crate::support::{World, api_test, decoded};

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
    assert!(String::from_utf8(initializer.body).unwrap().contains("/openapi.json"));
    world.anonymous().get("/docs/nothing.js").await.expect_problem(404, "not_found");
});
