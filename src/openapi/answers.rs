//! Completes the responses of operations: common errors, headers and `304`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::each_operation;
use crate::error::{Code, Error};

/// Completes the responses of every operation.
pub(super) fn complete(document: &mut Value) {
    let mut shared = BTreeMap::new();
    each_operation(document, |path, method, operation| {
        let facts = ErrorFacts::of(path, method, operation);
        let responses = &mut operation["responses"];
        for (status, about) in facts.errors() {
            if responses.get(status).is_none() {
                responses[status] = json!({"$ref": format!("#/components/responses/{status}")});
                shared.entry(status).or_insert(about);
            }
        }
        // If an operation describes an error itself, the body of the error is still the common one.
        for (status, response) in responses.as_object_mut().into_iter().flatten() {
            if status.as_str() >= "400" && response.get("content").is_none() && response.get("$ref").is_none() {
                let about = response["description"].as_str().unwrap_or_default().to_owned();
                *response = problem(status, &about);
            }
        }
        if facts.reads && path.starts_with("/api") && responses.get("304").is_none() {
            responses["304"] = json!({"description": "The client already has this response."});
        }
        for (status, response) in responses.as_object_mut().into_iter().flatten() {
            if response.get("$ref").is_none() {
                add_headers(response, status, &facts);
            }
        }
    });
    for (status, about) in shared {
        document["components"]["responses"][status] = problem(status, about);
    }
}

/// Returns the members of a schema; for a choice, those of all its branches.
pub(super) fn properties_of(schemas: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let Some(schema) = schemas.get(name) else { return Map::new() };
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        return properties.clone();
    }
    let branches = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let names = branches.filter_map(|branch| branch.get("$ref")?.as_str()?.rsplit('/').next());
    names.flat_map(|name| properties_of(schemas, name)).collect()
}

/// Checks whether an operation has a parameter with this name.
pub(super) fn takes(operation: &Value, name: &str) -> bool {
    operation.get("parameters").and_then(Value::as_array).into_iter().flatten().any(|parameter| parameter["name"] == name)
}

/// The properties of an operation that determine its errors and headers.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property")]
struct ErrorFacts {
    reads: bool,
    creates: bool,
    has_body: bool,
    has_path_parameter: bool,
    of_article: bool,
    asks_who: bool,
    is_list: bool,
}

impl ErrorFacts {
    fn of(path: &str, method: &str, operation: &Value) -> Self {
        let security = operation.get("security").and_then(Value::as_array);
        Self {
            reads: method == "get",
            creates: method == "post",
            has_body: operation.get("requestBody").is_some(),
            has_path_parameter: path.contains('{'),
            of_article: path.contains("{article}"),
            asks_who: security.is_some_and(|options| options.iter().any(|option| option.get("bearer").is_some())),
            is_list: takes(operation, "cursor"),
        }
    }

    fn errors(&self) -> Vec<(&'static str, &'static str)> {
        let mut errors = vec![
            ("400", "The query string or the request body cannot be parsed."),
            ("414", "The URL is too long."),
            ("429", "The client has sent too many requests."),
            ("500", "The server failed to process the request."),
            ("503", "The server cannot process the request now."),
        ];
        if self.asks_who {
            errors
                .extend([("401", "The request has no valid token."), ("403", "The caller does not have the right to use this operation.")]);
        }
        if self.has_path_parameter {
            errors.push(("404", "The resource does not exist."));
        }
        if self.of_article {
            errors.push(("410", "The article is no longer public."));
        }
        if self.has_body || !self.reads {
            errors.extend([
                ("408", "The request body did not arrive in time."),
                ("413", "The request body is too large."),
                ("415", "The media type of the request body is not supported."),
                ("422", "The request body is invalid, or the operation takes no request body."),
            ]);
        }
        if !self.reads {
            errors.extend([("409", "The request conflicts with the current state."), ("507", "The disk is full.")]);
        }
        if self.creates {
            errors.push(("422", "The request body is invalid, or the `Idempotency-Key` belongs to another request."));
        }
        if !self.reads && !self.creates {
            errors.extend([
                ("412", "There is a newer version than the one in `If-Match`."),
                ("428", "This server requires `If-Match` for this request."),
            ]);
        }
        errors
    }
}

/// Builds the error response of a status; all operations share this response.
fn problem(status: &str, about: &str) -> Value {
    let codes: Vec<_> = Code::ALL.iter().filter(|code| code.status().to_string() == status).collect();
    let names = codes.iter().map(|code| format!("`{}`", code.as_str())).collect::<Vec<_>>();
    let example =
        codes.first().map(|code| Error::new(**code, code.title()).document("/api/v1/articles", "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42"));
    let mut response = json!({
        "description": if about.contains("Codes: ") { about.to_owned() } else { format!("{about} Codes: {}.", names.join(", ")) },
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    });
    add_headers(&mut response, status, &ErrorFacts::default());
    response
}

fn add_headers(response: &mut Value, status: &str, facts: &ErrorFacts) {
    let mut add = |name: &str, about: &str| {
        if response["headers"].get(name).is_none() {
            response["headers"][name] = json!({"description": about, "schema": {"type": "string"}});
        }
    };
    add("X-Request-Id", "The id of the request: the id that the client sent, if that id is valid, or a new id.");
    match status {
        "409" | "429" | "503" | "507" => add("Retry-After", "The number of seconds to wait before a retry, if a retry may succeed."),
        "201" => add("Location", "The URL of the new resource."),
        "303" => add("Location", "The URL of a page of the site."),
        "308" => add("Location", "The current URL of the resource."),
        "401" => add("WWW-Authenticate", "The required authentication scheme."),
        _ => {}
    }
    if ["200", "201", "206", "304"].contains(&status) {
        add("Cache-Control", "The caches that may store the response, and how long they may keep it.");
        add("ETag", "The entity tag of the response. The entity tag of an editor view is its version.");
        if facts.reads && status != "304" {
            add(
                "Cache-Tag",
                "The cache tags of a public response. A tag names a resource (`article:ID`) or a whole kind (`articles`). \
                 The header has at most 2 KiB.",
            );
        }
    }
    if facts.creates && status.starts_with('2') {
        add("Idempotency-Replayed", "`true` if the response is the stored response to an earlier request with the same `Idempotency-Key`.");
    }
    if !facts.reads && status.starts_with('2') {
        add("Dry-Run", "`true` if nothing was stored, because of `dry_run=true`.");
    }
    if status == "200" && facts.is_list {
        add("Link", "The URLs of the next, previous and first page (RFC 8288).");
    }
}
