//! Keyset pages compared with a model: despite insertions and deletions between pages, no remaining row is skipped or repeated.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use crate::support::{Answer, Engine, World, run};

/// A change between two pages.
#[derive(Clone, Debug)]
enum Change {
    Insert(i32, &'static str),
    /// Deletes an existing row, by an index modulo their number.
    Delete(usize),
}

#[derive(Clone, Debug)]
struct Script {
    rows: Vec<(i32, &'static str)>,
    sort: &'static str,
    limit: usize,
    /// The changes after each page.
    changes: Vec<Vec<Change>>,
}

/// The parts of a row that decide its place in the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    position: i64,
    name: String,
    id: String,
}

fn rows() -> impl Strategy<Value = (i32, &'static str)> {
    // Few values, so that many rows are equal, and names that engines tend to sort differently.
    (0..3, prop::sample::select(vec!["a", "a b", "ab", "A-c", "b", "Z", "é", "_", "10", "9"]))
}

fn scripts() -> impl Strategy<Value = Script> {
    let change = prop_oneof![rows().prop_map(|(position, name)| Change::Insert(position, name)), any::<usize>().prop_map(Change::Delete)];
    let changes = prop::collection::vec(prop::collection::vec(change, 0..3), 0..8);
    let sorts = vec!["position", "-position", "name", "-name", "position,-name", "-position,name", "article_count", "-article_count"];
    (prop::collection::vec(rows(), 0..12), prop::sample::select(sorts), 1..5_usize, changes)
        .prop_map(|(rows, sort, limit, changes)| Script { rows, sort, limit, changes })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_skipped_or_repeated_on_sqlite(script in scripts()) {
        run(Engine::Sqlite, async |world| walk(world, &script).await);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_skipped_or_repeated_on_postgres(script in scripts()) {
        run(Engine::Postgres, async |world| walk(world, &script).await);
    }
}

/// Reads all pages to the end and back to the beginning, with changes in between.
async fn walk(world: &World, script: &Script) {
    for (position, name) in &script.rows {
        insert(world, *position, name).await;
    }
    let mut changes = script.changes.iter().cloned();
    let last = walk_one_way(world, script, "next", None, &mut changes).await;
    let mut changes = script.changes.iter().rev().cloned();
    if let Some(cursor) = last {
        walk_one_way(world, script, "prev", Some(cursor), &mut changes).await;
    }
}

/// Follows `next` or `prev` to the end; returns the cursor that leads back from the last page.
async fn walk_one_way(
    world: &World,
    script: &Script,
    direction: &str,
    mut cursor: Option<String>,
    changes: &mut impl Iterator<Item = Vec<Change>>,
) -> Option<String> {
    let forward = direction == "next";
    let mut stayed: BTreeSet<Row> = all(world).await.into_iter().collect();
    if let Some(cursor) = &cursor {
        // The way back begins before the last page and does not repeat its rows.
        stayed = rest(world, script, cursor).await;
    }
    let mut seen: Vec<Row> = Vec::new();
    let back = loop {
        let page = page(world, script, cursor.as_deref()).await;
        let mut rows = rows_of(&page);
        assert!(rows.len() <= script.limit);
        if !forward {
            rows.reverse();
        }
        seen.extend(rows);
        for change in changes.next().unwrap_or_default() {
            match change {
                Change::Insert(position, name) => drop(insert(world, position, name).await),
                Change::Delete(index) => {
                    let there = all(world).await;
                    if let Some(row) = there.get(index % there.len().max(1)) {
                        world.editor().delete(&format!("sections/{}", row.id)).await.expect(204);
                        stayed.remove(row);
                    }
                }
            }
        }
        match page.at(&format!("/page/{direction}")).as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break page.at("/page/prev").as_str().map(str::to_owned),
        }
    };
    let mut expected = seen.clone();
    sort(&mut expected, script.sort);
    if !forward {
        expected.reverse();
    }
    assert_eq!(seen, expected, "the order is broken");
    let distinct: BTreeSet<Row> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "a row came twice");
    assert!(stayed.is_subset(&distinct), "rows that stayed were skipped: {:?}", stayed.difference(&distinct));
    back
}

/// Returns all rows before a cursor that leads back.
async fn rest(world: &World, script: &Script, cursor: &str) -> BTreeSet<Row> {
    let whole = Script { limit: 100, ..script.clone() };
    rows_of(&page(world, &whole, Some(cursor)).await).into_iter().collect()
}

async fn page(world: &World, script: &Script, cursor: Option<&str>) -> Answer {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    world.anonymous().get(&format!("sections?limit={}&sort={}{cursor}", script.limit, script.sort)).await.expect(200)
}

async fn all(world: &World) -> Vec<Row> {
    rows_of(&world.anonymous().get("sections?limit=100&sort=name").await.expect(200))
}

async fn insert(world: &World, position: i32, name: &str) -> Answer {
    world.editor().post("sections", json!({"name": name, "position": position})).await.expect(201)
}

fn rows_of(page: &Answer) -> Vec<Row> {
    let items = page.at("/data").as_array().cloned().unwrap_or_default();
    let text = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| Row { position: item["position"].as_i64().unwrap_or(-1), name: text(item, "name"), id: text(item, "id") })
        .collect()
}

/// Sorts by each key, then by the id in the direction of the last key, as lists do.
fn sort(rows: &mut [Row], by: &str) {
    let fold = |name: &str| name.to_lowercase().replace('é', "e");
    rows.sort_by(|a, b| {
        let mut ordering = std::cmp::Ordering::Equal;
        let mut descending = false;
        for term in by.split(',') {
            descending = term.starts_with('-');
            let next = match term.trim_start_matches('-') {
                "position" => a.position.cmp(&b.position),
                "name" => fold(&a.name).cmp(&fold(&b.name)),
                _ => std::cmp::Ordering::Equal,
            };
            ordering = ordering.then(if descending { next.reverse() } else { next });
        }
        ordering.then(if descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) })
    });
}
