//! Makes every variant of a union a component, and adds the discriminator that distinguishes the variants.

use serde_json::{Map, Value, json};

use super::schemas::{components, target};

type Components = Map<String, Value>;

/// Completes every union in which each variant has a single value of `type`.
pub(super) fn complete(document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in &names {
        lift(schemas, name);
    }
    for name in &names {
        merge(schemas, name);
    }
}

/// Moves the titled variants of a union into components named after their titles.
fn lift(schemas: &mut Components, name: &str) {
    let named = |variant: &Value| {
        let title = variant.get("title")?.as_str()?.to_owned();
        // If a title is already the name of a component, the variant would replace that component, so all variants stay in place.
        (!schemas.contains_key(&title)).then_some(())?;
        Some((tag(schemas, variant)?, title, variant.clone()))
    };
    let Some(lifted) = variants(schemas, name).iter().map(named).collect::<Option<Vec<_>>>().filter(|lifted| !lifted.is_empty()) else {
        return;
    };
    let tags = lifted.iter().map(|(tag, title, _)| (tag.clone(), reference_to(title))).collect();
    for (_, title, mut variant) in lifted {
        variant.as_object_mut().and_then(|members| members.shift_remove("title"));
        if let Some(kind) = variant.pointer_mut("/properties/type").and_then(Value::as_object_mut) {
            kind.entry("description").or_insert_with(|| "The type, which distinguishes the variants.".into());
        }
        schemas.insert(title, variant);
    }
    discriminate(schemas, name, tags);
}

/// Replaces unions inside a union by their variants; a variant of the outer union hides an inner variant with the
/// same `type`.
fn merge(schemas: &mut Components, name: &str) {
    let references = variants(schemas, name);
    let inner = |reference: &Value| target(reference).and_then(|name| schemas.get(name)?.pointer("/discriminator/mapping")?.as_object());
    if !references.iter().any(|reference| inner(reference).is_some()) {
        return;
    }
    let mut tags = Vec::new();
    for reference in references.iter().filter(|reference| inner(reference).is_none()) {
        let Some(tag) = target(reference).and_then(|name| tag(schemas, schemas.get(name)?)) else { return };
        tags.push((tag, reference["$ref"].clone()));
    }
    for (tag, place) in references.iter().filter_map(inner).flatten() {
        if !tags.iter().any(|(known, _)| known == tag) {
            tags.push((tag.clone(), place.clone()));
        }
    }
    discriminate(schemas, name, tags);
}

fn discriminate(schemas: &mut Components, name: &str, tags: Vec<(String, Value)>) {
    let Some(union) = schemas.get_mut(name) else { return };
    union["oneOf"] = tags.iter().map(|(_, place)| json!({"$ref": place})).collect();
    union["discriminator"] = json!({"propertyName": "type", "mapping": tags.into_iter().collect::<Map<_, _>>()});
}

fn variants(schemas: &Components, name: &str) -> Vec<Value> {
    schemas.get(name).and_then(|schema| schema.get("oneOf")).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Returns the single value of `type` in a schema.
fn tag(schemas: &Components, schema: &Value) -> Option<String> {
    let mut member = schema.pointer("/properties/type")?;
    if let Some(name) = target(member) {
        member = schemas.get(name)?;
    }
    match member.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => only.as_str().map(str::to_owned),
        _ => None,
    }
}

fn reference_to(name: &str) -> Value {
    format!("#/components/schemas/{name}").into()
}
