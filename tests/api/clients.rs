//! The OpenAPI document, as client generators need it: names, unions, defaults, and examples.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::Value;

use crate::contract::{each_operation, items, members, operations, reachable};
use crate::support::{Contract, World, api_test};

#[test]
fn components_have_names_that_generators_can_use() {
    let document = &Contract::get().document;
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for (name, schema) in members(&document["components"], "schemas") {
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            faults.push(format!("{name} is no name of a type in every language"));
        }
        // A `title` is also the name of a generated type.
        for name in std::iter::once(name.as_str()).chain(titles(schema)) {
            if !names.insert(name.to_lowercase()) {
                faults.push(format!("two schemas are called {name}, but for case"));
            }
        }
    }
    each_operation(|operation| titles(&operation.item).into_iter().map(|title| format!("{title} is no component")).collect());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn unions_consist_of_components() {
    let document = &Contract::get().document;
    let mut faults = Vec::new();
    for (name, schema) in members(&document["components"], "schemas") {
        objects(schema, &mut |schema| {
            for variant in
                ["oneOf", "anyOf"].iter().flat_map(|word| items(schema, word)).filter(|variant| variant.get("properties").is_some())
            {
                faults.push(format!("{name} has a variant that is no component: {variant}"));
            }
            for (tag, place) in schema.get("discriminator").into_iter().flat_map(|discriminator| members(discriminator, "mapping")) {
                let variant = document.pointer(place.as_str().unwrap_or_default().trim_start_matches('#')).unwrap_or(&Value::Null);
                let own = Contract::get().resolved(&variant["properties"]["type"]);
                if own["enum"] != serde_json::json!([tag]) || !items(schema, "oneOf").iter().any(|variant| variant["$ref"] == *place) {
                    faults.push(format!("{name} says that {tag} is {place}"));
                }
            }
        });
    }
    for union in ["Block", "BlockInput"] {
        assert_eq!(document["components"]["schemas"][union]["discriminator"]["propertyName"], "type", "{union}");
    }
    let image = document["components"]["schemas"]["Block"]["discriminator"]["mapping"]["image"].as_str().unwrap();
    let image = document.pointer(image.trim_start_matches('#')).unwrap();
    assert_eq!(image["properties"]["image"]["$ref"], "#/components/schemas/ImageView", "a block has the picture, not its id");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Another test sends all other examples unchanged to a demo.
#[test]
fn examples_say_what_they_need() {
    let needing = [
        "accept_invitation",
        "append_upload",
        "change_password",
        "confirm_email",
        "confirm_subscription",
        "create_image",
        "create_upload",
        "log_in",
        "moderate_comments",
        "read_preferences",
        "refresh_session",
        "refuse_comment_notices",
        "replace_preferences",
        "reset_password",
        "unsubscribe",
    ];
    let mut found = BTreeSet::new();
    for operation in operations() {
        let content = members(&operation.item["requestBody"], "content");
        for (_, example) in content.iter().flat_map(|(_, media)| members(media, "examples")) {
            assert_eq!(example["x-needs"], example["summary"], "{}", operation.id);
            assert!(example["x-needs"].as_str().is_some_and(|needs| needs.starts_with("Needs ")), "{}", operation.id);
            found.insert(operation.id.as_str());
        }
        let has_one = |media: &Value| media.get("example").is_some() != media.get("examples").is_some();
        assert!(content.iter().all(|(_, media)| has_one(media)), "{} has no example or two", operation.id);
    }
    assert_eq!(found, BTreeSet::from(needing));
}

api_test!(documented_defaults_are_accepted, async |world| {
    let mut faults = Vec::new();
    // Logging out would end the session of the requests that follow.
    for operation in operations().iter().filter(|operation| operation.id != "log_out") {
        let parameters = items(&operation.item, "parameters").into_iter().filter(|parameter| parameter["in"] == "query");
        let mut query = Vec::new();
        for parameter in parameters {
            let default = parameter.pointer("/schema/default").map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let default = default.or_else(|| parameter["example"].as_str().map(|example| example.replace(' ', "%20")));
            query.extend(default.map(|default| format!("{}={default}", parameter["name"].as_str().unwrap_or_default())));
        }
        if query.is_empty() {
            continue;
        }
        let uri = format!("{}?{}", operation.path_with(|_| "nothing".to_owned()), query.join("&"));
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
        let answer = match members(&operation.item["requestBody"], "content").first() {
            Some((media_type, _)) => world.admin().with("content-type", media_type).send(method, &uri, Some(b"{}".to_vec())).await,
            None => world.admin().send(method, &uri, None).await,
        };
        if answer.text().contains("malformed_query") {
            faults.push(format!("{} {uri}: {}", operation.method, answer.text()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});

/// Generated clients require a member that has a `default`.
#[test]
fn bodies_say_their_defaults_in_words() {
    let mut faults = Vec::new();
    for (name, schema) in reachable(|operation| vec![&operation.item["requestBody"]]) {
        objects(&schema, &mut |schema| faults.extend(schema.get("default").map(|default| format!("{name} has the default {default}"))));
    }
    each_operation(|operation| {
        let mut faults = Vec::new();
        let mut look = |schema: &Value| faults.extend(schema.get("default").map(|default| format!("the body has the default {default}")));
        objects(&operation.item["requestBody"], &mut look);
        faults
    });
    let kind = &Contract::get().document["components"]["schemas"]["ArticleDraft"]["properties"]["kind"]["description"];
    assert_eq!(kind, "The kind: article or standing page. Default: `\"article\"`.");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Calls `look` with every object in a schema, except in examples.
fn objects(value: &Value, look: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(members) => {
            look(value);
            members
                .iter()
                .filter(|(name, _)| !["example", "examples"].contains(&name.as_str()))
                .for_each(|(_, inner)| objects(inner, look));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, look)),
        _ => {}
    }
}

fn titles(schema: &Value) -> Vec<&str> {
    match schema {
        Value::Object(members) => {
            let own = members.get("title").and_then(Value::as_str).into_iter();
            own.chain(
                members.iter().filter(|(name, _)| !["example", "examples"].contains(&name.as_str())).flat_map(|(_, inner)| titles(inner)),
            )
            .collect()
        }
        Value::Array(items) => items.iter().flat_map(titles).collect(),
        _ => Vec::new(),
    }
}
