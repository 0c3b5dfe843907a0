//! Adds an example to every body. Request bodies get the examples of `examples.json`, which work with the demo newsroom. For all
//! other bodies, an example is built from the examples of their members.

use serde_json::{Map, Value, json};

use super::each_operation;

/// Examples of requests to the demo newsroom: required parameters by name, request bodies by operation id.
const OF_THE_DEMO: &str = include_str!("examples.json");

/// Adds examples to every operation.
pub(super) fn complete(document: &mut Value) {
    let components = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let demo: Value = serde_json::from_str(OF_THE_DEMO).unwrap_or_default();
    each_operation(document, |_, _, operation| {
        add_to_parameters(operation, &demo["parameters"]);
        let own = operation.get("operationId").and_then(Value::as_str).and_then(|id| demo["bodies"].get(id)).cloned();
        let bodies = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flatten();
        let bodies: Vec<_> = bodies.collect();
        let takes_json = bodies.iter().any(|(media_type, _)| media_type.contains("json"));
        for (media_type, media) in bodies {
            match &own {
                Some(own) if takes_json && !media_type.contains("json") => show_form(&components, media, own),
                Some(own) => show(media, own),
                None => add(&components, media, true),
            }
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

fn add_to_parameters(operation: &mut Value, examples: &Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
    for parameter in parameters.filter(|parameter| parameter["required"] == true) {
        if let Some(example) = parameter["name"].as_str().and_then(|name| examples.get(name)).cloned() {
            parameter["example"] = example;
        }
    }
}

/// Adds an example of the form that mail programs send; its token is in the query string. The JSON body has an example of its own.
fn show_form(components: &Value, media: &mut Value, own: &Value) {
    let form = example(components, media.get("schema").unwrap_or(&Value::Null), true, 0);
    show(media, &json!({"value": form, "needs": own["needs"]}));
}

/// Adds an example for the demo to a body. If the example needs editing before it works, `summary` and `x-needs` say what it needs.
fn show(media: &mut Value, own: &Value) {
    let (value, needs) = (own.get("value"), own.get("needs"));
    match (value, needs) {
        (Some(value), None) => media["example"] = value.clone(),
        (value, Some(needs)) => {
            let mut example = json!({"summary": needs, "x-needs": needs});
            // A file has no example that can be written here.
            example["value"] = value.cloned().unwrap_or_else(|| json!(""));
            media["examples"] = json!({"template": example});
        }
        (None, None) => {}
    }
}

fn add(components: &Value, media: &mut Value, request: bool) {
    if media.get("example").is_none() && media.get("examples").is_none() {
        let example = example(components, media.get("schema").unwrap_or(&Value::Null), request, 0);
        media["example"] = example;
    }
}

/// Returns an instance of a schema.
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
