//! Growth: the memory that a request allocates grows no faster than its body, for every operation and every kind of invalid body.
//!
//! A separate binary, because it counts the allocations of the whole process. Each body schema is tried with every kind of body once;
//! further operations with the same schema are tried with the first kinds.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "other tests need more of it")]
mod support;

use std::alloc::System;
use std::collections::{HashMap, HashSet};

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::{Client, Contract, Engine, Operation, Role, World, run};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The length of the shorter body; the longer one is four times as long.
const LENGTH: usize = 10_000;
/// The maximum ratio of the longer body's allocations: four, plus a margin for buffers that double.
const MAX_RATIO: usize = 6;
/// The allocations that every request may make, in bytes.
const FREE: usize = 256 * 1024;
/// The maximum number of validation errors in a response.
const MAX_FAULTS: usize = 50;

/// A kind of body, generated with a length.
type Kind = (&'static str, fn(usize, &[String]) -> String);

fn joined(length: usize, each: usize, piece: impl Fn(usize) -> String) -> String {
    (0..length / each).map(piece).collect::<Vec<_>>().join(",")
}

/// Returns a body in which every member has this value.
fn all(members: &[String], value: &Value) -> String {
    Value::Object(members.iter().map(|name| (name.clone(), value.clone())).collect::<Map<_, _>>()).to_string()
}

fn share(length: usize, members: &[String]) -> usize {
    length / members.len().max(1)
}

/// The number of kinds that each operation is tried with.
const FOR_EACH: usize = 2;

const KINDS: [Kind; 14] = [
    ("many unknown members", |length, _| format!("{{{}}}", joined(length, 16, |index| format!("\"member{index}\":1")))),
    ("long arrays of objects", |length, members| all(members, &json!(vec![json!({}); share(length, members) / 3]))),
    ("long texts", |length, members| all(members, &json!("a b ".repeat(share(length, members) / 4)))),
    ("long arrays of texts", |length, members| all(members, &json!(vec![""; share(length, members) / 3]))),
    ("long arrays of numbers", |length, members| all(members, &json!(vec![1; share(length, members) / 2]))),
    ("long ids", |length, members| all(members, &json!({"id": "x".repeat(share(length, members))}))),
    ("many members within", |length, members| {
        let inside: Map<String, Value> = (0..share(length, members) / 12).map(|index| (format!("m{index}"), json!(1))).collect();
        all(members, &Value::Object(inside))
    }),
    ("a long name", |length, _| format!("{{\"{}\":1}}", "n".repeat(length))),
    ("a long name over many members", |length, _| {
        format!("{{\"custom\":{{\"{}\":{{{}}}}}}}", "n".repeat(length / 2), joined(length / 2, 12, |index| format!("\"{index}\":{{}}")))
    }),
    ("a long name over inexact numbers", |length, _| {
        format!("{{\"custom\":{{\"{}\":[{}]}}}}", "n".repeat(length / 2), joined(length / 2, 23, |_| "1.00000000000000000001".to_owned()))
    }),
    ("a name twice", |length, _| format!("{{\"{0}\":1,\"{0}\":1}}", "n".repeat(length / 2))),
    ("names that stand twice", |length, _| format!("{{{}}}", joined(length, 8, |index| format!("\"m{}\":1", index / 2)))),
    ("deep down", |length, _| format!("{{\"custom\":{}[{}]{}}}", "{\"x\":".repeat(28), joined(length, 2, |_| "0".into()), "}".repeat(28))),
    ("an array", |length, _| format!("[{}]", joined(length, 2, |_| "0".into()))),
];

/// Returns redirects that form a loop.
fn circle(length: usize, _: &[String]) -> String {
    let lines = length / 14;
    let line = |index: usize| format!("/p{index},/p{}\n", (index + 1) % lines);
    format!("from,to\n{}", (0..lines).map(line).collect::<String>())
}

/// CSV files and forms, by media type.
const OTHERS: [(&str, &str, Kind); 6] = [
    ("newsletter/imports?consent=yes", "text/csv", ("many columns", |length, _| joined(length, 6, |index| format!("c{index}")))),
    ("newsletter/imports?consent=yes", "text/csv", ("many lines", |length, _| format!("email\n{}", "nobody\n".repeat(length / 7)))),
    ("redirects/import", "text/csv", ("many columns", |length, _| joined(length, 6, |index| format!("c{index}")))),
    ("redirects/import", "text/csv", ("many lines", |length, _| format!("from,to\n{}", "x,y\n".repeat(length / 4)))),
    ("redirects/import", "text/csv", ("a circle", circle)),
    (
        "newsletter/unsubscriptions",
        "application/x-www-form-urlencoded",
        ("many fields", |length, _| joined(length, 8, |index| format!("f{index}=1")).replace(',', "&")),
    ),
];

/// Returns the schema of an operation's JSON body, if it has one.
fn schema_of(operation: &Operation) -> Option<&str> {
    let content = operation.item["requestBody"]["content"].as_object()?;
    content.iter().find(|(kind, _)| kind.ends_with("json"))?.1["schema"]["$ref"].as_str()?.rsplit('/').next()
}

/// Returns the names of all members of a body schema.
fn members(schema: &str) -> Vec<String> {
    let properties = Contract::get().document["components"]["schemas"][schema]["properties"].as_object();
    properties.into_iter().flatten().filter(|(_, schema)| schema.get("readOnly").is_none()).map(|(name, _)| name.clone()).collect()
}

/// Creates one resource of each kind; returns their names by path parameter.
async fn things(world: &World) -> HashMap<&'static str, String> {
    let article = world.published_by(Role::Editor, "Trams").await;
    let made = async |path: &str, body: Value| world.admin().post(path, body).await.expect(201).id();
    let placement = made("ads/placements", json!({"key": "top"})).await;
    let creative = json!({"placement": placement, "kind": "html", "html": "<b>Boots</b>"});
    made("collections", json!({"key": "front", "title": "Front"})).await;
    HashMap::from([
        ("author", world.author_named("Mara").await),
        ("creative", made("ads/creatives", creative).await),
        ("id", world.comment(&article, "At last.").await),
        ("image", world.image_by(Role::Editor, 1).await),
        ("key", "front".to_owned()),
        ("list", made("newsletter/lists", json!({"key": "daily", "name": "Daily"})).await),
        ("redirect", made("redirects", json!({"from": "/old", "to": "/new"})).await),
        ("section", world.section("City").await),
        ("tag", world.tag("Rails").await),
        ("user", world.admin().get(&format!("users?email={}", Role::Author.email())).await.expect(200).text_at("/data/0/id")),
        ("article", article),
        ("placement", placement),
    ])
}

/// Returns the number of bytes allocated for a request.
async fn taken(client: &Client, method: &Method, path: &str, body: String) -> usize {
    let region = Region::new(ALLOCATOR);
    let answer = client.send(method.clone(), path, Some(body.into_bytes())).await;
    let taken = region.change().bytes_allocated;
    if answer.status >= 400 {
        let faults = answer.json().get("errors").and_then(Value::as_array).map_or(0, Vec::len);
        assert!(faults <= MAX_FAULTS, "{method} {path} tells {faults} faults");
    }
    taken
}

/// Returns an error if a body of four times the length allocates too much.
async fn compare(client: &Client, (method, path): (&Method, &str), (name, make): Kind, members: &[String]) -> Option<String> {
    let short = taken(client, method, path, make(LENGTH, members)).await;
    let long = taken(client, method, path, make(4 * LENGTH, members)).await;
    (long > MAX_RATIO * short + FREE).then(|| format!("{method} {path}, {name}: {short} bytes for the short body, {long} for the long one"))
}

#[test]
fn what_is_taken_grows_no_faster_than_what_is_sent() {
    run(Engine::Sqlite, async |world: &World| {
        let things = things(world).await;
        let json = world.admin().with("content-type", "application/json");
        let (mut complaints, mut schemas, mut looked_at) = (Vec::new(), HashSet::new(), 0);
        for operation in &Contract::get().operations {
            let Some(schema) = schema_of(operation) else { continue };
            let members = members(schema);
            let path = operation.path_with(|name| things.get(name).map_or_else(|| "nothing".to_owned(), Clone::clone));
            let method: Method = operation.method.parse().unwrap();
            // The first requests also allocate data that is kept.
            taken(&json, &method, &path, "[]".to_owned()).await;
            taken(&json, &method, &path, r#"{"member":1}"#.to_owned()).await;
            let kinds = if schemas.insert(schema) { KINDS.len() } else { FOR_EACH };
            for kind in KINDS.into_iter().take(kinds) {
                complaints.extend(compare(&json, (&method, &path), kind, &members).await);
            }
            looked_at += 1;
        }
        for (path, media_type, kind) in OTHERS {
            let client = world.admin().with("content-type", media_type);
            complaints.extend(compare(&client, (&Method::POST, path), kind, &[]).await);
        }
        assert!(looked_at > 60 && schemas.len() > 40, "{looked_at} operations with {} schemas are not all", schemas.len());
        assert!(complaints.is_empty(), "these grow too fast:\n{}", complaints.join("\n"));
    });
}
