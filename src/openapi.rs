//! The OpenAPI document: collected from the handlers, then completed by rules that apply to every operation.

mod answers;
mod callers;
mod custom;
mod defaults;
mod examples;
mod names;
mod paths;
mod requests;
mod schemas;
mod scopes;
mod sparse;
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

/// Returns the document.
pub(crate) fn document() -> Arc<Value> {
    static DOCUMENT: OnceLock<Arc<Value>> = OnceLock::new();
    Arc::clone(DOCUMENT.get_or_init(|| Arc::new(build())))
}

/// Returns the document as it is committed.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string_pretty(&*document()).unwrap_or_default() + "\n")
}

/// Returns the document as it is served without custom schemas.
pub(crate) fn compact() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::to_string(&*document()).unwrap_or_default())
}

/// Returns the document as it is served with custom schemas: compact, with each schema and its kind of resource.
pub(crate) fn text_with(custom: &[(CustomKind, Value)]) -> String {
    let mut document = (*document()).clone();
    custom::complete(&mut document, custom);
    serde_json::to_string(&document).unwrap_or_default()
}

/// Returns the methods of each path. They are collected without building the document, because it is large and most servers are
/// never asked for it.
pub(crate) fn methods() -> &'static Methods {
    static METHODS: OnceLock<Methods> = OnceLock::new();
    METHODS.get_or_init(|| {
        let mut methods = Methods::default();
        routes::mount(&mut methods);
        methods
    })
}

/// The paths and schemas collected from the handlers.
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
    document["servers"] = json!([{"url": "/", "description": "The server that serves this document."}]);
    document["tags"] = tags();
    document["components"]["securitySchemes"] = json!({"bearer": {
        "type": "http", "scheme": "bearer",
        "description": "An access token (a JWT from `POST /api/v1/auth/login`) or an API key (`mh_…` from `POST /api/v1/tokens`). If an operation lists roles, the caller must have one of them.",
    }});
    callers::complete(&mut document);
    paths::complete(&mut document);
    names::refer_to_equals(&mut document);
    unions::complete(&mut document);
    schemas::complete(&mut document);
    requests::complete(&mut document);
    answers::complete(&mut document);
    sparse::complete(&mut document);
    scopes::complete(&mut document);
    examples::complete(&mut document);
    defaults::complete(&mut document);
    names::complete(&mut document);
    document
}

/// Calls `work` with the path, the method and the content of every operation.
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
            - A plain `GET` returns the public view, the same bytes for every caller. Views for staff must be requested explicitly (`?view=editor`), need a token and are never cached.\n\
            - Times are RFC 3339 in UTC with milliseconds; ids are UUIDv7 (RFC 9562). Every member of a response is always present, and is `null` when empty.\n\
            - `PATCH` is a JSON Merge Patch (RFC 7396); `PUT` replaces the resource. A response to `?view=editor` can be sent back with `PUT` and changes nothing: members marked `readOnly` are ignored, or must be unchanged.\n\
            - Input is strict: unknown members, parameters and values are refused. A write operation without a request body accepts only \
            `{}` as its body. All validation errors of a request are reported at once.\n\
            - Filters have brackets (`published_at[gte]=2026-01-01`). Use `curl -g` (`--globoff`), because curl otherwise interprets brackets itself.\n\
            - Errors are problem documents (RFC 9457); `GET /problems/{code}` explains each code.\n\
            - Public responses have a strong `ETag`, for conditional requests with `If-None-Match`; the `ETag` of an editor view is its version, for conditional writes with `If-Match`.\n\
            - Any `POST` may have an `Idempotency-Key`: the first response is stored for 24 hours and replayed.\n\
            - `HEAD` and `OPTIONS` work everywhere.",
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

fn tags() -> Value {
    let tag = |name: &str, about: &str| json!({"name": name, "description": about});
    json!([
        tag("Articles", "Articles and standing pages, with their working copies and published versions."),
        tag("Previews", "Links to unpublished content."),
        tag("Authors", "The public profiles in bylines."),
        tag("Sections", "The sections of the site; an article belongs to at most one."),
        tag("Tags", "The subjects of articles."),
        tag("Collections", "Lists of articles in a manual order."),
        tag("Pages", "All content of a reader's page in one response."),
        tag("Feeds", "Feeds, sitemaps and oEmbed."),
        tag("Redirects", "The targets of former paths of the site."),
        tag("Images", "Images and their files."),
        tag("Comments", "Readers' comments and their moderation."),
        tag("Newsletter", "Newsletter lists, their subscribers, and the forms to subscribe and unsubscribe."),
        tag("Ads", "Placements for ads, their creatives, and statistics."),
        tag("Batch", "Many write operations in one request and one transaction."),
        tag("Site", "The settings of the site."),
        tag("Authentication", "Login and logout, sessions, and the caller's own account."),
        tag("Users", "The accounts of staff."),
        tag("Tokens", "API keys for programs."),
        tag("Schemas", "The JSON Schemas for custom members (`custom`)."),
        tag("Audit", "The log of all changes."),
        tag("Operation", "Health checks, documentation and error codes."),
    ])
}
