//! Completes the component schemas: members of responses are required, unknown members are forbidden, and numbers have bounds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::answers::properties_of;
use super::each_operation;
use crate::routes;

/// Responses in formats of other standards, in which empty members are omitted.
const OTHERS_FORMS: [&str; 3] = ["JsonFeed", "JsonFeedItem", "OEmbed"];

/// Completes every component schema.
pub(super) fn complete(document: &mut Value) {
    flatten_all(document);
    let reachable = reachable_from(document, |operation| operation.get("responses").into_iter().collect());
    let members = members_of_answers(document);
    if let Some(schemas) = components(document) {
        for (name, schema) in schemas.iter_mut() {
            walk(schema, &mut |schema| {
                bound_numbers(schema);
                if reachable.contains(name) {
                    close(schema, OTHERS_FORMS.contains(&name.as_str()));
                }
            });
        }
        for facts in routes::drafts() {
            if let Some(schema) = schemas.get_mut(facts.name.as_ref()) {
                describe_passed_over(schema, &facts, members.get(&*facts.name));
            }
        }
        schemas.insert("Problem".into(), problem());
    }
    document.pointer_mut("/paths").into_iter().for_each(|paths| walk(paths, &mut bound_numbers));
}

/// The members that requests may send although the type of the draft does not have them.
pub(crate) struct DraftFacts {
    /// The schema's name.
    pub(crate) name: std::borrow::Cow<'static, str>,
    /// Members that are ignored.
    pub(crate) derived: &'static [&'static str],
    /// Members that must have their current value.
    pub(crate) read_only: &'static [&'static str],
}

/// Returns the members of the responses to each draft, by the name of the draft.
fn members_of_answers(document: &mut Value) -> BTreeMap<String, Map<String, Value>> {
    let mut views = Vec::new();
    each_operation(document, |_, _, operation| {
        let bodies = operation.pointer("/requestBody/content").and_then(Value::as_object);
        let Some(draft) = bodies.and_then(|bodies| bodies.values().find_map(|media| target(media.get("schema")?))) else { return };
        for status in ["200", "201"] {
            let schema = operation.pointer(&format!("/responses/{status}/content/application~1json/schema"));
            if let Some(view) = schema.and_then(target) {
                views.push((draft.to_owned(), view.to_owned()));
            }
        }
    });
    let mut members = BTreeMap::<String, Map<String, Value>>::new();
    let Some(schemas) = components(document) else { return members };
    for (draft, view) in views {
        members.entry(draft).or_default().extend(properties_of(schemas, &view));
    }
    members
}

/// Adds the ignored and the read-only members to the schema of a draft, each with its description in the response.
fn describe_passed_over(schema: &mut Value, facts: &DraftFacts, members: Option<&Map<String, Value>>) {
    let mut describe = |pointer: &str, about: &str| {
        let Some(name) = pointer.strip_prefix('/').filter(|name| !name.contains('/')) else { return };
        let own = members.and_then(|members| members.get(name)).and_then(description).unwrap_or_default();
        schema["properties"][name] = json!({"readOnly": true, "description": format!("{own} {about}").trim()});
    };
    facts.derived.iter().for_each(|pointer| describe(pointer, "Read-only: the server ignores this member in requests."));
    facts.read_only.iter().for_each(|pointer| describe(pointer, "Read-only: requests may send only its current value."));
}

/// Returns the component schemas.
pub(super) fn components(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
}

/// Returns the description of a member; for a choice (`oneOf`), the description of the first branch that has one.
pub(super) fn description(member: &Value) -> Option<&str> {
    let of_choice = || member.get("oneOf")?.as_array()?.iter().find_map(|choice| choice.get("description"));
    member.get("description").or_else(of_choice).and_then(Value::as_str)
}

/// Returns the name of the component that a reference names.
pub(super) fn target(reference: &Value) -> Option<&str> {
    reference.get("$ref")?.as_str()?.rsplit('/').next()
}

/// Checks whether the value of a keyword is data rather than a schema.
pub(super) fn is_data(keyword: &str) -> bool {
    ["example", "examples", "default", "enum", "const"].contains(&keyword)
}

/// Applies `work` to every object in a value, inner objects first.
pub(super) fn walk(value: &mut Value, work: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members.iter_mut() {
                if !is_data(name) {
                    walk(inner, work);
                }
            }
            work(members);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, work)),
        _ => {}
    }
}

/// Makes every member of a response required, except in formats of other standards, and forbids other members.
fn close(schema: &mut Map<String, Value>, may_lack: bool) {
    let Some(names) = schema.get("properties").and_then(Value::as_object).map(|members| members.keys().cloned().collect::<Vec<_>>()) else {
        return;
    };
    if schema.get("type").and_then(Value::as_str) == Some("object") {
        if !may_lack {
            schema.insert("required".into(), names.into());
        }
        schema.entry("additionalProperties").or_insert(Value::Bool(false));
    }
}

fn bound_numbers(schema: &mut Map<String, Value>) {
    let bounds = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64") => (json!(-9_007_199_254_740_991_i64), json!(9_007_199_254_740_991_i64)),
        _ => return,
    };
    schema.entry("minimum").or_insert(bounds.0);
    schema.entry("maximum").or_insert(bounds.1);
}

/// Merges the objects of an `allOf` into one object, so that it can forbid other members.
fn flatten_all(document: &mut Value) {
    let components = document.pointer("/components/schemas").cloned().unwrap_or_default();
    walk(document, &mut |schema| {
        let Some(Value::Array(parts)) = schema.get("allOf").cloned() else { return };
        let mut whole = Map::new();
        for part in &parts {
            let part = resolve(&components, part);
            let Some(Value::Object(properties)) = part.get("properties").cloned() else { return };
            let all = whole.entry("properties").or_insert_with(|| json!({}));
            if let Some(all) = all.as_object_mut() {
                all.extend(properties);
            }
        }
        schema.remove("allOf");
        schema.insert("type".into(), "object".into());
        schema.extend(whole);
    });
}

fn resolve(components: &Value, schema: &Value) -> Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next()) {
        Some(name) => {
            let mut found = components.get(name).cloned().unwrap_or_default();
            if let Some(Value::Array(parts)) = found.get("allOf").cloned() {
                let mut properties = Map::new();
                for part in &parts {
                    if let Some(Value::Object(more)) = resolve(components, part).get("properties").cloned() {
                        properties.extend(more);
                    }
                }
                found = json!({"type": "object", "properties": properties});
            }
            found
        }
        None => schema.clone(),
    }
}

/// Returns the names of all schemas that these parts of the operations refer to, directly or indirectly.
pub(super) fn reachable_from(document: &mut Value, parts: impl Fn(&Value) -> Vec<&Value>) -> BTreeSet<String> {
    let mut waiting = BTreeSet::new();
    each_operation(document, |_, _, operation| parts(operation).iter().for_each(|part| references(part, &mut waiting)));
    let mut reached = BTreeSet::new();
    while let Some(name) = waiting.pop_first() {
        if let Some(schema) = document.pointer(&format!("/components/schemas/{name}")) {
            let mut more = BTreeSet::new();
            references(schema, &mut more);
            reached.insert(name);
            waiting.extend(more.into_iter().filter(|name| !reached.contains(name)));
        }
    }
    reached
}

fn references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            names.extend(name.map(str::to_owned));
            members.values().for_each(|inner| references(inner, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

fn problem() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    json!({
        "type": "object",
        "description": "A problem document (RFC 9457). Some codes have additional members, such as `conflicts` or `usages`.",
        "required": ["type", "title", "status", "code", "detail", "instance", "request_id"],
        "properties": {
            "type": text("The URL of the explanation of the code: `/problems/{code}`."),
            "title": text("The name of the problem, the same for every problem with this code."),
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
            "code": {"type": "string", "description": "The code of the problem, for programs.", "enum": crate::error::Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()},
            "detail": text("An explanation of this occurrence of the problem."),
            "instance": text("The path of the request."),
            "request_id": text("The request's id, by which the server's log can be searched."),
            "more": {"type": "boolean", "description": "`true` if `errors` or another list in this document is not complete."},
            "errors": {"type": "array", "maxItems": crate::error::MAX_FAULTS, "description": "The validation errors of the request, at most 50.", "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": text("The place in the request body, as a JSON Pointer (RFC 6901)."),
                    "parameter": text("The name of the query parameter or form field."),
                    "header": text("The name of the request header."),
                    "code": text("The code of the validation error, for programs."),
                    "detail": text("An explanation of the validation error."),
                },
            }},
        },
        "example": {
            "type": "/problems/validation_failed", "title": "The content is not valid", "status": 422, "code": "validation_failed", "detail": "The request body is invalid.",
            "instance": "/api/v1/articles", "request_id": "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42",
            "errors": [{"pointer": "/title", "code": "too_long", "detail": "This may have at most 300 characters.", "max": 300}],
        },
    })
}
