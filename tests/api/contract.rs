//! The OpenAPI document itself: it is complete, and strict enough to be checked against.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Contract, Operation};

pub(crate) fn operations() -> &'static [Operation] {
    &Contract::get().operations
}

/// Fails with the errors of all operations.
pub(crate) fn each_operation(faults_of: impl Fn(&Operation) -> Vec<String>) {
    let faults: Vec<String> = operations()
        .iter()
        .flat_map(|operation| faults_of(operation).into_iter().map(|fault| format!("{} {}: {fault}", operation.method, operation.path)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

pub(crate) fn members<'a>(value: &'a Value, name: &str) -> Vec<(&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flatten().collect()
}

pub(crate) fn items<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().collect()
}

#[test]
fn the_document_is_openapi_3_1() {
    let document = &Contract::get().document;
    assert_eq!(document["openapi"], "3.1.0");
    for pointer in ["/info/title", "/info/version", "/info/description", "/info/license/name", "/components/securitySchemes/bearer/type"] {
        assert!(document.pointer(pointer).and_then(Value::as_str).is_some_and(|text| !text.is_empty()), "{pointer} is missing");
    }
    assert!(operations().len() > 10);
}

#[test]
fn operations_have_names_of_their_own() {
    let mut names = BTreeSet::new();
    each_operation(|operation| {
        let snake = !operation.id.is_empty() && operation.id.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if snake { Vec::new() } else { vec![format!("{:?} is no operation id", operation.id)] }
    });
    for operation in operations() {
        assert!(names.insert(&operation.id), "two operations are called {}", operation.id);
    }
}

#[test]
fn operations_are_described() {
    let tags: BTreeSet<&str> = items(&Contract::get().document, "tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    each_operation(|operation| {
        let mut faults = Vec::new();
        let summary = operation.item["summary"].as_str().unwrap_or_default();
        if summary.is_empty() || summary.len() > 80 {
            faults.push(format!("the summary is {summary:?}"));
        }
        if operation.item["description"].as_str().is_none_or(|description| description.trim().len() < 10) {
            faults.push("it has no description".to_owned());
        }
        match operation.item["tags"].as_array().map(Vec::as_slice) {
            Some([tag]) if tags.contains(tag.as_str().unwrap_or_default()) => {}
            other => faults.push(format!("the tags are {other:?}, of {tags:?}")),
        }
        faults
    });
}

#[test]
fn operations_list_the_parameters_of_their_paths() {
    each_operation(|operation| {
        let in_path = |segment: &str| segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).map(str::to_owned);
        let braces: BTreeSet<String> = operation.path.split('/').filter_map(in_path).collect();
        let parameters = items(&operation.item, "parameters");
        let listed =
            parameters.iter().filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).map(str::to_owned).collect();
        if braces == listed { Vec::new() } else { vec![format!("the path has {braces:?}, the parameters {listed:?}")] }
    });
}

#[test]
fn parameters_are_described_and_bounded() {
    each_operation(|operation| {
        let mut seen = BTreeSet::new();
        let mut faults = Vec::new();
        for parameter in items(&operation.item, "parameters") {
            let parameter = Contract::get().resolved(parameter);
            let name = parameter["name"].as_str().unwrap_or_default();
            if !seen.insert((name.to_owned(), parameter["in"].to_string())) {
                faults.push(format!("{name} is listed twice"));
            }
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                faults.push(format!("{name} is not described"));
            }
            // The values of headers are defined by other standards.
            if parameter["in"] != "header" {
                faults.extend(unbounded(name, parameter.get("schema").unwrap_or(&Value::Null)));
            }
        }
        faults
    });
}

#[test]
fn operations_say_who_may() {
    each_operation(|operation| {
        let status = |code: &str| operation.item["responses"].get(code).is_some();
        let security = items(&operation.item, "security");
        let roles = security.iter().flat_map(|one| items(one, "bearer")).filter_map(Value::as_str).collect::<Vec<_>>();
        let known = ["contributor", "author", "editor", "moderator", "admin"];
        let mut faults: Vec<_> = roles.iter().filter(|role| !known.contains(role)).map(|role| format!("{role} is no role")).collect();
        let asks = security.iter().any(|one| one.get("bearer").is_some());
        if operation.item.get("security").is_none() {
            faults.push("it says nothing of tokens; public operations have an empty list".to_owned());
        }
        if asks && (roles.is_empty() || !status("401") || !status("403")) {
            faults.push("it asks for a token, but does not say whose, or lacks 401 or 403".to_owned());
        }
        if operation.item.get("requestBody").is_some() && !["413", "415", "400"].iter().all(|code| status(code)) {
            faults.push("a body may be too large, of another type or malformed".to_owned());
        }
        faults
    });
}

#[test]
fn bodies_are_closed_bounded_and_described() {
    let mut faults = Vec::new();
    // The derived members of blocks are ignored, so only the body's limit of 1 MiB applies to them.
    let derived = ["BlockPiece", "FootnoteItem"];
    let blocks: Vec<String> = members(&Contract::get().document["components"]["schemas"]["BlockInput"]["discriminator"], "mapping")
        .into_iter()
        .map(|(_, place)| place.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    for (name, schema) in reachable(|operation| vec![&operation.item["requestBody"]]) {
        if !derived.contains(&name.as_str()) && !blocks.contains(&name) {
            faults.extend(unbounded(&name, &schema));
        }
        faults.extend(open_or_mute(&name, &schema));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn answers_are_closed_and_described() {
    let mut faults = Vec::new();
    for (name, schema) in reachable(|operation| members(&operation.item, "responses").into_iter().map(|(_, response)| response).collect()) {
        if name != "Problem" {
            faults.extend(open_or_mute(&name, &schema));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn examples_are_valid() {
    each_operation(|operation| {
        let mut faults = Vec::new();
        let mut check = |place: String, content: &Value| {
            for (media_type, media) in members(content, "content") {
                let Some(schema) = media.get("schema") else { continue };
                let named = members(media, "examples").into_iter().filter_map(|(_, example)| example.get("value"));
                let key = format!("example {} {} {place} {media_type}", operation.method, operation.path);
                let validator = Contract::get().validator(&key, schema);
                for example in media.get("example").into_iter().chain(named) {
                    let errors = validator.iter_errors(example);
                    faults.extend(errors.map(|error| format!("the example of {place} is invalid at {}: {error}", error.instance_path())));
                }
            }
        };
        check("the body".to_owned(), &operation.item["requestBody"]);
        for (status, response) in members(&operation.item, "responses") {
            check(status.clone(), Contract::get().resolved(response));
        }
        faults
    });
}

/// Returns texts and lists without a limit.
fn unbounded(place: &str, schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let is = |name: &str| schema["type"] == name || items(schema, "type").contains(&&Value::from(name));
    let has = |names: &[&str]| names.iter().any(|name| schema.get(name).is_some());
    if schema["readOnly"] == true {
        return faults;
    }
    if is("string") && !has(&["maxLength", "enum", "const", "format", "pattern"]) {
        faults.push(format!("{place}: a text without a bound"));
    }
    if is("array") && !has(&["maxItems"]) {
        faults.push(format!("{place}: a list without a bound"));
    }
    if (is("integer") || is("number")) && !(has(&["minimum"]) && has(&["maximum"])) {
        faults.push(format!("{place}: a number without bounds"));
    }
    for (name, inner) in members(schema, "properties") {
        faults.extend(unbounded(&format!("{place}.{name}"), inner));
    }
    for word in ["items", "additionalProperties"] {
        faults.extend(
            schema.get(word).filter(|inner| inner.is_object()).map(|inner| unbounded(&format!("{place}.*"), inner)).unwrap_or_default(),
        );
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        faults.extend(items(schema, word).iter().flat_map(|inner| unbounded(place, inner)));
    }
    faults
}

/// Returns objects that do not say whether they have other members, and members without a description.
fn open_or_mute(place: &str, schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let object = schema["type"] == "object" || items(schema, "type").contains(&&Value::from("object"));
    // Embedded resources in a response may be sent back whole.
    if object && schema.get("properties").is_some() && schema.get("additionalProperties").is_none() && place != "Embedded" {
        faults.push(format!("{place}: an object that does not say whether it has other members"));
    }
    for (name, inner) in members(schema, "properties") {
        let described = |schema: &Value| schema["description"].as_str().is_some_and(|text| !text.is_empty());
        let says_itself = inner.get("const").is_some() || items(inner, "enum").len() == 1;
        let refers = says_itself || inner.get("$ref").is_some() || ["oneOf", "anyOf"].iter().any(|word| inner.get(word).is_some());
        if !described(inner) && !refers {
            faults.push(format!("{place}.{name} is not described"));
        }
        faults.extend(open_or_mute(&format!("{place}.{name}"), inner));
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        faults.extend(items(schema, word).iter().flat_map(|inner| open_or_mute(place, inner)));
    }
    faults.extend(schema.get("items").map(|inner| open_or_mute(&format!("{place}.*"), inner)).unwrap_or_default());
    faults
}

/// Returns all component schemas that these parts of the operations refer to, directly or not.
pub(crate) fn reachable(parts: impl Fn(&Operation) -> Vec<&Value>) -> Vec<(String, Value)> {
    let contract = Contract::get();
    let mut waiting: Vec<String> = operations().iter().flat_map(|operation| parts(operation).into_iter().flat_map(references)).collect();
    let mut found: Vec<(String, Value)> = Vec::new();
    while let Some(reference) = waiting.pop() {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        if found.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let schema = contract.document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
        waiting.extend(references(schema));
        found.push((name, schema.clone()));
    }
    found
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
