//! API keys: every operation and every scope, compared with the document and with the server's responses.

use serde_json::{Value, json};

use super::scopes::SCOPES;
use super::table::POLICY;
use super::{call, decision, operations};
use crate::support::{Contract, Operation, Role, World, api_test};

/// Returns the scope that an operation needs, according to the table.
fn scope_of(id: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(_, operations)| operations.contains(&id)).map(|(scope, _)| *scope)
}

/// Checks whether an operation can have a caller.
fn has_callers(operation: &Operation) -> bool {
    let ways = operation.item.get("security").and_then(Value::as_array);
    ways.is_some_and(|ways| ways.iter().any(|way| way.get("bearer").is_some()))
}

#[test]
fn every_operation_demands_one_scope_and_the_document_says_which() {
    let mut faults = Vec::new();
    for operation in &Contract::get().operations {
        let (documented, right) = (operation.item["x-scope"].as_str(), scope_of(&operation.id));
        if documented != right || has_callers(operation) != right.is_some() {
            faults.push(format!("{}: the table says {right:?}, the document {documented:?}", operation.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let named = &Contract::get().document["components"]["schemas"]["Scope"];
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).filter(|scope| scope.contains(':')).collect();
    assert_eq!(named["enum"], json!(scopes));
    for scope in scopes {
        assert!(named["description"].as_str().is_some_and(|about| about.contains(&format!("- `{scope}`: "))), "{scope} has no sentence");
    }
}

/// Returns the queries with which an operation needs a caller.
fn staff_queries(id: &str) -> Vec<&'static str> {
    let rows = POLICY.iter().filter_map(|(row, decisions)| {
        let (name, query) = row.split_once('?').unwrap_or((row, ""));
        (name == id && !decisions.starts_with('+')).then_some(query)
    });
    rows.collect()
}

api_test!(a_key_does_what_its_scope_names_and_nothing_else, async |world| {
    let mut faults = Vec::new();
    let mut keys = Vec::new();
    for (scope, _) in SCOPES.iter().filter(|(scope, _)| scope.contains(':')) {
        let key = world.admin().post("tokens", json!({"name": scope, "scopes": [scope]})).await.expect(201);
        keys.push((*scope, world.anonymous().bearer(&key.text_at("/token"))));
    }
    for operation in Contract::get().operations.iter().filter(|operation| has_callers(operation)) {
        let right = scope_of(&operation.id);
        for (scope, key) in &keys {
            for query in staff_queries(&operation.id) {
                let expected = if right == Some("any") || right == Some(*scope) { '+' } else { '3' };
                let found = decision(&call(key, operation, query).await);
                if found != expected {
                    faults.push(format!("{}?{query} with {scope}: {found} instead of {expected}", operation.id));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});

api_test!(a_key_never_does_what_its_owner_may_not, async |world| {
    let all: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).filter(|scope| scope.contains(':')).collect();
    let mut faults = Vec::new();
    for (column, role) in Role::ALL.into_iter().enumerate().skip(1) {
        let key = world.client(role).post("tokens", json!({"name": "All", "scopes": all})).await.expect(201).text_at("/token");
        let key = world.anonymous().bearer(&key);
        for (row, decisions) in POLICY {
            let (id, query) = row.split_once('?').unwrap_or((row, ""));
            let operation = operations()[id];
            if scope_of(id).is_none_or(|scope| scope == "session") || decisions.starts_with('+') {
                continue;
            }
            let found = decision(&call(&key, operation, query).await);
            if Some(found) != decisions.chars().nth(column) {
                faults.push(format!("{row} with a key of the {}: {found}", role.name()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});

api_test!(keys_of_before_keep_what_they_had, async |world| {
    let admin = world.admin();
    let made = admin.post("tokens", json!({"name": "Old", "scopes": ["content:read"]})).await.expect(201);
    let key = world.anonymous().bearer(&made.text_at("/token"));
    admin.post("tokens", json!({"name": "Old", "scopes": ["read"]})).await.expect_problem(422, "validation_failed");
    let newer = world.editor().post("tokens", json!({"name": "New", "scopes": ["audit:read"]})).await.expect(201);
    let cases: [(&str, &[&str], &[&str]); 3] = [
        ("read", &["audit", "newsletter/subscribers", "users"], &["sections", "users"]),
        ("content", &[], &["users", "comments/moderate"]),
        ("admin", &["audit", "users"], &["sections"]),
    ];
    for (scope, reads, refused) in cases {
        world.tamper(&format!("UPDATE api_keys SET legacy = TRUE, scopes = '[\"{scope}\"]' WHERE id = '{}'", made.id()));
        for path in reads {
            key.get(path).await.expect(200);
        }
        for path in refused {
            key.post(path, json!({})).await.expect_problem(403, "forbidden");
        }
        key.get("tokens").await.expect_problem(403, "forbidden");
    }
    world.tamper(&format!("UPDATE api_keys SET scopes = '[\"content\"]' WHERE id = '{}'", made.id()));
    key.post("sections", json!({"name": "City"})).await.expect(201);
    // Administrators see the keys of all users.
    let found = admin.get("tokens?user=all&legacy=true").await.expect(200);
    assert_eq!(
        (found.texts("id"), found.at("/data/0/scopes"), found.at("/data/0/legacy")),
        (vec![made.id()], &json!(["content"]), &json!(true))
    );
    assert_eq!(admin.get("tokens?user=all&legacy=false").await.expect(200).texts("id"), [newer.id()]);
    world.editor().get("tokens?user=all").await.expect_problem(403, "forbidden");
});
