//! Gives components their public names, and removes components that no operation uses.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::schemas::{components, is_data, reachable_from, walk};
use crate::routes;

/// Renames all components.
pub(super) fn complete(document: &mut Value) {
    // Repeat this, because compositions have become objects since the first time.
    refer_to_equals(document);
    let used = reachable_from(document, |operation| vec![operation]);
    // The result of a merge patch is validated by its draft, so keep the draft even if no operation takes it.
    let drafts: Vec<_> = routes::drafts().into_iter().map(|facts| facts.name).collect();
    let Some(schemas) = components(document) else { return };
    schemas.retain(|name, _| used.contains(name) || drafts.iter().any(|draft| draft == name));
    let mut names = BTreeMap::new();
    for name in schemas.keys() {
        let public = public_name(name);
        if public != *name && !schemas.contains_key(&public) && !names.values().any(|other| *other == public) {
            names.insert(name.clone(), public);
        }
    }
    let renamed = std::mem::take(schemas).into_iter().map(|(name, schema)| (names.get(&name).cloned().unwrap_or(name), schema));
    *schemas = renamed.collect();
    if let Some(ads) = schemas.get_mut("AdsByPlacement") {
        ads["description"] = "The creatives to show, by the key of their placement.".into();
    }
    schemas.sort_keys();
    walk(document, &mut |members| {
        let public = members.get("$ref").and_then(Value::as_str).and_then(|place| {
            let (folder, name) = place.rsplit_once('/')?;
            names.get(name).map(|public| format!("{folder}/{public}"))
        });
        if let Some(public) = public {
            members.insert("$ref".into(), public.into());
        }
    });
}

/// Returns the public name of a component, without parts that come from generic Rust types.
pub(super) fn public_name(name: &str) -> String {
    if name == "BTreeMap" {
        return "AdsByPlacement".into();
    }
    if let Some(rest) = name.strip_prefix("Sparse") {
        return format!("Sparse{}", public_name(rest));
    }
    if let Some(rest) = name.strip_prefix("PartOf") {
        return format!("PartOf{}", public_name(rest));
    }
    if let Some(rest) = name.strip_prefix("Page_") {
        return format!("{}List", stem(&public_name(rest)));
    }
    if let Some(rest) = name.strip_prefix("Edited_") {
        return format!("Edited{}", stem(rest));
    }
    match name.strip_prefix("Either_").or_else(|| name.strip_prefix("PublicOr_")) {
        Some(rest) => format!("{}Answer", stem(rest.split('_').next().unwrap_or(rest))),
        None => name.to_owned(),
    }
}

fn stem(name: &str) -> &str {
    name.strip_suffix("View").map_or(name, |stem| stem.strip_suffix("Editor").unwrap_or(stem))
}

/// Replaces schemas that repeat a component, such as the schemas of generic types, by references to the component.
pub(super) fn refer_to_equals(document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    let known: HashMap<String, String> =
        schemas.iter().filter_map(|(name, schema)| Some((essence(schema.as_object()?)?, name.clone()))).collect();
    for (_, schema) in schemas.iter_mut() {
        // Skip the component itself, because it equals itself.
        schema.as_object_mut().into_iter().flatten().for_each(|(_, inner)| refer(inner, &known));
    }
    document.get_mut("paths").into_iter().for_each(|paths| refer(paths, &known));
}

fn refer(value: &mut Value, known: &HashMap<String, String>) {
    match value {
        Value::Object(members) => match essence(members).and_then(|essence| known.get(&essence)) {
            Some(name) => {
                members.retain(|member, _| member == "description");
                members.insert("$ref".into(), format!("#/components/schemas/{name}").into());
            }
            None => members.iter_mut().filter(|(name, _)| !is_data(name)).for_each(|(_, inner)| refer(inner, known)),
        },
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, known)),
        _ => {}
    }
}

/// Returns an object, a composition or a union without its description; `None` for other schemas.
fn essence(schema: &Map<String, Value>) -> Option<String> {
    let is_union =
        schema.get("oneOf").and_then(Value::as_array).is_some_and(|choices| choices.iter().all(|choice| choice["type"] != "null"));
    let is_object = schema.contains_key("properties") && schema.get("type").is_some_and(|name| name == "object");
    if !is_union && !is_object && !schema.contains_key("allOf") {
        return None;
    }
    let mut essence = schema.clone();
    essence.shift_remove("description");
    essence.sort_keys();
    serde_json::to_string(&essence).ok()
}
