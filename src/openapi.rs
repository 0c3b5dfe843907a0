//! The OpenAPI document: collected from the handlers, completed by loops that no handler can forget.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};
use utoipa_actix_web::AppExt;

use crate::http::Methods;
use crate::routes;

/// The document.
pub(crate) fn document() -> Arc<Value> {
    static DOCUMENT: OnceLock<Arc<Value>> = OnceLock::new();
    Arc::clone(DOCUMENT.get_or_init(|| Arc::new(build())))
}

/// The document as it is served and committed.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string_pretty(&*document()).unwrap_or_default() + "\n")
}

/// Which methods each path of the document has.
pub(crate) fn methods() -> &'static Methods {
    static METHODS: OnceLock<Methods> = OnceLock::new();
    METHODS.get_or_init(|| Methods::of(&document()))
}

fn build() -> Value {
    let (_, collected) = actix_web::App::new().into_utoipa_app().configure(routes::configure).split_for_parts();
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    if let Some(members) = document.as_object_mut() {
        members.insert("openapi".into(), "3.1.0".into());
        members.insert("info".into(), info());
        members.insert("servers".into(), json!([{"url": "/", "description": "The server that this document came from."}]));
        members.insert("tags".into(), tags());
    }
    document
}

fn info() -> Value {
    json!({
        "title": "Masthead",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "A headless CMS for newsrooms and blogs.",
        "description": "JSON over HTTP. A plain `GET` is the public view, the same for everybody; what only staff may see is asked for in so many words (`?view=editor`). Errors are problem documents (RFC 9457); writes are guarded by `If-Match`; any `POST` may carry an `Idempotency-Key`.",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn tags() -> Value {
    json!([])
}

#[expect(dead_code, reason = "used by the completing loops")]
type Members = Map<String, Value>;
