//! What is not public is read in no public answer, whichever operation is asked.

use std::collections::BTreeMap;

use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{CANARY, Contract, Operation, Part, Role, World, api_test, encoded, jpeg};

/// What can stand in a path, by the name of its parameter.
type Things = BTreeMap<&'static str, Vec<String>>;

/// An article that says the word wherever an article can say anything.
fn secret(title: &str) -> Value {
    json!({
        "title": format!("{title} {CANARY}"), "dek": CANARY, "excerpt": CANARY, "featured": true, "custom": {"note": CANARY},
        "body": {"markdown": format!("## {CANARY}\n\nText of {CANARY}.")},
        "seo": {"title": CANARY, "description": CANARY, "canonical_url": format!("https://news.example/{CANARY}")},
    })
}

/// A picture that says the word in everything that is said of it.
async fn secret_picture(world: &World, bytes: &[u8]) -> String {
    let parts = [Part::file(CANARY, bytes), Part::text("alt", CANARY), Part::text("caption", CANARY), Part::text("credit", CANARY)];
    world.editor().upload("images", &parts).await.expect(201).id()
}

/// A newsroom with something hidden in every corner; answers what there is, hidden or not.
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
    // The working copy of what is public is not public.
    let mut rewrite = secret("Rewritten");
    rewrite["slug"] = json!(format!("{CANARY}-rewritten"));
    rewrite["hero_image"] = json!(secret_picture(world, &jpeg(40, 30, 3)).await);
    editor.patch(&format!("articles/{public}"), rewrite).await.expect(200);
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
    let unused = secret_picture(world, &jpeg(40, 30, 4)).await;
    let pictures = [picture, unused, hidden["hero_image"].as_str().unwrap().to_owned()];
    let mut files = Vec::new();
    for id in &pictures {
        let url = world.editor().get(&format!("images/{id}?view=editor")).await.expect(200).text_at("/url");
        files.push(url.rsplit('/').next().unwrap_or_default().to_owned());
    }
    BTreeMap::from([
        ("article", vec![public, "public".to_owned(), draft, trashed, withdrawn, thrown]),
        ("comment", comments),
        ("author", vec![author, "mara-quay".to_owned()]),
        ("section", vec![section, "city".to_owned()]),
        ("tag", vec![tag, "trams".to_owned()]),
        ("key", vec!["front-page".to_owned()]),
        ("image", pictures.to_vec()),
        ("file", files),
        ("code", vec!["not_found".to_owned(), "gone".to_owned()]),
    ])
}

/// The operations that read and ask nobody who they are.
fn public_reads() -> impl Iterator<Item = &'static Operation> {
    let anonymous = |operation: &&Operation| {
        let ways = operation.item.get("security").and_then(Value::as_array);
        ways.is_none_or(|ways| ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty)))
    };
    Contract::get().operations.iter().filter(|operation| operation.method == "GET").filter(anonymous)
}

/// Every address of an operation, with every combination of what can stand in its path.
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

/// The query strings that an operation is asked with.
fn queries(operation: &Operation) -> Vec<&'static str> {
    let known = operation.query_parameters();
    let all = [
        ("", ""),
        ("count", "?count=true&limit=100"),
        ("include", "?include=body"),
        ("kind", "?kind[in]=article,page&include=body"),
        ("title[contains]", "?title[contains]=quokka&count=true"),
        ("updated_at[gte]", "?updated_at[gte]=2000-01-01T00:00:00Z"),
        ("locale", "?locale=de"),
        ("featured", "?featured=true"),
    ];
    all.iter().filter(|(name, _)| name.is_empty() || known.iter().any(|other| other == name)).map(|(_, query)| *query).collect()
}

api_test!(no_public_answer_says_what_is_not_public, async |world| {
    let things = newsroom(world).await;
    let reader = world.anonymous();
    for operation in public_reads() {
        let mut found = 0;
        for address in addresses(operation, &things) {
            assert!(!address.contains('{'), "the test knows nothing to put into {address}");
            for query in queries(operation) {
                let answer = reader.get(&format!("{address}{query}")).await;
                found += usize::from(answer.status == 200);
                assert!([200, 308, 404, 410].contains(&answer.status), "{answer}");
                // As it is shown, headers and all.
                let headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
                assert!(!headers.join("\n").contains(CANARY), "{answer}");
                assert!(!answer.text().contains(CANARY), "{answer}");
            }
        }
        assert!(found > 0, "{} was never answered", operation.id);
    }
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
    for id in things["article"].iter().skip(2) {
        let list = world.anonymous().get(&format!("articles?id={id}")).await.expect(200);
        assert_eq!(list.texts("id"), [""; 0]);
    }
    let public = world.anonymous().get("articles/public").await.expect(200);
    assert_eq!((public.at("/translations"), public.number_at("/comments/count")), (&json!([]), 1));
});

api_test!(the_word_is_found_where_it_is_not_hidden, async |world| {
    // Else the other tests would prove nothing.
    let made = world.draft_of(Role::Editor, secret("Draft")).await;
    let view = world.editor().get(&format!("articles/{made}?view=editor")).await.expect(200);
    assert!(view.text().matches(CANARY).count() >= 8, "{view}");
    world.anonymous().get(&format!("articles/{made}")).await.expect_problem(404, "not_found");
});
