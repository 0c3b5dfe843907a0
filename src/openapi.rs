//! The OpenAPI document: collected from the handlers, completed by loops that no handler can forget.

mod answers;
mod custom;
mod defaults;
mod examples;
mod names;
mod requests;
mod schemas;
mod scopes;
mod unions;

use std::sync::{Arc, OnceLock};

use actix_web::dev::HttpServiceFactory;
use serde_json::{Value, json};
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::{ComponentsBuilder, Schema};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder, RefOr};
use utoipa_actix_web::OpenApiFactory;

pub(crate) use self::schemas::DraftFacts;
use crate::http::{Methods, Mount};
use crate::input::CustomKind;
pub use crate::input::referenced;
use crate::routes;

/// The document.
pub(crate) fn document() -> Arc<Value> {
    static DOCUMENT: OnceLock<Arc<Value>> = OnceLock::new();
    Arc::clone(DOCUMENT.get_or_init(|| Arc::new(build())))
}

/// The document as it is committed.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string_pretty(&*document()).unwrap_or_default() + "\n")
}

/// The document as it is served where there are no schemas of custom fields.
pub(crate) fn compact() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string(&*document()).unwrap_or_default())
}

/// The document as it is served: compact, and with what administrators said of custom fields, each schema and the kind of thing whose `custom` must fit it.
pub(crate) fn text_with(custom: &[(CustomKind, Value)]) -> String {
    let mut document = (*document()).clone();
    custom::complete(&mut document, custom);
    serde_json::to_string(&document).unwrap_or_default()
}

/// Which methods each path of the document has; known without the document itself, which is large, and which most servers
/// are never asked for.
pub(crate) fn methods() -> &'static Methods {
    static METHODS: OnceLock<Methods> = OnceLock::new();
    METHODS.get_or_init(|| {
        let mut methods = Methods::default();
        routes::mount(&mut methods);
        methods
    })
}

/// What the handlers say of themselves.
#[derive(Default)]
struct Collected {
    prefix: &'static str,
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Mount for Collected {
    fn service<O>(&mut self, operation: O) -> &mut Self
    where
        O: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        for (path, item) in operation.paths().paths {
            let mut paths = Paths::new();
            paths.paths.insert(format!("{}{path}", self.prefix), item);
            self.paths.merge(paths);
        }
        operation.schemas(&mut self.schemas);
        self
    }

    fn below(&mut self, prefix: &'static str, routes: impl FnOnce(&mut Self)) -> &mut Self {
        let above = std::mem::replace(&mut self.prefix, prefix);
        routes(self);
        self.prefix = above;
        self
    }
}

fn collected() -> OpenApi {
    let mut collected = Collected::default();
    routes::mount(&mut collected);
    let components = ComponentsBuilder::new().schemas_from_iter(collected.schemas).build();
    OpenApiBuilder::new().info(Info::new("", "")).paths(collected.paths).components(Some(components)).build()
}

fn build() -> Value {
    let mut document = serde_json::to_value(collected()).unwrap_or_default();
    document["openapi"] = "3.1.0".into();
    document["info"] = info();
    document["servers"] = json!([{"url": "/", "description": "The server that this document came from."}]);
    document["tags"] = tags();
    document["components"]["securitySchemes"] = json!({"bearer": {
        "type": "http", "scheme": "bearer",
        "description": "An access token (a JWT from `POST /api/v1/auth/login`) or an API key (`mh_…` from `POST /api/v1/tokens`). Where an operation lists roles, one of them is needed.",
    }});
    each_operation(&mut document, |_, _, operation| {
        if operation.get("security").is_none() {
            operation["security"] = json!([]);
        }
    });
    names::refer_to_equals(&mut document);
    unions::complete(&mut document);
    schemas::complete(&mut document);
    requests::complete(&mut document);
    answers::complete(&mut document);
    scopes::complete(&mut document);
    examples::complete(&mut document);
    defaults::complete(&mut document);
    names::complete(&mut document);
    document
}

/// Every operation of the document: path, method, operation.
fn each_operation(document: &mut Value, mut work: impl FnMut(&str, &str, &mut Value)) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths.iter_mut() {
        let Some(methods) = item.as_object_mut() else { continue };
        for (method, operation) in
            methods.iter_mut().filter(|(method, _)| ["get", "post", "put", "patch", "delete"].contains(&method.as_str()))
        {
            work(path, method, operation);
        }
    }
}

fn info() -> Value {
    json!({
        "title": "Masthead",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "A headless CMS for newsrooms and blogs.",
        "description": "JSON over HTTP.\n\n\
            - A plain `GET` is the public view, the same bytes for everybody. What only staff may see is asked for in so many words (`?view=editor`), needs a token and is never cached.\n\
            - Times are RFC 3339 in UTC with milliseconds; ids are UUIDv7 (RFC 9562). Every member is always present, `null` when empty.\n\
            - `PATCH` is a JSON Merge Patch (RFC 7396); `PUT` replaces. What `?view=editor` returns can be sent back with `PUT` and changes nothing: members marked `readOnly` are passed over, or must be as they are.\n\
            - Input is strict: unknown members, parameters and values are refused, and all faults of a request are reported at once.\n\
            - Errors are problem documents (RFC 9457); `GET /problems/{code}` explains each code.\n\
            - Public answers carry a strong `ETag` and answer `If-None-Match` with `304`; editor views carry their version as `ETag`, which guards writes by `If-Match`.\n\
            - Any `POST` may carry an `Idempotency-Key`: the first answer is kept for 24 hours and replayed.\n\
            - `HEAD` and `OPTIONS` work everywhere.",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn tags() -> Value {
    let tag = |name: &str, about: &str| json!({"name": name, "description": about});
    json!([
        tag("Articles", "Articles and pages: working copy and published copy."),
        tag("Previews", "Links to what is not public yet."),
        tag("Authors", "Who signs articles."),
        tag("Sections", "The one place of the paper that an article belongs to."),
        tag("Tags", "What articles are about."),
        tag("Collections", "Lists of articles, put together by hand."),
        tag("Pages", "Everything that a reader's page is made of, in one answer."),
        tag("Feeds", "Feeds, sitemaps and oEmbed."),
        tag("Redirects", "Where paths of the site lead to that nothing stands at any more."),
        tag("Images", "Pictures and their files."),
        tag("Comments", "What readers say, and its moderation."),
        tag("Newsletter", "What readers can subscribe to, who did, and how one comes and leaves."),
        tag("Ads", "Places for ads, what is shown there, and how often."),
        tag("Batch", "Many writes in one request and one transaction."),
        tag("Site", "What a front end needs to know of the site as a whole."),
        tag("Authentication", "Logging in and out; sessions and one's own account."),
        tag("Users", "Accounts of the people who work here."),
        tag("Tokens", "API keys for programs."),
        tag("Schemas", "What members of your own (`custom`) must be."),
        tag("Audit", "Who did what, and when."),
        tag("Operation", "Health, documentation, error codes."),
    ])
}
