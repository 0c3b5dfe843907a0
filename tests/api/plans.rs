//! Query plans: all reads and writes use indexes and never scan a table that grows.
//!
//! The statements are recorded while the program responds. Nothing runs `ANALYZE` on SQLite, in production either, so the plans are
//! the same for ten rows as for a million. PostgreSQL might choose scans for small tables, but here it shows that it can do without
//! them.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Database, World, api_test};

/// The tables that grow with content and activity.
const LARGE: [&str; 17] = [
    "articles",
    "article_texts",
    "publications",
    "publication_texts",
    "publication_authors",
    "publication_tags",
    "publication_images",
    "public_slugs",
    "tombstones",
    "revisions",
    "comments",
    "comment_moderation",
    "images",
    "image_uses",
    "events",
    "subscribers",
    "redirects",
];

/// The reads of public data; `{}` is an article's slug.
const READS: [&str; 50] = [
    "articles",
    "articles?limit=100&include=body",
    "articles?sort=published_at",
    "articles?sort=title",
    "articles?sort=-title",
    "articles?sort=updated_at",
    "articles?sort=-updated_at",
    "articles?section=news",
    "articles?tag=eu",
    "articles?tag[in]=eu,energy",
    "articles?author=mara",
    "articles?sort=-comments",
    "articles?sort=comments",
    "articles?tag[nin]=eu,energy",
    "articles?author[ne]=mara",
    "articles?section[under]=news",
    "articles?hero_image[exists]=true",
    "articles?translation_of={}",
    "articles?slug={}",
    "articles?locale=en",
    "articles?kind=page",
    "articles?featured=true",
    "articles?published_at[gte]=2026-01-01T00:00:00Z",
    "articles?section=news&sort=title",
    "articles?sort=trending&window=24h",
    "articles/{}",
    "articles/never-there",
    "articles/{}/comments",
    "articles/{}/comments?sort=-created_at",
    "articles/{}/comments?sort=top",
    "authors",
    "authors?sort=-article_count",
    "authors/mara",
    "sections",
    "sections/news",
    "tags",
    "tags?sort=-article_count",
    "tags/eu",
    "collections",
    "collections/front-page",
    "site",
    "ads/side",
    "pages/home",
    "pages/article/{}",
    "pages/section/news",
    "pages/author/mara",
    "pages/tag/eu",
    "resolve?path=/{}",
    "resolve?path=/nowhere",
    "articles?count=false&limit=1",
];

/// Documents outside `/api/v1`.
const DOCUMENTS: [&str; 5] =
    ["/feeds/rss.xml", "/feeds/atom.xml?section=news", "/feeds/feed.json?tag=eu", "/sitemap.xml", "/sitemap-news.xml"];

/// Returns the defects of a statement's plan; none for a statement that looks for no rows.
fn faults(database: &Database, statement: &str) -> Vec<String> {
    let verb = statement.trim_start().split(' ').next().unwrap_or_default().to_ascii_uppercase();
    if !["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb.as_str()) {
        return Vec::new();
    }
    let plan = database.plan(statement);
    let faults = if database.url.starts_with("sqlite://") {
        [scans(&plan), sorts(&plan), counts(statement, &plan)].concat()
    } else {
        scans_of_postgres(&plan)
    };
    faults.into_iter().map(|fault| format!("{fault}\n  {plan:?}\n  {statement}")).collect()
}

/// The line of a plan that sorts all rows.
const SORTED: &str = "USE TEMP B-TREE FOR ORDER BY";
/// Conditions that few rows satisfy, so that these may be sorted.
const FEW: [&str; 8] = [
    "(id=?",
    "(rowid=?",
    "(slug=?",
    "(name=?",
    "(article_id=? AND position",
    "(translation_group=?",
    "publication_authors_1 (article_id=?",
    "publication_tags_1 (article_id=?",
];

/// Returns plans that sort many rows: these are read completely, however few are requested.
fn sorts(plan: &[String]) -> Vec<String> {
    if plan.iter().all(|line| line != SORTED) {
        return Vec::new();
    }
    let sorted = plan.windows(2).filter(|two| two.get(1).is_some_and(|line| line == SORTED)).filter_map(|two| two.first());
    plan.first().into_iter().chain(sorted).filter(|line| finds_many(line)).map(|line| format!("sorts {line}")).collect()
}

/// Checks whether a line may find many rows in a growing table.
fn finds_many(line: &str) -> bool {
    let large = line.split_whitespace().nth(1).is_some_and(|table| LARGE.contains(&table));
    large && line.starts_with("SEARCH ") && !FEW.iter().any(|few| line.contains(few))
}

/// Returns counts that read every row each time.
fn counts(statement: &str, plan: &[String]) -> Vec<String> {
    if !statement.to_ascii_uppercase().contains("COUNT(") {
        return Vec::new();
    }
    plan.iter().filter(|line| finds_many(line)).map(|line| format!("counts {line}")).collect()
}

/// Returns scans of growing tables.
fn scans(plan: &[String]) -> Vec<String> {
    let large = |line: &str| line.split_whitespace().nth(1).is_some_and(|table| LARGE.contains(&table));
    let sorted = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    // Reading an index in order from its beginning, until a page is full, is no scan.
    let walks = |line: &str| line.contains("USING INDEX") || line.contains("USING COVERING INDEX");
    plan.iter().filter(|line| line.starts_with("SCAN ") && large(line) && (sorted || !walks(line))).cloned().collect()
}

/// The same on PostgreSQL: scans without an index, and indexes read completely for sorting.
fn scans_of_postgres(plan: &[String]) -> Vec<String> {
    let large = |line: &str| {
        let table = line.split(" on ").nth(1).and_then(|rest| rest.split(' ').next());
        table.is_some_and(|table| LARGE.contains(&table))
    };
    let sorted = plan.iter().any(|line| line.trim_start().starts_with("Sort Key"));
    let next = plan.iter().skip(1).map(String::as_str).chain([""]);
    let pairs = plan.iter().zip(next).filter(|(line, _)| large(line));
    let whole = |line: &str, next: &str| line.contains("Seq Scan") || (sorted && line.contains("Scan using") && !next.contains("Cond:"));
    pairs.filter(|(line, next)| whole(line, next)).map(|(line, _)| line.trim().to_owned()).collect()
}

api_test!(a_table_that_is_gone_through_is_seen, async |world| {
    for statement in [
        "SELECT id FROM comments WHERE author_url = 'x'",
        "SELECT id FROM articles WHERE dek = 'x' ORDER BY dek",
        "UPDATE images SET version = 1 WHERE credit = 'x'",
    ] {
        assert!(!faults(&world.database, statement).is_empty(), "{statement}");
    }
    assert!(faults(&world.database, "SELECT id FROM comments WHERE id = 'x'").is_empty());
});

api_test!(no_read_goes_through_a_table_that_grows, async |world| {
    let slug = fill(world).await;
    let node = world.node(&[("CACHE_BYTES", "0")]).await;
    let reader = node.anonymous();
    let _ = node.app.heard_statements();
    let (mut found, mut heard) = (BTreeSet::new(), BTreeSet::new());
    for address in READS.iter().chain(&DOCUMENTS) {
        let mut address = address.replace("{}", &slug);
        // The second page of a list uses a cursor.
        for _ in 0..2 {
            let answer = reader.get(&address).await;
            let next = if address.contains("xml") || answer.status != 200 { None } else { next_of(&answer) };
            for statement in node.app.heard_statements() {
                // Each statement is explained once.
                if heard.insert(statement.clone()) {
                    found.extend(faults(&world.database, &statement).into_iter().map(|fault| format!("{address}\n  {fault}")));
                }
            }
            let Some(next) = next else { break };
            let glue = if address.contains('?') { '&' } else { '?' };
            address = format!("{address}{glue}cursor={next}");
        }
    }
    assert!(heard.len() > READS.len(), "{} statements are too few to be all", heard.len());
    none(found);
});

fn none(faults: BTreeSet<String>) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n\n"));
}

/// The daily work of editors; the bodies change everything that is counted.
const WRITES: [(&str, &str, &str); 14] = [
    ("POST", "articles?publish=true", r#"{"title": "Fresh", "slug": "fresh", "section": "news", "authors": ["mara"], "tags": ["eu"]}"#),
    ("PATCH", "articles/fresh?publish=true", r#"{"section": "world", "authors": ["jon"], "tags": ["energy", "water"]}"#),
    ("PATCH", "articles/fresh?publish=true", r#"{"dek": "Changed."}"#),
    ("PATCH", "articles/fresh?publish=true", r#"{"slug": "fresher"}"#),
    ("POST", "articles/fresher/comments", r#"{"body": "Said."}"#),
    ("PATCH", "sections/news", r#"{"name": "Latest"}"#),
    ("PATCH", "authors/mara", r#"{"name": "Mara L."}"#),
    ("PATCH", "tags/eu", r#"{"name": "EU"}"#),
    ("DELETE", "articles/fresher/publication", ""),
    ("PUT", "articles/fresher/publication", "{}"),
    ("DELETE", "articles/fresher", ""),
    ("POST", "articles/fresher/restore", "{}"),
    ("DELETE", "articles/fresher?permanent=true", ""),
    ("POST", "redirects", r#"{"from": "/old", "to": "/young"}"#),
];

api_test!(no_write_goes_through_a_table_that_grows, async |world| {
    fill(world).await;
    let node = world.node(&[]).await;
    let admin = node.admin();
    admin.post("sections", json!({"name": "World"})).await.expect(201);
    admin.post("authors", json!({"name": "Jon"})).await.expect(201);
    let _ = node.app.heard_statements();
    let mut found = BTreeSet::new();
    for (method, address, body) in WRITES {
        let body = serde_json::from_str(body).unwrap_or_default();
        let answer = match method {
            "POST" => admin.post(address, body).await,
            "PUT" => admin.put(address, body).await,
            "PATCH" => admin.patch(address, body).await,
            _ => admin.delete(address).await,
        };
        assert!((200..300).contains(&answer.status), "{method} {address}: {answer}");
        let statements = node.app.heard_statements();
        assert!(!statements.is_empty(), "{method} {address} was not overheard");
        let faults = statements.iter().flat_map(|statement| faults(&world.database, statement));
        found.extend(faults.map(|fault| format!("{method} {address}\n  {fault}")));
    }
    none(found);
});

fn next_of(answer: &crate::support::Answer) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(&answer.body).ok()?.pointer("/page/next")?.as_str().map(str::to_owned)
}

/// Creates some data of each kind, so that no query is skipped for lack of data.
async fn fill(world: &World) -> String {
    let admin = world.admin();
    admin.post("sections", json!({"name": "News"})).await.expect(201);
    admin.post("authors", json!({"name": "Mara"})).await.expect(201);
    let mut slug = String::new();
    for number in 0..25 {
        let body = json!({
            "title": format!("Story {number}"), "section": "news", "authors": ["mara"], "tags": ["eu", "energy"], "locale": "en",
            "body": {"markdown": "Text."},
        });
        let made = admin.post("articles?publish=true", body).await.expect(201);
        slug = made.text_at("/slug");
    }
    admin.post("articles?publish=true", json!({"title": "About", "kind": "page"})).await.expect(201);
    let comments = format!("articles/{slug}/comments");
    for number in 0..25 {
        let made = admin.post(&comments, json!({"body": format!("Comment {number}")})).await.expect(201);
        let answer = json!({"body": "Reply.", "parent_id": made.text_at("/id")});
        admin.post(&comments, answer).await.expect(201);
    }
    admin.post("collections", json!({"key": "front-page", "title": "Front page", "items": [slug]})).await.expect(201);
    admin.post("ads/placements", json!({"key": "side", "label": "Side"})).await.expect(201);
    slug
}
