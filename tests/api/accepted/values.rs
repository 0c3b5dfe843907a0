//! Generates new values for the members of request bodies from their schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::{Contract, Role, World};

/// Returns a schema without the parts that permit `null`.
fn settled(schema: &Value) -> &Value {
    let schema = Contract::get().resolved(schema);
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    let others: Vec<&Value> = branches.into_iter().flatten().filter(|branch| branch["type"] != "null").collect();
    match others.as_slice() {
        [only] => settled(only),
        _ => schema,
    }
}

fn is_reference(schema: &Value) -> bool {
    let branches = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    branches.chain([schema]).any(|schema| schema["$ref"] == "#/components/schemas/ReferenceTo")
}

/// The names of resources that members can refer to.
pub(super) struct Names(BTreeMap<&'static str, String>);

impl Names {
    pub(super) async fn of(world: &World) -> Self {
        let article = world.published(json!({"title": "Another article", "locale": "fr"})).await;
        let image = world.image_by(Role::Editor, 9).await;
        let author = world.author_named("Another author").await;
        let made = async |path: &str, body: Value| world.admin().post(path, body).await.expect(201).id();
        let placement = made("ads/placements", json!({"key": "another"})).await;
        let user = world.admin().get(&format!("users?email={}", Role::Moderator.email())).await.expect(200).text_at("/data/0/id");
        let section = world.section("Another section").await;
        let tag = world.tag("Another tag").await;
        Self(BTreeMap::from([
            ("authors", author),
            ("avatar", image.clone()),
            ("hero_image", image.clone()),
            ("image", image.clone()),
            ("items", article.clone()),
            ("logo", image),
            ("parent", section.clone()),
            ("placement", placement),
            ("section", section.clone()),
            ("sections", section),
            ("tags", tag),
            ("translation_of", article),
            ("user", user),
        ]))
    }

    pub(super) fn of_member(&self, member: &str) -> Value {
        json!(self.0.get(member).unwrap_or_else(|| panic!("nothing is known that {member} could name")))
    }

    /// Returns every place where the schema has a member with a single value, with a value that differs from the current one.
    pub(super) fn places(&self, schema: &Value, now: &Value) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        self.inside(schema, "", now, &mut found);
        found
    }

    fn inside(&self, schema: &Value, place: &str, now: &Value, found: &mut Vec<(String, Value)>) {
        for (name, schema) in settled(schema)["properties"].as_object().into_iter().flatten() {
            let place = format!("{place}/{name}");
            if schema["readOnly"] == true {
                continue;
            }
            let is_object = settled(schema).get("properties").is_some() && !is_reference(schema);
            match place.as_str() {
                "/body/blocks" => found.push((place, json!([{"type": "paragraph", "markdown": "Another paragraph."}]))),
                "/links" | "/social_links" => {
                    let is_first = now.pointer(&place).is_some_and(|links| links.to_string().contains("/first"));
                    let url = if is_first { "https://another.example/second" } else { "https://another.example/first" };
                    found.push((place, json!([{"kind": "website", "url": url}])));
                }
                "/body" if settled(schema).get("oneOf").is_some() => found.push((place, json!({"markdown": "Another text."}))),
                _ if is_object => self.inside(schema, &place, now, found),
                _ => {
                    let value = self.another(schema, name, now.pointer(&place).unwrap_or(&Value::Null));
                    found.push((place, value));
                }
            }
        }
    }

    /// Returns a valid value other than the current one.
    fn another(&self, schema: &Value, member: &str, now: &Value) -> Value {
        if is_reference(schema) {
            return self.of_member(member);
        }
        let schema = settled(schema);
        if let Some(values) = schema["enum"].as_array() {
            return values.iter().find(|value| *value != now).cloned().expect("a choice has two values");
        }
        let is = |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
        if is("boolean") {
            json!(!now.as_bool().unwrap_or_default())
        } else if is("integer") {
            let (low, high) = (schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_i64().unwrap_or(i64::MAX));
            let next = now.as_i64().map_or(low.max(1), |now| if now < high { now + 1 } else { now - 1 });
            json!(next)
        } else if is("number") {
            json!(if now == &json!(0.25) { 0.75 } else { 0.25 })
        } else if is("array") {
            json!([self.another(&schema["items"], member, &now[0])])
        } else if let Some(members) = schema["properties"].as_object() {
            members.iter().map(|(name, schema)| (name.clone(), self.another(schema, name, &now[name]))).collect::<Map<_, _>>().into()
        } else if is("object") {
            json!({"data-another": "yes"})
        } else {
            another_text(schema, member, now)
        }
    }
}

/// Returns a valid text other than the current one.
fn another_text(schema: &Value, member: &str, now: &Value) -> Value {
    let fixed = match schema["format"].as_str() {
        Some("email") => Some("another@private.example"),
        Some("date-time") if member == "ends_at" => Some("2026-03-21T08:00:00.000Z"),
        Some("date-time") => Some("2026-03-20T08:00:00.000Z"),
        Some("time-zone") => Some("Asia/Tokyo"),
        Some("password") => Some("another passphrase of some length"),
        _ => None,
    };
    if let Some(fixed) = fixed {
        return json!(fixed);
    }
    let validator = Contract::get().validator(&format!("a text of {schema}"), schema);
    // The slug `another-text` is taken by the resource created from another text.
    let first = if member == "slug" { "another-slug" } else { "another text" };
    let own = [first, "another-text", "https://another.example/text", "/another/text", "de", "203.0.113.7"].map(|text| json!(text));
    let examples = schema["examples"].as_array().into_iter().flatten();
    let fitting = own.iter().chain(examples).find(|text| *text != now && validator.is_valid(text));
    fitting.cloned().unwrap_or_else(|| panic!("no text is known for {schema}"))
}
