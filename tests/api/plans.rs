//! How the database finds what readers ask for: by indexes, never by going through a table that grows.
//!
//! The statements are those that the program really runs, overheard while it answers. Nobody has SQLite analyse its tables,
//! neither here nor in production, so that the plans are the same for ten rows as for a million.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Database, Engine, World, run};

/// The tables that grow with what is published, said and done.
const LARGE: [&str; 14] = [
    "articles",
    "publications",
    "publication_authors",
    "publication_tags",
    "publication_images",
    "public_slugs",
    "gravestones",
    "revisions",
    "comments",
    "images",
    "image_uses",
    "events",
    "subscribers",
    "redirects",
];

/// What readers ask for; `{}` is an article's slug.
const READS: [&str; 43] = [
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

/// What stands outside `/api/v1`.
const DOCUMENTS: [&str; 5] =
    ["/feeds/rss.xml", "/feeds/atom.xml?section=news", "/feeds/feed.json?tag=eu", "/sitemap.xml", "/sitemap-news.xml"];

/// How SQLite carries a statement out; none where it is no query.
fn plan(database: &Database, statement: &str) -> Vec<String> {
    let query = statement.trim_start();
    if !query.to_ascii_uppercase().starts_with("SELECT") {
        return Vec::new();
    }
    database.plan(query)
}

/// How a plan says that all of it is sorted.
const SORTED: &str = "USE TEMP B-TREE FOR ORDER BY";
/// Where few rows share a value, so that they may be sorted.
const FEW: [&str; 6] = [
    "(id=?",
    "(rowid=?",
    "(article_id=? AND position",
    "(translation_group=?",
    "publication_authors_1 (article_id=?",
    "publication_tags_1 (article_id=?",
];

/// What is wrong with a plan.
fn faults(plan: &[String]) -> Vec<String> {
    let mut faults = scans(plan);
    // What is sorted as a whole is read as a whole, however little of it is asked for.
    if plan.iter().any(|line| line == SORTED) {
        let large = |line: &&String| line.split_whitespace().nth(1).is_some_and(|table| LARGE.contains(&table));
        let many = |line: &&String| line.starts_with("SEARCH ") && !FEW.iter().any(|few| line.contains(few));
        let sorted = plan.windows(2).filter(|two| two.get(1).is_some_and(|line| line == SORTED)).filter_map(|two| two.first());
        faults.extend(plan.first().into_iter().chain(sorted).filter(large).filter(many).map(|line| format!("sorts {line}")));
    }
    faults
}

/// The tables that are gone through.
fn scans(plan: &[String]) -> Vec<String> {
    let large = |line: &str| line.split_whitespace().nth(1).is_some_and(|table| LARGE.contains(&table));
    let sorted = plan.iter().any(|line| line.contains("TEMP B-TREE FOR ORDER BY"));
    // An index that gives the order is gone through from its beginning, until a page is full.
    let walks = |line: &str| line.contains("USING INDEX") || line.contains("USING COVERING INDEX");
    plan.iter().filter(|line| line.starts_with("SCAN ") && large(line) && (sorted || !walks(line))).cloned().collect()
}

#[test]
fn no_read_goes_through_a_table_that_grows() {
    run(Engine::Sqlite, async |world| {
        let slug = fill(world).await;
        let node = world.node(&[("CACHE_BYTES", "0")]).await;
        let reader = node.anonymous();
        let _ = node.app.heard_statements();
        let mut scans = BTreeSet::new();
        for address in READS.iter().chain(&DOCUMENTS) {
            let mut address = address.replace("{}", &slug);
            // The second page of a list enters it at a cursor.
            for _ in 0..2 {
                let answer = reader.get(&address).await;
                let next = if address.contains("xml") || answer.status != 200 { None } else { next_of(&answer) };
                for statement in node.app.heard_statements() {
                    let plan = plan(&world.database, &statement);
                    scans.extend(faults(&plan).into_iter().map(|fault| format!("{address}\n  {fault}\n  {plan:?}\n  {statement}")));
                }
                let Some(next) = next else { break };
                let glue = if address.contains('?') { '&' } else { '?' };
                address = format!("{address}{glue}cursor={next}");
            }
        }
        let scans: Vec<String> = scans.into_iter().collect();
        assert!(scans.is_empty(), "{} scans\n{}", scans.len(), scans.join("\n\n"));
    });
}

fn next_of(answer: &crate::support::Answer) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(&answer.body).ok()?.pointer("/page/next")?.as_str().map(str::to_owned)
}

/// A little of everything, so that no query is left out for want of what it would look for.
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
