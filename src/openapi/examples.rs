//! Gives every body an example, put together from the examples of its members.

use serde_json::{Map, Value, json};

use super::each_operation;

/// Completes the examples of every operation.
pub(super) fn complete(document: &mut Value) {
    let components = document.pointer("/components/schemas").cloned().unwrap_or_default();
    each_operation(document, |_, _, operation| {
        let bodies = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, media) in bodies {
            add(&components, media, true);
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, response) in responses {
            for (name, media) in response.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
                if name.contains("json") {
                    add(&components, media, false);
                }
            }
        }
    });
}

fn add(components: &Value, media: &mut Value, request: bool) {
    if media.get("example").is_none() && media.get("examples").is_none() {
        let example = example(components, media.get("schema").unwrap_or(&Value::Null), request, 0);
        media["example"] = example;
    }
}

/// An instance of a schema.
fn example(components: &Value, schema: &Value, request: bool, depth: usize) -> Value {
    if depth > 12 {
        return Value::Null;
    }
    if let Some(example) =
        schema.get("example").or_else(|| schema.pointer("/examples/0")).or_else(|| schema.get("default")).or_else(|| schema.get("const"))
    {
        return example.clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return example_of(components, components.get(name).unwrap_or(&Value::Null), request, depth);
    }
    example_of(components, schema, request, depth)
}

fn example_of(components: &Value, schema: &Value, request: bool, depth: usize) -> Value {
    if schema.get("$ref").is_some() || schema.get("example").is_some() || schema.pointer("/examples/0").is_some() {
        return example(components, schema, request, depth + 1);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(first) =
            schema.get(choice).and_then(Value::as_array).and_then(|options| options.iter().find(|option| option["type"] != "null"))
        {
            return example(components, first, request, depth + 1);
        }
    }
    if let Some(first) = schema.pointer("/enum/0") {
        return first.clone();
    }
    match type_of(schema) {
        "object" => object(components, schema, request, depth),
        "array" => json!([example(components, schema.get("items").unwrap_or(&Value::Null), request, depth + 1)]),
        "boolean" => Value::Bool(true),
        "integer" | "number" => {
            schema.get("minimum").filter(|least| least.as_i64().is_some_and(|least| least > 0)).cloned().unwrap_or(json!(1))
        }
        "string" => json!("text"),
        _ => Value::Null,
    }
}

fn object(components: &Value, schema: &Value, request: bool, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let shown = properties.filter(|(_, property)| !(request && property["readOnly"] == true));
    Value::Object(shown.map(|(name, property)| (name.clone(), example(components, property, request, depth + 1))).collect::<Map<_, _>>())
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default(),
        _ => "",
    }
}
