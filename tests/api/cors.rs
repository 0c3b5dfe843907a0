//! CORS: pages of other origins may send and read all headers that the program uses.

use std::collections::BTreeSet;
use std::path::Path;

use actix_web::http::Method;

use crate::support::{Client, World, api_test};

/// Headers that every page may read anyway, or that only browsers and caches need.
const FOR_BROWSERS: [&str; 9] = [
    "cache-control",
    "content-encoding",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "referrer-policy",
    "vary",
    "www-authenticate",
    "x-content-type-options",
];

/// Returns the header names that follow one of these texts in the sources.
fn named_after(words: &[&str]) -> BTreeSet<String> {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut names = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let found = words.iter().flat_map(|word| text.split(word).skip(1)).filter_map(|rest| rest.split('"').next());
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        names.extend(found.filter(is_name).map(str::to_owned));
    }
    names
}

/// Returns the allowed and exposed headers in the response to a preflight request from an allowed origin.
async fn preflight(page: &Client, asked: &str) -> (Vec<String>, Vec<String>) {
    let page = page.with("access-control-request-method", "PATCH").with("access-control-request-headers", asked);
    let answer = page.send(Method::OPTIONS, "sections/city", None).await.expect(204);
    let names = |header: &str| answer.required_header(header).to_lowercase().split(',').map(|name| name.trim().to_owned()).collect();
    (names("access-control-allow-headers"), names("access-control-expose-headers"))
}

api_test!(pages_may_send_whatever_headers_they_ask_for, async |world| {
    let node = world.node(&[("CORS_ORIGINS", "https://app.example")]).await;
    let page = node.anonymous().with("origin", "https://app.example");
    let (allowed, _) = preflight(&page, "sentry-trace, baggage,traceparent, tracestate").await;
    assert_eq!(allowed, ["sentry-trace", "baggage", "traceparent", "tracestate"]);
    // Names of headers that are read are in lower case, those in problems in capitals.
    let read = named_after(&[".header(\"", ".headers().get(\"", "headers.get_all(\""]);
    let read: Vec<String> = read.into_iter().filter(|name| *name == name.to_lowercase()).collect();
    assert!(["if-match", "idempotency-key", "x-edit-token"].iter().all(|name| read.iter().any(|one| one == name)), "{read:?}");
    assert_eq!(preflight(&page, &read.join(", ")).await.0, read);
    // A preflight request without a valid list of names gets the usual names.
    for asked in ["", "a b", "a,,b", &"a,".repeat(4000)] {
        let (usual, _) = preflight(&page, asked).await;
        for name in ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-edit-token", "upload-metadata"] {
            assert!(usual.iter().any(|one| one == name), "{name} for {asked:?}");
        }
    }
    // Other origins get no such headers.
    let stranger = node.anonymous().with("origin", "https://evil.example").with("access-control-request-headers", "baggage");
    let refused = stranger.send(Method::OPTIONS, "sections/city", None).await.expect(204);
    assert_eq!((refused.header("access-control-allow-headers"), refused.header("access-control-allow-origin")), (None, None));
});

api_test!(pages_may_read_whatever_headers_answers_have, async |world| {
    let node = world.node(&[("CORS_ORIGINS", "https://app.example")]).await;
    let page = node.anonymous().with("origin", "https://app.example");
    let (_, exposed) = preflight(&page, "").await;
    let mut written = named_after(&["insert_header((\"", "append_header((\"", "HeaderName::from_static(\""]);
    written.extend(named_after(&[".header(\""]).into_iter().filter(|name| *name != name.to_lowercase()));
    let written: BTreeSet<String> = written.iter().map(|name| name.to_lowercase()).collect();
    assert!(["dry-run", "retry-after", "upload-offset", "x-robots-tag"].iter().all(|name| written.contains(*name)), "{written:?}");
    for name in written.iter().filter(|name| !name.starts_with("access-control-")) {
        let known = exposed.contains(name) || FOR_BROWSERS.contains(&name.as_str());
        assert!(known, "{name} is written and pages cannot read it: name it in src/http/cors.rs");
    }
    // Headers that the sources name by constants.
    for name in ["etag", "link", "location", "allow", "accept-ranges", "content-range", "content-disposition"] {
        assert!(exposed.iter().any(|one| one == name), "{name}");
    }
});
