//! Cached responses are never stale: after every write, a cached response equals a new one, in this process and in others.
//!
//! Several processes use one database, some with a cache and one without; random writes go through the cached ones. After each write,
//! public URLs are read from the writer's process, which must agree at once, and from the other one, after it has read the events.
//! `COHERENCE_STEPS=400` runs more steps.

mod walk;

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, Contract, Node, Role, World, api_test, decoded};
use walk::{Dice, LISTS, Things, act};

/// The public parts of a response: status, headers and body.
type Shown = (u16, Vec<(String, String)>, String);

fn shown(answer: &Answer) -> Shown {
    let moving = ["x-request-id", "date"];
    let named = answer.headers.iter().filter(|(name, _)| !moving.contains(&name.as_str()));
    let mut headers: Vec<_> = named.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    if answer.status < 400 {
        return (answer.status, headers, answer.text());
    }
    // A problem document contains the id of its request.
    let mut problem = answer.json().clone();
    problem.as_object_mut().map(|members| members.shift_remove("request_id"));
    (answer.status, headers, problem.to_string())
}

/// Returns the expected responses: those of all lists, and of some other URLs.
async fn made_anew(plain: &Node, things: &Things, dice: &mut Dice) -> Vec<(String, Shown)> {
    let (lists, rest) = things.addresses.split_at(LISTS.len());
    let some: Vec<&String> = (0..12.min(rest.len())).map(|_| &rest[dice.roll(rest.len())]).collect();
    let mut made = Vec::new();
    for address in lists.iter().chain(some) {
        made.push((address.clone(), shown(&plain.anonymous().get(address).await)));
    }
    made
}

async fn compare(node: &Node, anew: &[(String, Shown)], story: &[String]) {
    for (address, made) in anew {
        let given = shown(&node.anonymous().get(address).await);
        if given == *made {
            continue;
        }
        let at = given.2.bytes().zip(made.2.bytes()).position(|(given, made)| given != made).unwrap_or_default().saturating_sub(200);
        let part = |text: &str| text.get(at..).unwrap_or(text).chars().take(400).collect::<String>();
        panic!("{address}, after {story:#?}:\n{:?}\n{}\nshould be\n{:?}\n{}", given.1, part(&given.2), made.1, part(&made.2));
    }
}

async fn walk(world: &World, seed: u64, steps: usize) {
    let nodes = [world.node(&[]).await, world.node(&[]).await];
    let plain = world.node(&[("CACHE_BYTES", "0")]).await;
    let mut things = Things::begin(&nodes[0]).await;
    let (mut dice, mut story, mut passed) = (Dice(seed), vec![format!("seed {seed}")], 0);
    things.notice();
    nodes[1].app.follow_others().await;
    for step in 0..steps {
        let writer = dice.roll(2);
        let done = act(&nodes[writer], &mut things, &mut dice, step).await;
        story.push(format!("{writer}: {done}"));
        let anew = made_anew(&plain, &things, &mut dice).await;
        compare(&nodes[writer], &anew, &story).await;
        let other = &nodes[1 - writer];
        other.app.follow_others().await;
        compare(other, &anew, &story).await;
        // Access tokens expire after a quarter of an hour.
        if passed < 800 && dice.roll(5) == 0 {
            // Trending lists also change with time.
            let seconds = [30, 90][dice.roll(2)];
            passed += seconds;
            world.pass(seconds);
            world.app.run_due_publications().await.expect("the database answers");
            let anew = made_anew(&plain, &things, &mut dice).await;
            for node in &nodes {
                node.app.follow_others().await;
                compare(node, &anew, &story).await;
            }
        }
    }
}

api_test!(what_is_ready_is_what_would_be_made, async |world| {
    let steps = std::env::var("COHERENCE_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(30);
    walk(world, 0x5EED_0001, steps).await;
});

api_test!(one_question_has_one_answer_however_it_is_spelled, async |world| {
    world.published(json!({"title": "One"})).await;
    world.published(json!({"title": "Two"})).await;
    let reader = world.anonymous();
    let first = reader.get("articles?limit=1&sort=title").await.expect(200);
    for spelled in ["articles?sort=title&limit=1", "articles?&limit=1&sort=title", "articles?limit=1&&sort=title&"] {
        assert_eq!(shown(&reader.get(spelled).await), shown(&first), "{spelled}");
    }
});

/// Headers that clients and proxies send, and that must not affect public responses.
const HEADERS: [(&str, &str); 29] = [
    ("authorization", "Bearer nonsense"),
    ("authorization", "Basic YTpi"),
    ("cookie", "session=1"),
    ("accept", "text/html"),
    ("accept-language", "de"),
    ("user-agent", "Evil/1.0"),
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-for", "203.0.113.9"),
    ("forwarded", "for=203.0.113.9;host=evil.example"),
    ("x-original-url", "/api/v1/users"),
    ("x-http-method-override", "DELETE"),
    ("range", "bytes=0-1"),
    ("if-modified-since", "Mon, 23 Nov 2026 00:00:00 GMT"),
    ("if-match", "\"v1\""),
    ("if-range", "\"x\""),
    ("idempotency-key", "key"),
    ("x-edit-token", "token"),
    ("content-type", "text/plain"),
    ("origin", "https://evil.example"),
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("te", "trailers"),
    ("upgrade-insecure-requests", "1"),
    ("sec-fetch-mode", "cors"),
    ("dnt", "1"),
    ("save-data", "on"),
    ("priority", "u=1"),
];

api_test!(no_header_changes_a_public_answer_but_those_that_vary_names, async |world| {
    let article = world.published(json!({"title": "One", "body": {"markdown": "Text. ".repeat(400)}})).await;
    let plain = world.node(&[("CACHE_BYTES", "0")]).await;
    for address in [format!("articles/{article}"), "articles".to_owned(), "site".to_owned(), "articles/unknown".to_owned()] {
        let usual = plain.anonymous().get(&address).await;
        for (name, value) in HEADERS {
            for node in [&plain, &**world] {
                let answer = node.anonymous().with(name, value).get(&address).await;
                assert_eq!(shown(&answer), shown(&usual), "{address} with {name}: {value}");
            }
        }
    }
});

api_test!(all_headers_together_change_no_public_answer, async |world| {
    let (section, tag, author) = (world.section("City").await, world.tag("Trams").await, world.author_named("Mara Quay").await);
    let body = json!({"title": "One", "section": section, "tags": [tag], "authors": [author], "body": {"markdown": "Text. ".repeat(400)}});
    let article = world.published(body).await;
    let comment = world.comment(&article, "First!").await;
    world.editor().post("collections", json!({"key": "front-page", "title": "Front page", "items": [article]})).await.expect(201);
    world.editor().post("ads/placements", json!({"key": "side", "label": "Side"})).await.expect(201);
    let plain = world.node(&[("CACHE_BYTES", "0")]).await;
    let mut public = 0;
    for operation in Contract::get().operations.iter().filter(|operation| operation.method.eq_ignore_ascii_case("get")) {
        let address = operation.path_with(|name| {
            let known = [("article", &article), ("section", &section), ("tag", &tag), ("author", &author), ("comment", &comment)];
            let other = [("key", "front-page"), ("collection", "front-page"), ("placement", "side"), ("code", "not_found")];
            let known = known.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).clone());
            known
                .or_else(|| other.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned()))
                .unwrap_or_else(|| "unknown".into())
        });
        let usual = plain.anonymous().failing().get(&address).await;
        if !usual.header("cache-control").is_some_and(|rule| rule.starts_with("public")) || address.starts_with("/media") {
            continue;
        }
        public += 1;
        for node in [&plain, &**world] {
            let asked = HEADERS.iter().fold(node.anonymous().failing(), |reader, (name, value)| reader.with(name, value));
            assert_eq!(shown(&asked.get(&address).await), shown(&usual), "{address}");
        }
    }
    assert!(public >= 24, "only {public} operations have public answers");
});

api_test!(answers_come_coded_as_clients_like_them, async |world| {
    let article = world.published(json!({"title": "Long", "body": {"markdown": "The tram is late again. ".repeat(400)}})).await;
    let address = format!("articles/{article}");
    let plain = world.anonymous().get(&address).await.expect(200);
    let asked = |coding: &str| world.anonymous().with("accept-encoding", coding);
    let mut tags = vec![plain.etag()];
    for (accepted, coding) in [("gzip, deflate", "gzip"), ("gzip, br", "br"), ("br;q=0.1", "br")] {
        for _ in 0..2 {
            let coded = asked(accepted).get(&address).await.expect(200);
            assert_eq!((coded.header("content-encoding"), coded.header("vary")), (Some(coding), Some("Accept-Encoding")));
            assert!(coded.body.len() * 3 < plain.body.len(), "{} of {}", coded.body.len(), plain.body.len());
            assert_eq!(decoded(Some(coding), &coded.body), plain.body);
            let known = asked(accepted).with("if-none-match", &coded.etag()).get(&address).await.expect(304);
            assert_eq!((known.etag(), known.header("content-encoding"), known.body.len()), (coded.etag(), None, 0));
            tags.push(coded.etag());
        }
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
    // Each content coding has its own entity tag.
    asked("gzip").with("if-none-match", &plain.etag()).get(&address).await.expect(200);
    // A change affects all codings.
    world.editor().patch(&format!("{address}?publish=true"), json!({"title": "Longer"})).await.expect(200);
    for coding in ["gzip", "br"] {
        let coded = asked(coding).get(&address).await.expect(200);
        assert!(String::from_utf8(decoded(Some(coding), &coded.body)).unwrap().contains("Longer"));
    }
    // Short responses, and responses without a cache, are not compressed.
    assert_eq!(asked("br").get("tags").await.expect(200).header("content-encoding"), None);
    let small = world.node(&[("CACHE_BYTES", "0")]).await;
    let uncoded = small.anonymous().with("accept-encoding", "br").get(&address).await.expect(200);
    assert_eq!(uncoded.header("content-encoding"), None);
});

api_test!(an_answer_is_made_once_for_all_who_wait, async |world| {
    for n in 0..5 {
        world.published(json!({"title": format!("Article {n}")})).await;
    }
    let node = world.node(&[]).await;
    node.anonymous().get("articles?limit=2").await.expect(200);
    let before = node.app.statements();
    node.anonymous().get("articles?limit=3").await.expect(200);
    let one = node.app.statements() - before;
    let reader = node.anonymous();
    let answers = join_all((0..30).map(|_| reader.send(Method::GET, "articles?limit=4", None))).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(node.app.statements() - before, 2 * one);
    // Responses for one caller are not shared.
    let editor = node.editor();
    let lists = join_all((0..3).map(|_| editor.send(Method::GET, "articles?view=editor", None))).await;
    assert!(lists.iter().all(|answer| answer.status == 200));
});

api_test!(what_an_answer_is_made_of_fits_a_header_and_is_known_exactly_nevertheless, async |world| {
    let (mut articles, mut images) = (Vec::new(), Vec::new());
    for (title, seed) in [("One", 1), ("Two", 2), ("Three", 3)] {
        let tags: Vec<String> = (0..25).map(|n| format!("{title} {n}")).collect();
        let image = world.image_by(Role::Editor, seed).await;
        articles.push(world.published(json!({"title": title, "tags": tags, "hero_image": image})).await);
        images.push(image);
    }
    let other = world.image_by(Role::Editor, 4).await;
    let node = world.node(&[]).await;
    let (reader, editor) = (node.anonymous(), node.editor());
    let named = reader.get("articles").await.expect(200).required_header("cache-tag");
    assert!(named.len() <= 2048, "{} bytes", named.len());
    let named: Vec<&str> = named.split(',').collect();
    let exact = articles.iter().map(|id| format!("article:{id}"));
    for name in exact.chain(["articles", "images", "tags"].map(str::to_owned)) {
        assert_eq!(named.iter().filter(|one| **one == name).count(), 1, "{name} in {named:?}");
    }
    assert!(!named.iter().any(|name| name.starts_with("image:") || name.starts_with("tag:")), "{named:?}");
    // If there is room in the header, each resource has its own tag.
    let named = reader.get("articles/one").await.expect(200).required_header("cache-tag");
    assert_eq!(named.split(',').filter(|name| name.starts_with("tag:")).count(), 25, "{named}");
    assert!(named.contains(&format!("image:{}", images[0])), "{named}");
    // A change of another image keeps the list in the cache; a change of an image in the list does not.
    editor.patch(&format!("images/{other}"), json!({"alt": "Nobody sees it."})).await.expect(200);
    let before = node.app.statements();
    reader.get("articles").await.expect(200);
    assert_eq!(node.app.statements(), before);
    editor.patch(&format!("images/{}", images[2]), json!({"alt": "A tram."})).await.expect(200);
    assert!(reader.get("articles").await.expect(200).text().contains("\"A tram.\""));
});

api_test!(shared_caches_are_told_what_they_may_do, async |world| {
    world.published(json!({"title": "One"})).await;
    let node = world.node(&[("SHARED_CACHE_SECONDS", "300"), ("SHARED_CACHE_STALE_SECONDS", "60")]).await;
    let says = async |address: &str| node.anonymous().get(address).await.required_header("cache-control");
    assert_eq!(says("articles/one").await, "public, max-age=0, s-maxage=300, stale-while-revalidate=60");
    assert_eq!(says("articles?sort=trending").await, "public, max-age=0, must-revalidate");
    assert_eq!(world.anonymous().get("articles/one").await.required_header("cache-control"), "public, max-age=0, must-revalidate");
    let private = node.editor().get("articles/one?view=editor").await.required_header("cache-control");
    assert_eq!(private, "private, no-store");
    node.anonymous().get("articles/unknown").await.expect(404);
});
