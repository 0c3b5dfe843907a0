//! Ready answers are never wrong: what a cache gives is what is made anew, after every write, here and in other processes.
//!
//! Several processes work on one database, some with a cache and one without; random writes go through either of the
//! cached ones. After each, public addresses are read from the writer's process, which must agree at once, and from
//! the other one when it has looked at the events. `COHERENCE_STEPS=400` takes a longer walk.

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Node, Part, Role, World, api_test, decoded, jpeg};

/// Numbers that look random and are the same each time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }

    fn one<'a>(&mut self, of: &'a [String]) -> Option<&'a String> {
        if of.is_empty() { None } else { Some(&of[self.roll(of.len())]) }
    }
}

/// What there is.
#[derive(Default)]
struct Things {
    articles: Vec<String>,
    authors: Vec<String>,
    sections: Vec<String>,
    tags: Vec<String>,
    images: Vec<String>,
    comments: Vec<String>,
    /// Every address that was ever worth reading.
    addresses: Vec<String>,
}

const LISTS: [&str; 22] = [
    "articles",
    "articles?include=body&limit=3",
    "articles?sort=title&count=true",
    "articles?sort=updated_at&fields=id,title,authors",
    "articles?featured=true",
    "articles?kind=page",
    "articles?sort=trending",
    "articles?sort=trending&window=1h&count=true",
    "authors",
    "authors?sort=article_count",
    "sections",
    "sections?sort=article_count&count=true",
    "tags",
    "tags?sort=article_count",
    "collections",
    "collections/front-page",
    "site",
    "/openapi.json",
    "/.well-known/jwks.json",
    "articles?locale=de",
    "articles?title[contains]=tram",
    "articles?section[exists]=false",
];

impl Things {
    async fn begin(node: &Node) -> Self {
        let mut things = Self::default();
        for name in ["City", "Sport"] {
            things.sections.push(node.section(name).await);
        }
        for name in ["trams", "bridges", "weather"] {
            things.tags.push(node.tag(name).await);
        }
        for name in ["Ada Byron", "Mara Lind"] {
            things.authors.push(node.author_named(name).await);
        }
        for seed in 1..=2 {
            things.images.push(node.image_by(Role::Editor, seed).await);
        }
        let article = node.published(json!({"title": "Tram line 9 opens", "section": things.sections[0], "tags": [things.tags[0]],
            "authors": [things.authors[0]], "hero_image": things.images[0], "body": {"markdown": format!("Text.\n\n![A tram](image:{})\n", things.images[1])}}));
        things.articles.push(article.await);
        let item = json!({"key": "front-page", "title": "Front page", "items": [things.articles[0]]});
        node.editor().post("collections", item).await.expect(201);
        things.addresses = LISTS.map(str::to_owned).to_vec();
        things
    }

    fn look_at(&mut self, address: String) {
        if !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    /// Adds the addresses of what has come.
    fn notice(&mut self) {
        let one = |kind: &str, ids: &[String]| ids.iter().map(|id| format!("{kind}/{id}")).collect::<Vec<_>>();
        let mut found = [one("articles", &self.articles), one("authors", &self.authors), one("sections", &self.sections)].concat();
        found.extend([one("tags", &self.tags), one("images", &self.images)].concat());
        found.extend(self.articles.iter().flat_map(|id| [format!("articles/{id}/comments"), format!("articles/{id}/comments?sort=top")]));
        found.extend(self.comments.iter().map(|id| format!("comments/{id}/replies")));
        found.extend(self.authors.iter().map(|id| format!("articles?author={id}")));
        found.extend(self.sections.iter().map(|id| format!("articles?section={id}")));
        found.extend(self.tags.iter().map(|id| format!("articles?tag={id}")));
        for address in found {
            self.look_at(address);
        }
    }
}

/// One random act of somebody's; what it is answered does not matter here.
#[expect(clippy::too_many_lines, reason = "a table of acts")]
async fn act(node: &Node, things: &mut Things, dice: &mut Dice, step: usize) -> String {
    let (admin, editor) = (node.admin(), node.editor());
    let article = dice.one(&things.articles).cloned().unwrap_or_default();
    let author = dice.one(&things.authors).cloned().unwrap_or_default();
    let section = dice.one(&things.sections).cloned().unwrap_or_default();
    let tag = dice.one(&things.tags).cloned().unwrap_or_default();
    let image = dice.one(&things.images).cloned().unwrap_or_default();
    let comment = dice.one(&things.comments).cloned().unwrap_or_default();
    let publish = if dice.roll(3) > 0 { "?publish=true" } else { "" };
    let path = format!("articles/{article}");
    let change = format!("{path}{publish}");
    let answer: Answer = match dice.roll(34) {
        0..=2 => {
            let locale = ["en", "de"][dice.roll(2)];
            let kind = ["article", "article", "page"][dice.roll(3)];
            let body = json!({"title": format!("Tram {step}"), "locale": locale, "kind": kind, "authors": [author], "section": section, "tags": [tag]});
            let made = editor.post(&format!("articles{publish}"), body).await;
            if made.status == 201 {
                things.articles.push(made.id());
                things.look_at(format!("articles/{}", made.text_at("/slug")));
            }
            made
        }
        3 => editor.patch(&change, json!({"title": format!("Title {step}"), "featured": step.is_multiple_of(2)})).await,
        4 => editor.patch(&change, json!({"slug": format!("slug-{step}")})).await,
        5 => editor.patch(&change, json!({"section": section})).await,
        6 => editor.patch(&change, json!({"tags": [tag, format!("new {step}")]})).await,
        7 => editor.patch(&change, json!({"authors": [author]})).await,
        8 => editor.patch(&change, json!({"hero_image": image, "comments_open": !step.is_multiple_of(3)})).await,
        9 => editor.patch(&change, json!({"body": {"markdown": format!("Step {step}.\n\n![x](image:{image})\n")}})).await,
        10 => editor.patch(&change, json!({"translation_of": dice.one(&things.articles), "locale": "de"})).await,
        11 => editor.delete(&format!("{path}/publication")).await,
        12 => editor.put(&format!("{path}/publication"), json!({"correction": format!("Wrong at {step}.")})).await,
        13 => {
            let at = Value::from("2100-01-01T00:00:00Z");
            editor.put(&format!("{path}/publication"), json!({"until": at})).await
        }
        14 if step.is_multiple_of(3) => editor.delete(&path).await,
        15 => editor.post(&format!("{path}/restore"), json!({})).await,
        16 if step.is_multiple_of(4) => admin.delete(&format!("{path}?permanent=true")).await,
        17 => editor.patch(&format!("authors/{author}"), json!({"name": format!("Name {step}"), "avatar": image})).await,
        18 if things.authors.len() > 1 => editor.delete(&format!("authors/{author}?reassign_to={}", things.authors[0])).await,
        19 => editor.patch(&format!("sections/{section}"), json!({"name": format!("Section {step}")})).await,
        20 => {
            let made = editor.post("sections", json!({"name": format!("Part {step}"), "parent": section})).await;
            things.sections.extend((made.status == 201).then(|| made.id()));
            made
        }
        21 if step.is_multiple_of(3) => editor.post(&format!("sections/{section}/merge"), json!({"into": things.sections[0]})).await,
        22 => editor.patch(&format!("tags/{tag}"), json!({"name": format!("Tag {step}")})).await,
        23 if step.is_multiple_of(3) => editor.post(&format!("tags/{tag}/merge"), json!({"into": things.tags[0]})).await,
        24 => editor.patch(&format!("images/{image}"), json!({"caption": format!("Caption {step}"), "credit": "Mara"})).await,
        25 => {
            let items: Vec<&String> = things.articles.iter().rev().take(1 + dice.roll(3)).collect();
            editor.put("collections/front-page", json!({"title": format!("Front {step}"), "items": items})).await
        }
        26 => {
            let mode = ["pre", "post", "trusted", "closed"][dice.roll(4)];
            admin
                .patch(
                    "site",
                    json!({"name": format!("Post {step}"), "comment_policy": {"mode": mode, "close_after_days": 1 + dice.roll(3)}}),
                )
                .await
        }
        27 => admin.patch("site", json!({"share_networks": ["x", "email"], "logo": image, "timezone": "Europe/Berlin"})).await,
        28 | 29 => {
            let text = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": format!("Comment {step}"),
                "parent_id": step.is_multiple_of(2).then(|| comment.clone()).filter(|id| !id.is_empty())});
            let made = node.anonymous().post(&format!("{path}/comments"), text).await;
            things.comments.extend([201, 202].contains(&made.status).then(|| made.id()));
            made
        }
        30 => {
            let status = ["approved", "approved", "rejected", "spam"][dice.roll(4)];
            node.moderator().patch(&format!("comments/{comment}"), json!({"status": status})).await
        }
        31 => {
            let made = editor.upload("images", &[Part::file("new.jpg", &jpeg(40, 30, u8::try_from(step % 200).unwrap()))]).await;
            things.images.push(made.id());
            made
        }
        32 => {
            let operations = json!([
                {"method": "PATCH", "path": format!("/api/v1/{change}"), "body": {"dek": format!("Dek {step}")}},
                {"method": "PATCH", "path": format!("/api/v1/tags/{tag}"), "body": {"name": format!("Batched {step}")}},
            ]);
            editor.with("idempotency-key", &format!("step-{step}")).post("batch", json!({"operations": operations})).await
        }
        _ => {
            let schema = json!({"type": "object", "properties": {"step": {"const": step}}});
            admin.put("schemas/author", schema).await
        }
    };
    things.notice();
    format!("{} {}", answer.request, answer.status)
}

fn shown(answer: &Answer) -> Shown {
    let moving = ["x-request-id", "date"];
    let named = answer.headers.iter().filter(|(name, _)| !moving.contains(&name.as_str()));
    let mut headers: Vec<_> = named.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let mut body = answer.json().clone();
    // A problem names its request.
    body.as_object_mut().map(|members| members.shift_remove("request_id"));
    (answer.status, headers, if body.is_null() { answer.text() } else { body.to_string() })
}

/// What everybody can see of an answer.
type Shown = (u16, Vec<(String, String)>, String);

/// What should be read: all lists and, of the rest, some.
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
        let at = given.2.bytes().zip(made.2.bytes()).position(|(given, made)| given != made).unwrap_or_default().saturating_sub(200);
        let part = |text: &str| text.get(at..).unwrap_or(text).chars().take(400).collect::<String>();
        assert!(
            given == *made,
            "{address}, after {story:#?}:\n{:?}\n{}\nshould be\n{:?}\n{}",
            given.1,
            part(&given.2),
            made.1,
            part(&made.2)
        );
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
        // The tokens of the people live for a quarter of an hour.
        if passed < 800 && dice.roll(5) == 0 {
            // Trending lists change with time alone.
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

api_test!(no_header_changes_a_public_answer_but_those_that_vary_names, async |world| {
    let article = world.published(json!({"title": "One", "body": {"markdown": "Text. ".repeat(400)}})).await;
    let headers = [
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
    let plain = world.node(&[("CACHE_BYTES", "0")]).await;
    for address in [format!("articles/{article}"), "articles".to_owned(), "site".to_owned(), "articles/unknown".to_owned()] {
        let usual = plain.anonymous().get(&address).await;
        for (name, value) in headers {
            for node in [&plain, &**world] {
                let answer = node.anonymous().with(name, value).get(&address).await;
                assert_eq!(shown(&answer), shown(&usual), "{address} with {name}: {value}");
            }
        }
    }
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
    // Another coding is another answer.
    asked("gzip").with("if-none-match", &plain.etag()).get(&address).await.expect(200);
    // A change is one in every coding.
    world.editor().patch(&format!("{address}?publish=true"), json!({"title": "Longer"})).await.expect(200);
    for coding in ["gzip", "br"] {
        let coded = asked(coding).get(&address).await.expect(200);
        assert!(String::from_utf8(decoded(Some(coding), &coded.body)).unwrap().contains("Longer"));
    }
    // What is short, and what has no cache to lie in, comes as it is.
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
    // What is not for everybody is nobody else's business.
    let editor = node.editor();
    let lists = join_all((0..3).map(|_| editor.send(Method::GET, "articles?view=editor", None))).await;
    assert!(lists.iter().all(|answer| answer.status == 200));
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
