//! Permissions: one table, compared with the document and with the server's responses.

mod keys;
mod scopes;
mod table;

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Contract, Operation, Role, World, api_test};
use table::POLICY;

/// Operations that the edit token of a comment also permits, for a quarter of an hour.
const BY_EDIT_TOKEN: [&str; 2] = ["revise_comment", "delete_comment"];

/// Permissions that depend on ownership. The columns: contributor, author, editor, moderator, admin.
const OWNERSHIP: &[(&str, &str)] = &[
    ("read the own working copy", "+++-+"),
    ("edit the own draft", "+++-+"),
    ("publish the own article", "3++-+"),
    ("schedule the own article", "3++-+"),
    ("submit the own article", "+++-+"),
    ("withdraw the own submission", "+++-+"),
    ("trash the own article", "+++-+"),
    ("erase the own article", "333-+"),
    ("read another's working copy", "33+3+"),
    ("show the own draft to others", "+++-+"),
    ("show another's draft to others", "33+3+"),
    ("edit another's draft", "33+3+"),
    ("list the own revisions", "+++-+"),
    ("list another's revisions", "33+3+"),
    ("compare the own revisions", "+++-+"),
    ("compare another's revisions", "33+3+"),
    ("revert the own draft", "+++-+"),
    ("revert another's draft", "33+3+"),
    ("publish another's article", "33+3+"),
    ("schedule another's article", "33+3+"),
    ("submit another's article", "33+3+"),
    ("return another's submission", "33+3+"),
    ("trash another's article", "33+3+"),
    ("restore another's article", "33+3+"),
    ("erase another's article", "3333+"),
    ("edit the own picture", "+++-+"),
    ("edit another's picture", "33+3+"),
    ("delete another's picture", "33+3+"),
    ("edit the own profile", "+++-+"),
    ("edit another's profile", "33+3+"),
    ("approve a comment on the own article", "3++-+"),
    ("approve a comment on another's article", "33+++"),
    ("see the e-mail address of a comment on the own article", "33+-+"),
    ("see another's keys", "3333+"),
];

fn operations() -> BTreeMap<&'static str, &'static Operation> {
    Contract::get().operations.iter().map(|operation| (operation.id.as_str(), operation)).collect()
}

#[test]
fn every_operation_has_its_row_and_the_document_agrees() {
    let operations = operations();
    let mut faults = Vec::new();
    for id in operations.keys().filter(|id| POLICY.iter().all(|(row, _)| row != *id)) {
        faults.push(format!("{id} has no row"));
    }
    for (row, decisions) in POLICY {
        let (id, query) = row.split_once('?').unwrap_or((row, ""));
        let Some(operation) = operations.get(id) else {
            faults.push(format!("there is no operation {id}"));
            continue;
        };
        let security = operation.item.get("security").and_then(Value::as_array);
        let anonymous = !BY_EDIT_TOKEN.contains(&id)
            && security.is_none_or(|ways| ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)));
        let roles: Vec<&str> = security
            .into_iter()
            .flatten()
            .flat_map(|way| way["bearer"].as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .collect();
        let documented: String = Role::ALL
            .iter()
            .map(|role| match role {
                Role::Anonymous if anonymous && query.is_empty() => '+',
                Role::Anonymous => '1',
                _ if anonymous && query.is_empty() => '+',
                role if roles.contains(&role.name()) => '+',
                _ => '3',
            })
            .collect();
        if documented != *decisions {
            faults.push(format!("{row}: the table says {decisions}, the document {documented}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn decision(answer: &Answer) -> char {
    match answer.status {
        401 => '1',
        403 => '3',
        _ => '+',
    }
}

/// Returns the table's decision for an operation without a query.
fn decided(id: &str, role: Role) -> Option<char> {
    let (_, decisions) = POLICY.iter().find(|(row, _)| *row == id)?;
    Role::ALL.iter().position(|other| *other == role).and_then(|column| decisions.chars().nth(column))
}

/// Calls an operation on resources that do not exist, so that only the caller decides.
async fn call(client: &Client, operation: &Operation, query: &str) -> Answer {
    let path = operation.path_with(|_| "nothing".to_owned());
    let path = if query.is_empty() { path } else { format!("{path}?{query}") };
    send(client, operation, &path).await
}

async fn send(client: &Client, operation: &Operation, path: &str) -> Answer {
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
    let content = operation.item.pointer("/requestBody/content").and_then(Value::as_object);
    let multipart = content.is_some_and(|content| content.contains_key("multipart/form-data"));
    match content {
        Some(_) if multipart => client.upload(path, &[]).await,
        Some(content) => {
            let json = "application/json".to_owned();
            let media_type = if content.contains_key(&json) { &json } else { content.keys().next().unwrap_or(&json) };
            client.with("content-type", media_type).send(method, path, Some(b"{}".to_vec())).await
        }
        None => client.send(method, path, None).await,
    }
}

api_test!(every_operation_decides_as_the_table_says, async |world| {
    let operations = operations();
    let mut faults = Vec::new();
    for (row, decisions) in POLICY {
        let (id, query) = row.split_once('?').unwrap_or((row, ""));
        // These operations would end or replace the session of the test.
        if ["log_out", "log_in", "refresh_session"].contains(&id) {
            continue;
        }
        let mut found = String::new();
        for role in Role::ALL {
            found.push(decision(&call(&world.client(role), operations[id], query).await));
        }
        if found != *decisions {
            faults.push(format!("{row}: the table says {decisions}, the server {found}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});

api_test!(other_spellings_meet_no_other_decision, async |world| {
    // Logging out would end the session of the test.
    for operation in Contract::get().operations.iter().filter(|operation| operation.id != "log_out") {
        let path = operation.path_with(|_| "nothing".to_owned());
        let (start, end) = path.rsplit_once('/').unwrap_or_default();
        let spellings = [
            format!("{path}/"),
            format!("/{path}"),
            path.replacen("/api/", "/api//", 1),
            path.replacen("/api/", "/API/", 1),
            path.replacen("/api/", "/api/./", 1),
            path.replacen("/api/", "/api/v1/../", 1),
            path.replacen("/v1/", "%2fv1%2f", 1),
            format!("{start}%2f{end}"),
            format!("{path};x=1"),
            format!("{path}%20"),
        ];
        for role in [Role::Anonymous, Role::Moderator] {
            let client = world.client(role);
            for spelling in spellings.iter().filter(|spelling| **spelling != path) {
                let answer = send(&client, operation, spelling).await;
                // A spelling that is matched as a name has the permissions of that operation.
                let found = Contract::get().operation(&operation.method, spelling);
                let same = found.is_some_and(|found| decided(&found.id, role) == Some(decision(&answer)));
                assert!(same || [404, 405].contains(&answer.status), "{answer}");
            }
        }
    }
});

api_test!(head_meets_the_decision_of_get, async |world| {
    let operations = operations();
    for (row, _) in POLICY {
        let (id, query) = row.split_once('?').unwrap_or((row, ""));
        if operations[id].method != "GET" {
            continue;
        }
        let path = operations[id].path_with(|_| "nothing".to_owned());
        let path = if query.is_empty() { path } else { format!("{path}?{query}") };
        for role in [Role::Anonymous, Role::Contributor, Role::Moderator] {
            let (get, head) = (world.client(role).get(&path).await, world.client(role).head(&path).await);
            assert_eq!(get.status, head.status, "{row} as {}", role.name());
        }
    }
});

/// The resources of one user: an article, an image, a profile, and a comment on their published article.
struct Belongings {
    article: String,
    image: String,
    profile: String,
    comment: String,
}

async fn belongings(world: &World, role: Role) -> Belongings {
    let client = world.client(role);
    let profile = json!({"name": format!("Profile of the {}", role.name()), "user": client.get("auth/me").await.id()});
    let profile = world.admin().post("authors", profile).await.expect(201).id();
    let published = world.published_by(role, "Published").await;
    let comment = world.comment(&published, "First!").await;
    Belongings { article: world.draft_by(role, "A draft").await, image: world.image_by(role, 7).await, profile, comment }
}

/// Returns the response when a role acts on a resource of another user.
async fn attempt(world: &World, role: Role, what: &str, theirs: &Belongings) -> Answer {
    let client = world.client(role);
    let Belongings { article, image, profile, comment } = theirs;
    let article = format!("articles/{article}");
    let verb = what.split(' ').next().unwrap_or_default();
    match (verb, what.rsplit(' ').next().unwrap_or_default()) {
        ("read", _) => client.get(&format!("{article}?view=editor")).await,
        ("show", _) => client.post(&format!("{article}/previews"), json!({})).await,
        ("edit", "draft") => client.patch(&article, json!({"dek": format!("By the {}", role.name())})).await,
        ("list", _) => client.get(&format!("{article}/revisions")).await,
        ("compare", _) => client.get(&format!("{article}/revisions/1/diff")).await,
        ("revert", _) => client.send(Method::POST, &format!("{article}/revisions/1/restore"), None).await,
        ("publish", _) => client.put(&format!("{article}/publication"), json!({})).await,
        ("schedule", _) => client.put(&format!("{article}/publication"), json!({"at": "2030-01-01T00:00:00Z"})).await,
        ("submit", _) => client.put(&format!("{article}/review"), json!({})).await,
        ("withdraw" | "return", _) => client.delete(&format!("{article}/review")).await,
        ("trash", _) => client.delete(&article).await,
        ("restore", _) => client.send(Method::POST, &format!("{article}/restore"), None).await,
        ("erase", _) => client.delete(&format!("{article}?permanent=true")).await,
        ("edit", "picture") => client.patch(&format!("images/{image}"), json!({"alt": format!("By the {}", role.name())})).await,
        ("delete", "picture") => client.delete(&format!("images/{image}")).await,
        ("edit", "profile") => client.patch(&format!("authors/{profile}"), json!({"role_title": role.name()})).await,
        ("approve", _) => client.patch(&format!("comments/{comment}"), json!({"status": "approved"})).await,
        ("see", "keys") => {
            let other = if role == Role::Admin { world.editor() } else { world.admin() };
            client.get(&format!("tokens?user={}", other.get("auth/me").await.id())).await
        }
        ("see", _) => client.get(&format!("comments/{comment}")).await,
        _ => panic!("nobody knows how to {what}"),
    }
}

api_test!(whose_it_is_decides_too, async |world| {
    let mut everybodys = BTreeMap::new();
    for role in [Role::Contributor, Role::Author, Role::Editor, Role::Admin] {
        everybodys.insert(role.name(), belongings(world, role).await);
    }
    let mut faults = Vec::new();
    for (row, decisions) in OWNERSHIP {
        let mut found = String::new();
        for (role, expected) in Role::ALL.into_iter().skip(1).zip(decisions.chars()) {
            if expected == '-' {
                found.push('-');
                continue;
            }
            let owner = match role {
                role if row.contains("the own") => role,
                Role::Author => Role::Contributor,
                _ => Role::Author,
            };
            let theirs = everybodys.get_mut(owner.name()).unwrap();
            // A resource that was deleted or changed is created again for the next role.
            match row.split(' ').next() {
                Some("submit" | "trash" | "erase") => theirs.article = world.draft_by(owner, "A draft").await,
                Some("withdraw" | "return") => {
                    theirs.article = world.draft_by(owner, "A draft").await;
                    world.client(owner).put(&format!("articles/{}/review", theirs.article), json!({})).await.expect(200);
                }
                Some("restore") => {
                    theirs.article = world.draft_by(owner, "A draft").await;
                    world.admin().delete(&format!("articles/{}", theirs.article)).await.expect(204);
                }
                Some("delete") => theirs.image = world.image_by(owner, 7).await,
                _ => {}
            }
            let answer = attempt(world, role, row, theirs).await;
            // A role that sees a comment does not always see its author's email address.
            let hidden = row.starts_with("see the e-mail") && answer.json().get("author_email") == Some(&Value::Null);
            found.push(if hidden { '3' } else { decision(&answer) });
        }
        if found != *decisions {
            faults.push(format!("{row}: the table says {decisions}, the server {found}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});
