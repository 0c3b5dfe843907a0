//! Trims email addresses and URLs before validation, because phones add blanks around them and people paste such texts.

use serde_json::Value;

/// The formats of texts that are trimmed.
const FORMATS: [&str; 3] = ["email", "iri", "iri-reference"];

/// Trims each email address and URL in a value; the schema tells which texts are email addresses and URLs.
pub(super) fn trim(document: &Value, schema: &Value, value: &mut Value) {
    if let Value::String(text) = value {
        let inner = text.trim();
        if inner.len() < text.len() && is_address(document, schema) {
            *value = Value::String(inner.to_owned());
        }
        return;
    }
    if !value.is_object() && !value.is_array() {
        return;
    }
    for schema in parts(document, schema) {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (name, schema) in properties {
            if let Some(member) = value.get_mut(name) {
                trim(document, schema, member);
            }
        }
        if let (Some(schema), Value::Array(items)) = (schema.get("items"), &mut *value) {
            for item in items.iter_mut() {
                trim(document, schema, item);
            }
        }
    }
}

fn is_address(document: &Value, schema: &Value) -> bool {
    let of_address = |schema: &&Value| schema.get("format").and_then(Value::as_str).is_some_and(|format| FORMATS.contains(&format));
    parts(document, schema).iter().any(of_address)
}

/// Returns a schema and all schemas that it refers to or is composed of, for one value.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = Vec::new();
    let mut waiting = vec![schema];
    while let Some(schema) = waiting.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        found.push(schema);
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| document.pointer(target.trim_start_matches('#')));
        waiting.extend(target);
        for keyword in ["allOf", "anyOf", "oneOf"] {
            waiting.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::trim;

    #[test]
    fn only_addresses_lose_their_blanks() {
        let document = json!({"components": {"schemas": {"Url": {"type": "string", "format": "iri"}}}});
        let schema = json!({"properties": {
            "email": {"oneOf": [{"type": "null"}, {"type": "string", "format": "email"}]},
            "name": {"type": "string"},
            "links": {"type": "array", "items": {"properties": {"url": {"$ref": "#/components/schemas/Url"}}}},
        }});
        let mut sent = json!({"email": " mara@example.org\n", "name": " Mara ", "links": [{"url": "\u{a0}https://example.org "}, 5]});
        trim(&document, &schema, &mut sent);
        assert_eq!(sent, json!({"email": "mara@example.org", "name": " Mara ", "links": [{"url": "https://example.org"}, 5]}));
    }
}
