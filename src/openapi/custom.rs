//! Adds the site's schemas of custom fields to the document.

use serde_json::{Value, json};

use crate::input::{CustomKind, moved_schema};

/// Adds each schema as a component, and makes every member `custom` of its kind refer to the component.
pub(super) fn complete(document: &mut Value, custom: &[(CustomKind, Value)]) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (kind, schema) in custom {
        let (component, word) = (kind.component(), kind.component().trim_end_matches("Custom"));
        let place = format!("#/components/schemas/{component}");
        for (name, owner) in schemas.iter_mut().filter(|(name, _)| name.contains(word)) {
            let Some(property) = owner.pointer_mut("/properties/custom") else { continue };
            // A merge patch contains only the changes, which need not satisfy the schema by themselves.
            if !name.ends_with("Patch") {
                let about = property.get("description").cloned().unwrap_or_default();
                *property = if name.ends_with("Draft") || name.ends_with("Upload") { demanded(&place, property) } else { shown(&place) };
                property["description"] = about;
            }
        }
        schemas.insert(component.to_owned(), moved_schema(schema, place.trim_start_matches('#')));
    }
}

fn demanded(place: &str, usual: &Value) -> Value {
    json!({"allOf": [usual, {"$ref": place}]})
}

fn shown(place: &str) -> Value {
    json!({"anyOf": [{"$ref": place}, {"type": "object", "description": "Custom members that were saved before this schema was set."}]})
}
