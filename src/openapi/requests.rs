//! Completes the parameters of operations: common headers, and the merge patch of each draft.

use serde_json::{Value, json};

use super::each_operation;
use crate::http::{MAX_JSON_BODY, MIN_GUEST_KEY, supports_dry_run};

/// Completes the parameters and request bodies of every operation.
pub(super) fn complete(document: &mut Value) {
    let mut patches = Vec::new();
    each_operation(document, |path, method, operation| {
        bound_path_parameters(operation);
        let asks_nobody = operation["security"].as_array().is_some_and(Vec::is_empty);
        let shortest = if asks_nobody { MIN_GUEST_KEY } else { 1 };
        let header = |name: &str, about: &str| json!({"name": name, "in": "header", "required": false, "description": about, "schema": {"type": "string"}});
        let mut add = |parameter: Value| match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(parameter),
            None => operation["parameters"] = json!([parameter]),
        };
        match method {
            "get" if path.starts_with("/api") => {
                add(header("If-None-Match", "The entity tags that the client has. If the response has one of them, the status is `304`."));
            }
            "post" => {
                add(json!({"name": "Idempotency-Key", "in": "header", "required": false,
                    "schema": {"type": "string", "minLength": shortest, "maxLength": 200, "pattern": "^[!-~]+$"},
                    "description": "Makes a retry safe: the first response is stored for 24 hours and replayed, unless the request would now be refused. Without a token, the key must have at least 22 characters. A login ignores the key."}));
            }
            "put" | "patch" | "delete" => {
                add(header("If-Match", "The `ETag` of the version to change. If there is a newer version, the response is `412`."));
            }
            _ => {}
        }
        if method != "get" && supports_dry_run(path) {
            add(json!({"name": "dry_run", "in": "query", "required": false, "schema": {"type": "boolean", "default": false},
                "description": "Validates the request and returns the same response, with `Dry-Run: true`, but stores nothing."}));
        }
        allow_no_body(operation);
        if let Some(table) = operation.pointer_mut("/requestBody/content/text~1csv/schema") {
            table["maxLength"] = MAX_JSON_BODY.into();
        }
        if method == "patch" {
            patches.extend(merge_patch(operation));
        }
    });
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (draft, patch) in patches {
        if let Some(schema) = schemas.get(&draft).map(as_patch) {
            schemas.insert(patch, schema);
        }
    }
}

/// The drafts of operations that accept a request without a body as `{}`.
const OPTIONAL: [&str; 4] = ["ArticlePreviewDraft", "PublicationDraft", "ReviewDraft", "SitePreviewDraft"];

fn allow_no_body(operation: &mut Value) {
    let reference = operation.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str);
    let draft = reference.and_then(|reference| reference.rsplit('/').next());
    if draft.is_some_and(|draft| OPTIONAL.contains(&draft)) {
        operation["requestBody"]["required"] = json!(false);
        operation["requestBody"]["description"] =
            json!("A request without a body and `Content-Type` is the same as a request with the body `{}`.");
    }
}

fn bound_path_parameters(operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
    for parameter in parameters {
        let (in_path, in_query, in_header) = (parameter["in"] == "path", parameter["in"] == "query", parameter["in"] == "header");
        if let Some(schema) = parameter
            .get_mut("schema")
            .and_then(Value::as_object_mut)
            .filter(|schema| schema.get("type") == Some(&json!("string")) || schema.get("type") == Some(&json!(["string", "null"])))
        {
            schema.insert("type".into(), "string".into());
            if in_path {
                schema.entry("minLength").or_insert(json!(1));
            }
            // The length of a header is limited by its own standard and by the server's limit for all headers.
            if !in_header {
                schema.entry("maxLength").or_insert(json!(200));
            }
            if in_query && !schema.contains_key("enum") {
                schema.entry("pattern").or_insert(json!("^[^\\x00]*$"));
            }
        }
    }
}

/// Makes a PATCH refer to its draft's merge patch, in both media types. Returns the names of the draft and of the merge patch.
fn merge_patch(operation: &mut Value) -> Option<(String, String)> {
    let content = operation.pointer_mut("/requestBody/content")?.as_object_mut()?;
    if content.keys().all(|media_type| !media_type.contains("json")) {
        return None;
    }
    let reference = content.values().find_map(|media| media.pointer("/schema/$ref").and_then(Value::as_str).map(str::to_owned))?;
    let draft = reference.rsplit('/').next()?.to_owned();
    let patch = format!("{}Patch", draft.trim_end_matches("Draft"));
    let media = json!({"schema": {"$ref": format!("#/components/schemas/{patch}")}});
    content.clear();
    content.insert("application/merge-patch+json".into(), media.clone());
    content.insert("application/json".into(), media);
    Some((draft, patch))
}

/// Returns the merge patch of a draft: any member may be omitted, and an optional member may be `null`, which resets it to its
/// default.
fn as_patch(draft: &Value) -> Value {
    let mut patch = draft.clone();
    let required: Vec<Value> = draft.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(members) = patch.as_object_mut() {
        members.shift_remove("required");
        members.insert(
            "description".into(),
            "A JSON Merge Patch (RFC 7396): omitted members are unchanged; `null` resets a member to its default.".into(),
        );
    }
    let Some(properties) = patch.get_mut("properties").and_then(Value::as_object_mut) else { return patch };
    for (name, schema) in properties.iter_mut().filter(|(name, _)| !required.iter().any(|required| required == *name)) {
        let _ = name;
        if schema.get("readOnly").is_none() && schema.get("oneOf").is_none() && !allows_null(schema) {
            let description = schema.get("description").cloned();
            *schema = json!({"oneOf": [schema.clone(), {"type": "null"}]});
            if let Some(description) = description {
                schema["description"] = description;
            }
        }
    }
    patch
}

fn allows_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_array).is_some_and(|types| types.iter().any(|name| name == "null"))
}
