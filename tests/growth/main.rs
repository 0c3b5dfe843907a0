//! Growth: what a request takes grows no faster than what was sent, whatever the operation and whatever is wrong with the body.
//!
//! A binary of its own, since it counts what the whole process allocates. Each schema of a body is tried with every kind of body once,
//! and the other operations that take the same with the first kinds.
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

/// How long the shorter body is; the longer one has four times as much.
const LENGTH: usize = 10_000;
/// How many times as much the longer body may take: four times, and something for what grows by doubling.
const MAX_RATIO: usize = 6;
/// What a request may take whatever was sent.
const FREE: usize = 256 * 1024;
/// How many faults an answer tells.
const MAX_FAULTS: usize = 50;

/// A kind of body, of about a length.
type Kind = (&'static str, fn(usize, &[String]) -> String);

fn joined(length: usize, each: usize, piece: impl Fn(usize) -> String) -> String {
    (0..length / each).map(piece).collect::<Vec<_>>().join(",")
}

/// A body in which every member has this value.
fn all(members: &[String], value: &Value) -> String {
    Value::Object(members.iter().map(|name| (name.clone(), value.clone())).collect::<Map<_, _>>()).to_string()
}

fn share(length: usize, members: &[String]) -> usize {
    length / members.len().max(1)
}

/// How many kinds each operation is tried with.
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

/// Redirects of which each leads to the next, and the last to the first.
fn circle(length: usize, _: &[String]) -> String {
    let lines = length / 14;
    let line = |index: usize| format!("/p{index},/p{}\n", (index + 1) % lines);
    format!("from,to\n{}", (0..lines).map(line).collect::<String>())
}

/// Tables and forms, by their media types.
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

/// The schema of an operation's body; none where it takes no JSON.
fn schema_of(operation: &Operation) -> Option<&str> {
    let content = operation.item["requestBody"]["content"].as_object()?;
    content.iter().find(|(kind, _)| kind.ends_with("json"))?.1["schema"]["$ref"].as_str()?.rsplit('/').next()
}

/// The names of all members that a body may have.
fn members(schema: &str) -> Vec<String> {
    let properties = Contract::get().document["components"]["schemas"][schema]["properties"].as_object();
    properties.into_iter().flatten().filter(|(_, schema)| schema.get("readOnly").is_none()).map(|(name, _)| name.clone()).collect()
}

/// One thing of each kind, by the name of the parameter that it is found by.
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

/// How many bytes are allocated while a request is answered.
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

/// A complaint where four times the body takes too many times as much.
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
            // What is made at the first need is not the body's.
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
