//! No public response of any operation contains unpublished data.

use std::collections::BTreeMap;

use actix_web::http::Method;
use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Contract, Operation, Part, Role, World, api_test, encoded, jpeg};
use crate::workflow::LATER;

/// The possible values of path parameters, by the parameter's name.
type Things = BTreeMap<&'static str, Vec<String>>;

/// Returns an article with the canary word in every text.
fn secret(title: &str) -> Value {
    json!({
        "title": format!("{title} {CANARY}"), "dek": CANARY, "excerpt": CANARY, "featured": true, "custom": {"note": CANARY},
        "body": {"markdown": format!("## {CANARY}\n\nText of {CANARY}.")},
        "seo": {"title": CANARY, "description": CANARY, "canonical_url": format!("https://news.example/{CANARY}")},
    })
}

/// Uploads an image with the canary word in every text.
async fn secret_picture(world: &World, bytes: &[u8]) -> String {
    let parts = [Part::file(CANARY, bytes), Part::text("alt", CANARY), Part::text("caption", CANARY), Part::text("credit", CANARY)];
    world.editor().upload("images", &parts).await.expect(201).id()
}

/// Creates articles that wait for review or publication, with notes that only editors may see.
async fn waiting(world: &World) -> Vec<String> {
    let editor = world.editor();
    let mut waiting = Vec::new();
    for slug in ["hidden-scheduled", "hidden-submitted", "hidden-returned", "hidden-kept"] {
        let mut body = secret(slug);
        body["slug"] = json!(slug);
        waiting.push(editor.post(&format!("articles?note={CANARY}"), body).await.expect(201).id());
    }
    let note = json!({"note": CANARY});
    let plan = json!({"at": LATER, "until": "2026-03-14T10:36:00.000Z", "correction": CANARY});
    editor.put(&format!("articles/{}/publication", waiting[0]), plan).await.expect(200);
    editor.put(&format!("articles/{}/review", waiting[1]), note.clone()).await.expect(200);
    editor.put(&format!("articles/{}/review", waiting[2]), note).await.expect(200);
    editor.delete(&format!("articles/{}/review?note={CANARY}", waiting[2])).await.expect(204);
    // Text that was removed is still in a revision.
    let harmless = json!({"title": "x", "slug": "hidden-kept", "body": {"markdown": "x"}});
    editor.put(&format!("articles/{}?note={CANARY}", waiting[3]), harmless).await.expect(200);
    waiting.extend(["hidden-scheduled", "hidden-submitted", "hidden-returned", "hidden-kept"].map(str::to_owned));
    waiting
}

/// Creates a newsroom with hidden data in every place; returns all its resources, hidden or not.
async fn newsroom(world: &World) -> Things {
    let (editor, section, tag) = (world.editor(), world.section("City").await, world.tag("Trams").await);
    let author = world.author_named("Mara Quay").await;
    let picture = world.image_by(Role::Editor, 1).await;
    let around = json!({"title": "Public", "section": section, "tags": [tag], "authors": [author], "hero_image": picture, "body": {"markdown": "Text."}});
    let public = world.published(around).await;

    let mut hidden = secret("Draft");
    hidden["hero_image"] = json!(secret_picture(world, &encoded(40, 30, 2, ImageFormat::Png)).await);
    hidden["section"] = json!(section);
    hidden["tags"] = json!([tag]);
    hidden["authors"] = json!([author]);
    hidden["translation_of"] = json!(public);
    hidden["locale"] = json!("de");
    let draft = world.draft_of(Role::Editor, hidden.clone()).await;
    let trashed = world.draft_of(Role::Author, secret("Trashed")).await;
    editor.delete(&format!("articles/{trashed}")).await.expect(204);
    let withdrawn = world.published(secret("Withdrawn")).await;
    editor.delete(&format!("articles/{withdrawn}/publication")).await.expect(204);
    let thrown = world.published(secret("Thrown away")).await;
    editor.delete(&format!("articles/{thrown}")).await.expect(204);
    // The working copy of a public article is not public.
    let mut rewrite = secret("Rewritten");
    rewrite["slug"] = json!(format!("{CANARY}-rewritten"));
    rewrite["hero_image"] = json!(secret_picture(world, &jpeg(40, 30, 3)).await);
    editor.patch(&format!("articles/{public}?note={CANARY}"), rewrite).await.expect(200);
    editor.put(&format!("articles/{public}/publication"), json!({"at": LATER, "correction": CANARY})).await.expect(200);
    editor.put(&format!("articles/{public}/review"), json!({"note": CANARY})).await.expect(200);
    let erased = world.published(secret("Erased")).await;
    world.admin().delete(&format!("articles/{erased}?permanent=true")).await.expect(204);
    let items = json!([draft, public, trashed, withdrawn, thrown]);
    editor.post("collections", json!({"key": "front-page", "title": "Front page", "items": items})).await.expect(201);

    let comment = world.comment(&public, "First!").await;
    let mut comments = vec![comment.clone()];
    for status in ["pending", "rejected", "spam"] {
        let id = world.waiting_comment(&public, &format!("I know of {CANARY}.")).await;
        let reply = json!({"author_name": CANARY, "author_email": "guest@private.example", "body": CANARY, "parent_id": comment});
        let reply = world.anonymous().post(&format!("articles/{public}/comments"), reply).await;
        for id in [id, reply.expect(202).id()] {
            if status != "pending" {
                world.moderator().patch(&format!("comments/{id}"), json!({"status": status})).await.expect(200);
            }
            comments.push(id);
        }
    }
    let lists = [("daily", "Daily", true), ("hidden-list", CANARY, false)];
    let lists = lists.map(|(key, text, public)| json!({"key": key, "name": text, "description": text, "is_public": public}));
    for list in lists {
        editor.post("newsletter/lists", list).await.expect(201);
    }
    let mut creatives = Vec::new();
    editor.post("ads/placements", json!({"key": "in-article", "description": CANARY})).await.expect(201);
    for more in [
        json!({}),
        json!({"html": CANARY, "active": false}),
        json!({"html": CANARY, "starts_at": LATER}),
        json!({"html": CANARY, "ends_at": "2026-03-14T09:00:00.000Z"}),
    ] {
        let mut body = json!({"placement": "in-article", "kind": "html", "html": "Boots", "name": CANARY});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        creatives.push(editor.post("ads/creatives", body).await.expect(201).id());
    }
    let unused = secret_picture(world, &jpeg(40, 30, 4)).await;
    let pictures = [picture, unused, hidden["hero_image"].as_str().unwrap().to_owned()];
    let mut files = Vec::new();
    for id in &pictures {
        let url = world.editor().get(&format!("images/{id}?view=editor")).await.expect(200).text_at("/url");
        files.push(url.rsplit('/').next().unwrap_or_default().to_owned());
    }
    let mut articles = vec![public, "public".to_owned(), draft, trashed, withdrawn, thrown, erased];
    articles.extend(waiting(world).await);
    BTreeMap::from([
        ("article", articles),
        ("comment", comments),
        ("author", vec![author, "mara-quay".to_owned()]),
        ("section", vec![section, "city".to_owned()]),
        ("tag", vec![tag, "trams".to_owned()]),
        ("key", vec!["front-page".to_owned()]),
        ("placement", vec!["in-article".to_owned()]),
        ("creative", creatives),
        ("list", vec!["daily".to_owned(), "hidden-list".to_owned()]),
        ("image", pictures.to_vec()),
        ("file", files),
        ("sitemap", vec!["articles-2026-03.xml".to_owned(), "site.xml".to_owned()]),
        ("preset", vec!["square".to_owned(), "og".to_owned()]),
        ("rendition", ["64.webp", "40.jpg", "30.auto", "160.png"].map(str::to_owned).to_vec()),
        ("code", vec!["not_found".to_owned(), "gone".to_owned()]),
    ])
}

/// Returns the reading operations that need no token.
fn public_reads() -> impl Iterator<Item = &'static Operation> {
    let anonymous = |operation: &&Operation| {
        let ways = operation.item.get("security").and_then(Value::as_array);
        ways.is_none_or(|ways| ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)))
    };
    Contract::get().operations.iter().filter(|operation| operation.method == "GET").filter(anonymous)
}

/// Returns all paths of an operation, with every combination of path parameters.
fn addresses(operation: &Operation, things: &Things) -> Vec<String> {
    let mut addresses = vec![operation.path.clone()];
    for (name, values) in things {
        let brace = format!("{{{name}}}");
        let filled = |address: String| -> Vec<String> {
            if address.contains(&brace) { values.iter().map(|value| address.replace(&brace, value)).collect() } else { vec![address] }
        };
        addresses = addresses.into_iter().flat_map(filled).collect();
    }
    addresses
}

/// Returns values for a query parameter that could select hidden data, according to its schema.
fn values(parameter: &Value, things: &Things) -> Vec<String> {
    let (name, schema) = (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"]);
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let hidden = &things["article"][2..];
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), _) => texts(&["true", "false"]),
        (Some("integer"), _) => texts(&["1", "100"]),
        (_, Some("date-time")) => texts(&["2000-01-01T00:00:00Z", LATER]),
        (_, Some("uuid")) => hidden.iter().filter(|name| name.len() == 36).take(3).cloned().collect(),
        _ if name.ends_with("[in]") || name.ends_with("[nin]") => {
            vec![hidden.join(","), "draft,scheduled,trashed".to_owned(), "de".to_owned()]
        }
        _ if ["fields", "include", "sort"].contains(&name) => {
            let pattern = schema["pattern"].as_str().unwrap_or_default();
            let words = pattern.split(|c: char| !c.is_ascii_lowercase() && c != '_').filter(|word| !word.is_empty());
            let words = words.chain(["body", "review", "returned", "schedule", "status", "custom", "created_at"]);
            let mut words: Vec<String> = words.map(str::to_owned).collect();
            words.sort();
            words.dedup();
            words
        }
        _ => texts(&["quokka", "Draft", "hidden-scheduled", "de", "xyz"]),
    }
}

/// Returns the query strings to try with an operation.
fn queries(operation: &Operation, things: &Things) -> Vec<String> {
    let parameters = operation.item["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query");
    let parameters: Vec<&Value> = parameters.collect();
    let known = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
    let also = if known("count") { "&count=true&limit=50" } else { "" };
    if let Some(needed) = parameters.iter().find(|parameter| parameter["required"] == true) {
        let name = needed["name"].as_str().unwrap_or_default();
        let names = things["article"].iter().flat_map(|article| [format!("/{article}"), format!("https://news.example/{article}")]);
        return names.map(|value| format!("?{name}={value}")).collect();
    }
    let mut queries = vec![String::new()];
    if known("include") {
        queries.push("?kind[in]=article,page&include=body".to_owned());
    }
    for parameter in &parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let also = if ["count", "limit"].contains(&name) { "" } else { also };
        queries.extend(values(parameter, things).into_iter().map(|value| format!("?{name}={value}{also}")));
    }
    queries
}

/// Returns the ids of hidden resources, which no public response may contain.
fn hidden(things: &Things) -> Vec<String> {
    let articles = things["article"].iter().skip(2).filter(|name| name.len() == 36);
    articles.chain(things["comment"].iter().skip(1)).chain(&things["image"][1..]).chain(&things["creative"][1..]).cloned().collect()
}

fn expect_silence(answer: &Answer, hidden: &[String]) {
    // Headers are checked, too.
    let headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    assert!(!headers.join("\n").contains(CANARY), "{answer}");
    assert!(!answer.text().contains(CANARY), "{answer}");
    if answer.status == 200 {
        let text = answer.text();
        assert!(!hidden.iter().any(|id| text.contains(id)), "{answer}");
        if let (Some(rows), Some(total)) = (answer.json()["data"].as_array(), answer.json().pointer("/page/total").and_then(Value::as_u64))
        {
            assert_eq!(u64::try_from(rows.len()).unwrap(), total, "what is counted can be seen: {answer}");
        }
    }
}

api_test!(no_public_answer_says_what_is_not_public, async |world| {
    let things = newsroom(world).await;
    let (reader, hidden) = (world.anonymous(), hidden(&things));
    for operation in public_reads() {
        let mut found = 0;
        for address in addresses(operation, &things) {
            assert!(!address.contains('{'), "the test knows nothing to put into {address}");
            for query in queries(operation, &things) {
                let answer = reader.get(&format!("{address}{query}")).await;
                // Some URLs redirect to a page of the site.
                found += usize::from([200, 303].contains(&answer.status));
                let expected: &[u16] = if query.is_empty() { &[200, 303, 308, 404, 410] } else { &[200, 303, 308, 400, 401, 404, 410] };
                assert!(expected.contains(&answer.status), "{answer}");
                expect_silence(&answer, &hidden);
                if query.is_empty() {
                    let head = reader.head(&address).await;
                    assert_eq!(head.status, answer.status, "{head}");
                    expect_silence(&head, &hidden);
                }
            }
        }
        assert!(found > 0, "{} was never answered", operation.id);
    }
});

api_test!(no_refusal_says_what_is_not_public, async |world| {
    let mut things = newsroom(world).await;
    let hidden = hidden(&things);
    things.insert("id", things["comment"].clone());
    let draft = things["article"][2].clone();
    let before = world.database.dump();
    let secured =
        |operation: &Operation| operation.item["security"].as_array().is_some_and(|ways| !ways.is_empty() && !ways.contains(&json!({})));
    for operation in Contract::get().operations.iter().filter(|one| one.method != "GET" || secured(one)) {
        for address in addresses(operation, &things) {
            // A vote for a public comment is accepted and stored.
            if operation.id == "vote_for_comment" && address.contains(&things["comment"][0]) {
                continue;
            }
            // Parameters of operations for staff need no real value.
            let address = Operation { path: address, ..operation.clone() }.path_with(|_| draft.clone());
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let body = (!["GET", "DELETE"].contains(&operation.method.as_str())).then(|| b"{}".to_vec());
            let reader = world.anonymous().with("content-type", "application/json");
            let answer = reader.send(method, &address, body).await;
            let harmless = operation.id == "begin_comment_form" && answer.status == 200;
            let refused = (400..500).contains(&answer.status) && (!secured(operation) || [401, 415].contains(&answer.status));
            // Only views of public articles are counted.
            let counted = ["count_view", "count_impression", "count_click", "withdraw_comment_vote"].contains(&operation.id.as_str())
                && answer.status == 204;
            assert!(refused || counted || harmless, "{answer}");
            expect_silence(&answer, &hidden);
        }
    }
    assert_eq!(world.database.dump(), before);
});

api_test!(no_mail_says_what_is_not_public, async |world| {
    newsroom(world).await;
    let invitation = json!({"email": "zoe@new.example", "name": "Zoe", "role": "author"});
    world.admin().post("users/invitations", invitation).await.expect(201);
    world.anonymous().post("auth/password/forgot", json!({"email": Role::Author.email()})).await.expect(202);
    let mails = world.mails().await;
    assert!(mails.len() >= 2 && mails.iter().all(|mail| !format!("{mail:?}").contains(CANARY)), "{mails:?}");
});

api_test!(no_filter_tells_of_what_is_not_public, async |world| {
    let things = newsroom(world).await;
    let filters = ["title[contains]=quokka", "title[starts_with]=Draft", "locale=de", "featured=true", "title[gt]=Q"];
    for query in filters.iter().filter(|query| {
        Contract::get()
            .operation("GET", "/api/v1/articles")
            .is_some_and(|operation| operation.query_parameters().iter().any(|name| query.split('=').next() == Some(name)))
    }) {
        let list = world.anonymous().get(&format!("articles?count=true&{query}")).await.expect(200);
        assert_eq!((list.texts("id"), list.number_at("/page/total")), (Vec::new(), 0), "{query}");
    }
    for id in things["article"].iter().skip(2).filter(|name| name.len() == 36) {
        let list = world.anonymous().get(&format!("articles?id={id}")).await.expect(200);
        assert_eq!(list.texts("id"), [""; 0]);
    }
    let public = world.anonymous().get("articles/public").await.expect(200);
    assert_eq!((public.at("/translations"), public.number_at("/comments/count")), (&json!([]), 1));
});

api_test!(no_filter_is_an_oracle_for_what_is_private, async |world| {
    world.published(json!({"title": "Trams"})).await;
    let private = [
        "status",
        "created_by",
        "has_unpublished_changes",
        "scheduled_at",
        "in_review",
        "trashed",
        "custom",
        "version",
        "markdown",
        "email",
        "author_email",
        "password_hash",
        "created_at",
    ];
    for list in ["articles", "authors", "sections", "tags", "collections", "articles/trams/comments"] {
        for name in private {
            for parameter in [
                format!("{name}=x"),
                format!("{name}[eq]=x"),
                format!("{name}[starts_with]=x"),
                format!("sort={name}"),
                format!("fields={name}"),
                format!("include={name}"),
            ] {
                let answer = world.anonymous().get(&format!("{list}?{parameter}")).await;
                let known = (list.ends_with("comments") && parameter == "sort=created_at")
                    || (parameter == "fields=custom" && list == "articles")
                    || (parameter == "fields=created_at" && list.ends_with("comments"));
                // A filter that only working copies have asks for them, which needs a token.
                let asks = list == "articles" && answer.status == 401 && parameter.starts_with(name);
                assert!(asks || answer.status == if known { 200 } else { 400 }, "{answer}");
            }
        }
    }
});

api_test!(the_word_is_found_where_it_is_not_hidden, async |world| {
    // Otherwise the other tests would prove nothing.
    let made = world.draft_of(Role::Editor, secret("Draft")).await;
    let view = world.editor().get(&format!("articles/{made}?view=editor")).await.expect(200);
    assert!(view.text().matches(CANARY).count() >= 8, "{view}");
    world.anonymous().get(&format!("articles/{made}")).await.expect_problem(404, "not_found");
});
