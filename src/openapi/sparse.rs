//! Adds the schemas of responses that have only the members that `fields` selects.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::answers::{properties_of, takes};
use super::each_operation;
use super::names::public_name;
use super::schemas::{components, target, walk};

/// Allows every operation that takes `fields` to respond with some of the members.
pub(super) fn complete(document: &mut Value) {
    let unions = first_branches(document);
    let mut views = BTreeSet::new();
    each_operation(document, |_, _, operation| {
        if takes(operation, "fields") {
            views.extend(
                operation.pointer_mut("/responses/200/content/application~1json/schema").and_then(|schema| allow_sparse(schema, &unions)),
            );
        }
    });
    let Some(schemas) = components(document) else { return };
    let mut inner = BTreeSet::new();
    for name in &views {
        let mut properties = Value::Object(properties_of(schemas, name));
        walk(&mut properties, &mut |schema| {
            let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()).map(str::to_owned) else {
                return;
            };
            if !properties_of(schemas, &name).is_empty() {
                schema.insert("$ref".into(), component(&inner_name(&name)).into());
                inner.insert(name);
            }
        });
        let sparse = sparse(name, &properties);
        schemas.insert(format!("Sparse{name}"), sparse);
        if schemas.contains_key(&format!("Page_{name}")) {
            schemas.insert(format!("SparsePage_{name}"), sparse_page(name));
        }
    }
    for name in inner.difference(&views) {
        let sparse = sparse(name, &Value::Object(properties_of(schemas, name)));
        schemas.insert(inner_name(name), sparse);
    }
}

/// Returns the name for some members of a member. A list within a response is not the same as a list with sparse items.
fn inner_name(name: &str) -> String {
    if name.starts_with("Page_") { format!("PartOf{name}") } else { format!("Sparse{name}") }
}

/// Returns the schemas that are a choice of views, each with its first branch: the public view.
fn first_branches(document: &mut Value) -> Vec<(String, String)> {
    let first = |schema: &Value| target(schema.get("oneOf")?.get(0)?).map(str::to_owned);
    components(document).into_iter().flatten().filter_map(|(name, schema)| Some((name.clone(), first(schema)?))).collect()
}

/// Allows sparse responses in the schema of a response; returns the name of the view, or of the list's item.
fn allow_sparse(schema: &mut Value, unions: &[(String, String)]) -> Option<String> {
    let whole = target(schema)?.to_owned();
    // Every page of a list is a component of its own, `Page_X`; `fields` selects members of its items.
    let (name, sparse) = if let Some(item) = whole.strip_prefix("Page_") {
        (item.to_owned(), format!("SparsePage_{item}"))
    } else {
        let view = unions.iter().find(|(union, _)| *union == whole).map_or(&whole, |(_, view)| view);
        (view.clone(), format!("Sparse{view}"))
    };
    *schema = json!({"anyOf": [{"$ref": component(&whole)}, {"$ref": component(&sparse)}]});
    Some(name)
}

fn component(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

fn sparse(name: &str, properties: &Value) -> Value {
    let about = format!("The members of {} that `fields` selects.", public_name(name));
    json!({"type": "object", "description": about, "properties": properties, "additionalProperties": false})
}

fn sparse_page(item: &str) -> Value {
    let item = json!({"$ref": component(&format!("Sparse{item}"))});
    json!({"type": "object", "description": "A page of a list whose items have the members that `fields` selects.",
        "required": ["data", "page"], "additionalProperties": false, "properties": {
        "data": {"type": "array", "description": "The items of the page, in the requested order.", "items": item},
        "page": {"$ref": "#/components/schemas/PageInfo", "description": "The position of the page in the list."},
    }})
}
