//! `fields` and `include`: which members a response has.

use serde_json::{Map, Value, json};

use crate::support::{Contract, Role, World, api_test};

/// Reads of the public, each with members to select.
const READS: [(&str, &str); 16] = [
    ("articles/trams", "title,authors.name,hero_image.alt,hero_image.url"),
    ("articles/trams", "body.html,seo.title"),
    ("articles", "section.name,slug"),
    ("authors/mara-quay", "name,bio.html"),
    ("authors", "slug,avatar.url"),
    ("sections/city", "name,parent"),
    ("tags/trams", "article_count"),
    ("collections/picks", "title,items.title"),
    ("site", "comment_policy.mode,name"),
    ("ads/top", "placement.label,creatives.link"),
    ("pages/home", "newest.data,site.name"),
    ("pages/article/trams", "article.title,related"),
    ("pages/section/city", "section,articles.data"),
    ("pages/tag/trams", "tag.name"),
    ("pages/author/mara-quay", "author.name"),
    ("newsletter/lists/weekly", "name"),
];

async fn newsroom(world: &World) {
    let (city, mara, image) = (world.section("City").await, world.author_named("Mara Quay").await, world.image_by(Role::Editor, 3).await);
    let article = json!({"title": "Trams", "section": city, "authors": [mara], "tags": ["Trams"], "hero_image": image,
        "body": {"markdown": "Text."}});
    let id = world.published(article).await;
    let create = async |path: &str, body: Value| world.admin().post(path, body).await.expect(201);
    create("collections", json!({"key": "picks", "title": "Picks", "items": [id]})).await;
    create("ads/placements", json!({"key": "top", "label": "Advertisement"})).await;
    create("ads/creatives", json!({"placement": "top", "kind": "html", "html": "<b>Boots</b>"})).await;
    create("newsletter/lists", json!({"key": "weekly", "name": "Weekly", "is_public": true})).await;
}

/// Returns what `fields` selects of a response.
fn selected(whole: &Value, fields: &str) -> Value {
    let Some(members) = whole.as_object() else { return whole.clone() };
    let mut kept = Map::new();
    for (name, value) in members {
        let inner: Vec<&str> = fields.split(',').filter_map(|field| field.strip_prefix(name.as_str())?.strip_prefix('.')).collect();
        if fields.split(',').any(|field| field == name) {
            kept.insert(name.clone(), value.clone());
        } else if !inner.is_empty() {
            let inner = inner.join(",");
            let part = match value {
                Value::Array(items) => items.iter().map(|item| selected(item, &inner)).collect(),
                other => selected(other, &inner),
            };
            kept.insert(name.clone(), part);
        }
    }
    Value::Object(kept)
}

api_test!(select_members_of_every_read, async |world| {
    newsroom(world).await;
    let reader = world.anonymous();
    for (path, fields) in READS {
        let list = ["articles", "authors"].contains(&path);
        let whole =
            reader.get(&if list && fields.contains("body") { format!("{path}?include=body") } else { path.to_owned() }).await.expect(200);
        let some = reader.get(&format!("{path}?fields={fields}")).await.expect(200);
        let (whole, some) = (whole.json(), some.json());
        if list {
            let expected: Vec<Value> = whole["data"].as_array().unwrap().iter().map(|item| selected(item, fields)).collect();
            assert_eq!(some["data"], Value::Array(expected), "{path}?fields={fields}");
            assert_eq!(some["page"], whole["page"], "{path}");
        } else {
            assert_eq!(*some, selected(whole, fields), "{path}?fields={fields}");
        }
        assert!(some.to_string().len() > 2, "{path}: {some}");
    }
    let resolved = reader.get("resolve?path=/trams&fields=slug,kind").await.expect(200);
    assert_eq!(*resolved.json(), json!({"kind": "article", "slug": "trams"}));
});

api_test!(every_public_read_takes_fields, async |world| {
    newsroom(world).await;
    let (mut with, mut without) = (0, Vec::new());
    for operation in &Contract::get().operations {
        let is_json = operation.item.pointer("/responses/200/content/application~1json").is_some();
        // A guest may call an operation without a security requirement, or with an empty one among others.
        let is_public = operation.item["security"].as_array().is_none_or(|options| options.is_empty() || options.contains(&json!({})));
        if operation.method != "GET" || !is_json || !is_public || !operation.path.starts_with("/api/") {
            continue;
        }
        let takes = operation.item["parameters"].as_array().is_some_and(|all| all.iter().any(|known| known["name"] == "fields"));
        if takes { with += 1 } else { without.push(operation.path.clone()) }
    }
    assert_eq!(with, 23);
    assert_eq!(without, [""; 0]);
});

api_test!(refuse_names_that_select_nothing, async |world| {
    newsroom(world).await;
    let reader = world.anonymous();
    let many = (0..41).map(|index| format!("x{index}")).collect::<Vec<_>>().join(",");
    for (query, code) in [
        ("fields=dke", "unknown_name"),
        ("fields=", "unknown_name"),
        ("fields=title,", "unknown_name"),
        ("fields=authors.name.first", "unknown_name"),
        ("fields=authors.email", "unknown_name"),
        ("fields=version", "unknown_name"),
        ("fields=body.markdown", "unknown_name"),
        ("fields=title,title", "stands_twice"),
        ("fields=authors,authors.name", "stands_twice"),
        ("fields=authors.name,authors.name", "stands_twice"),
        ("include=text", "unknown_name"),
        ("include=", "unknown_name"),
        ("include=body,body", "stands_twice"),
        ("include=body&fields=title", "not_together"),
    ] {
        let of_lists = if query.contains("include") { 1 } else { 2 };
        for path in ["articles", "articles/trams"].iter().take(of_lists) {
            let refused = reader.get(&format!("{path}?{query}")).await.expect_problem(400, "malformed_query");
            assert_eq!(refused.text_at("/errors/0/code"), code, "{path}?{query}: {refused}");
        }
    }
    let refused = reader.get(&format!("articles?fields={many}")).await.expect_problem(400, "malformed_query");
    assert!(refused.to_string().len() < 64 * 1024);
    let hint = reader.get("articles/trams?fields=authors.nmae").await.expect(400).text_at("/errors/0/detail");
    assert!(hint.ends_with("Did you mean \"authors.name\"?"), "{hint}");
    // The editor view is sent back as a whole.
    world.editor().get("articles/trams?view=editor&fields=title").await.expect_problem(400, "malformed_query");
});

api_test!(the_order_of_names_makes_no_difference, async |world| {
    newsroom(world).await;
    let reader = world.anonymous();
    let one = reader.get("articles/trams?fields=title,slug,authors.name").await.expect(200);
    for other in ["fields=slug,title,authors.name", "fields=authors.name%2Ctitle,slug"] {
        let same = reader.get(&format!("articles/trams?{other}")).await.expect(200);
        assert_eq!((same.json(), same.required_header("etag")), (one.json(), one.required_header("etag")), "{other}");
    }
});
