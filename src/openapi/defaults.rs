//! Writes the defaults of members into their descriptions, because generated clients require members with the keyword `default`.

use serde_json::{Map, Value};

use super::schemas::{description, walk};

/// Moves every `default` in the schemas of request and response bodies into the description beside it. Parameters keep the keyword.
pub(super) fn complete(document: &mut Value) {
    document.pointer_mut("/components/schemas").into_iter().for_each(|schemas| walk(schemas, &mut describe_members));
    for path in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for (_, operation) in path.1.as_object_mut().into_iter().flatten() {
            operation.get_mut("requestBody").into_iter().for_each(|body| walk(body, &mut describe_members));
        }
    }
}

fn describe_members(schema: &mut Map<String, Value>) {
    for (_, member) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let own = take_default(member);
        let of_choices =
            member.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten().filter_map(take_default).reduce(|first, _| first);
        let Some(default) = own.or(of_choices) else { continue };
        let words = format!("{} Default: `{default}`.", description(member).unwrap_or_default());
        if let Some(member) = member.as_object_mut() {
            member.insert("description".into(), words.trim().into());
        }
    }
}

fn take_default(schema: &mut Value) -> Option<Value> {
    schema.as_object_mut()?.shift_remove("default")
}
