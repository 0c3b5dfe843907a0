//! Whole pages: one response with all content of a reader's page, equal to the responses for its parts.

use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Role, World, api_test};

async fn article_page(world: &World, name: &str) -> Answer {
    world.anonymous().get(&format!("pages/article/{name}")).await
}

fn slugs(cards: &Value) -> Vec<&str> {
    cards.as_array().unwrap().iter().map(|card| card["slug"].as_str().unwrap()).collect()
}

/// Publishes three articles in a section, some seconds apart, and one elsewhere between them; returns the section's id.
async fn newsroom(world: &World) -> String {
    let section = world.section("City").await;
    for title in ["First", "Elsewhere", "Second", "Third"] {
        let section = if title == "Elsewhere" { Value::Null } else { json!(section) };
        world.published(json!({"title": title, "section": section, "body": {"markdown": format!("{title} text.")}})).await;
        world.pass(10);
    }
    section
}

api_test!(an_article_page_holds_all_that_its_parts_answer, async |world| {
    newsroom(world).await;
    let image = world.image_by(Role::Editor, 7).await;
    world
        .admin()
        .patch("site", json!({"name": "The Lantern", "logo": image, "newsletter": {"promise": "One mail a week."}}))
        .await
        .expect(200);
    let comment = world.comment("second", "At last.").await;
    world.anonymous().post("articles/third/views", json!({})).await.expect(204);
    world.app.write_counts_down().await.unwrap();
    world.pass(600);
    let page = article_page(world, "second").await.expect(200);
    for (part, of) in [("site", "site"), ("article", "articles/second"), ("comments", "articles/second/comments")] {
        assert_eq!(page.at(&format!("/{part}")), world.anonymous().get(of).await.expect(200).json(), "{part}");
    }
    assert_eq!((page.text_at("/previous/slug"), page.text_at("/next/slug")), ("first".to_owned(), "third".to_owned()));
    assert_eq!(slugs(page.at("/related")), ["third", "first"]);
    assert_eq!(slugs(page.at("/trending")), ["third"]);
    assert_eq!(page.at("/comments/data/0/id"), &json!(comment));
    assert_eq!(page.at("/ads"), &json!({}));
    let card = world.anonymous().get("articles?slug=third").await.expect(200);
    assert_eq!(page.at("/next"), card.at("/data/0"));
    let tags = page.required_header("cache-tag");
    for tag in ["site", "articles", &format!("image:{image}"), &format!("article:{}", page.text_at("/next/id")), "comments:"] {
        assert!(tags.contains(tag), "{tag} is not in {tags}");
    }
    world.anonymous().with("if-none-match", &page.etag()).get("pages/article/second").await.expect(304);
    world.anonymous().get("pages/article/second?view=editor").await.expect(400);
});

api_test!(neighbours_are_those_of_the_section_and_the_language, async |world| {
    newsroom(world).await;
    let page = article_page(world, "first").await.expect(200);
    assert_eq!((page.at("/previous"), page.text_at("/next/slug")), (&Value::Null, "second".to_owned()));
    // Without a section, the neighbours are those of the whole site.
    let page = article_page(world, "elsewhere").await.expect(200);
    assert_eq!((page.text_at("/previous/slug"), page.text_at("/next/slug")), ("first".to_owned(), "second".to_owned()));
    // If articles were published at the same moment, the id decides; none is skipped.
    let mut twins = Vec::new();
    for title in ["Twin one", "Twin two"] {
        twins.push(world.published(json!({"title": title, "section": "city", "locale": "de"})).await);
    }
    twins.sort();
    let first = article_page(world, &twins[0]).await.expect(200);
    let second = article_page(world, &twins[1]).await.expect(200);
    assert_eq!((first.at("/previous"), first.text_at("/next/id")), (&Value::Null, twins[1].clone()));
    assert_eq!((second.text_at("/previous/id"), second.at("/next")), (twins[0].clone(), &Value::Null));
    world.published(json!({"title": "About us", "kind": "page", "section": "city"})).await;
    let about = article_page(world, "about-us").await.expect(200);
    assert_eq!((about.at("/previous"), about.at("/next"), about.at("/related")), (&Value::Null, &Value::Null, &json!([])));
});

api_test!(what_has_most_in_common_is_related_first, async |world| {
    world.section("City").await;
    world.section("World").await;
    for (title, section, tags) in [
        ("Only the section", "city", vec![]),
        ("Two tags", "world", vec!["rails", "bridges"]),
        ("One tag", "world", vec!["rails"]),
        ("Nothing", "world", vec!["cooking"]),
        ("Section and tag", "city", vec!["bridges"]),
        ("The article", "city", vec!["rails", "bridges"]),
    ] {
        world.published(json!({"title": title, "section": section, "tags": tags})).await;
        world.pass(60);
    }
    world.draft_of(Role::Editor, json!({"title": CANARY, "section": "city", "tags": ["rails", "bridges"]})).await;
    let page = article_page(world, "the-article").await.expect(200);
    assert_eq!(slugs(page.at("/related")), ["two-tags", "section-and-tag", "one-tag", "only-the-section"]);
});

api_test!(a_page_answers_as_the_article_does, async |world| {
    let draft = world.draft_of(Role::Editor, json!({"title": CANARY, "slug": "a-secret"})).await;
    for name in [draft.as_str(), "a-secret", "nothing", "0190a0b0-0000-7000-8000-000000000000"] {
        article_page(world, name).await.expect_problem(404, "not_found");
    }
    let id = world.published(json!({"title": "One"})).await;
    world.editor().patch(&format!("articles/{id}?publish=true"), json!({"slug": "two"})).await.expect(200);
    let moved = article_page(world, "one").await.expect(308);
    assert_eq!(moved.required_header("location"), "https://api.news.example/api/v1/pages/article/two");
    assert_eq!(moved.text_at("/canonical_slug"), "two");
    world.editor().delete(&format!("articles/{id}/publication")).await.expect(204);
    article_page(world, "two").await.expect_problem(410, "gone");
    for path in ["pages/section/nothing", "pages/author/nothing", "pages/tag/nothing"] {
        world.anonymous().get(path).await.expect_problem(404, "not_found");
    }
});

api_test!(lists_of_pages_go_on_with_their_cursors, async |world| {
    let author = world.author_named("Mara Quay").await;
    world.section("City").await;
    for number in 0..23 {
        let body = json!({"title": format!("Story {number}"), "section": "city", "authors": [author], "tags": ["rails"]});
        world.published(body).await;
        world.pass(1);
    }
    for (page, list) in
        [("section/city", "articles?section=city"), ("author/mara-quay", "articles?author=mara-quay"), ("tag/rails", "articles?tag=rails")]
    {
        let page = world.anonymous().get(&format!("pages/{page}")).await.expect(200);
        let first = world.anonymous().get(list).await.expect(200);
        assert_eq!(page.at("/articles"), first.json());
        let more = world.anonymous().get(&format!("{list}&cursor={}", page.text_at("/articles/page/next"))).await.expect(200);
        assert_eq!(more.texts("slug"), ["story-2", "story-1", "story-0"]);
    }
    let by_name = world.anonymous().get("pages/author/mara-quay").await.expect(200);
    assert_eq!(by_name.at("/author"), world.anonymous().get("authors/mara-quay").await.expect(200).json());
});

api_test!(the_front_page_has_collections_the_newest_and_sections, async |world| {
    newsroom(world).await;
    let draft = world.draft_of(Role::Editor, json!({"title": CANARY})).await;
    let items = json!([draft, "third", "first"]);
    world.editor().post("collections", json!({"key": "front-page", "title": "Front page", "items": items})).await.expect(201);
    let page = world.anonymous().get("pages/home").await.expect(200);
    assert_eq!(page.at("/collections/0"), world.anonymous().get("collections/front-page").await.expect(200).json());
    assert_eq!(slugs(page.at("/collections/0/items")), ["third", "first"]);
    assert_eq!(slugs(page.at("/newest/data")), ["third", "second", "elsewhere", "first"]);
    assert_eq!(page.at("/newest"), world.anonymous().get("articles").await.expect(200).json());
    assert_eq!(page.at("/sections"), world.anonymous().get("sections").await.expect(200).at("/data"));
});

api_test!(a_page_costs_as_many_queries_however_much_there_is, async |world| {
    newsroom(world).await;
    let node = world.node(&[("CACHE_BYTES", "0")]).await;
    let count = async |path: &str| {
        node.anonymous().get(path).await.expect(200);
        let before = node.app.statements();
        node.anonymous().get(path).await.expect(200);
        node.app.statements() - before - 2
    };
    let paths = ["pages/article/second", "pages/home", "pages/section/city"];
    for number in 0..3 {
        world.published(json!({"title": format!("More {number}"), "section": "city", "tags": ["rails", "bridges"]})).await;
    }
    world.editor().patch("articles/second?publish=true", json!({"tags": ["rails", "bridges"]})).await.expect(200);
    world.editor().post("collections", json!({"key": "front", "title": "Front", "items": ["first"]})).await.expect(201);
    world.editor().post("ads/placements", json!({"key": "top", "label": "Advertisement"})).await.expect(201);
    let ad = |n: usize| json!({"placement": "top", "kind": "html", "html": format!("<b>{n}</b>"), "sections": if n == 0 { vec!["city"] } else { vec![] }});
    world.editor().post("ads/creatives", ad(0)).await.expect(201);
    let mut few = Vec::new();
    for path in paths {
        few.push(count(path).await);
    }
    for number in 3..20 {
        world.published(json!({"title": format!("More {number}"), "section": "city", "tags": ["rails", "bridges"]})).await;
    }
    for key in ["a", "b", "c"] {
        world.editor().post("collections", json!({"key": key, "title": key, "items": ["first", "second", "third"]})).await.expect(201);
    }
    for n in 1..5 {
        world.editor().post("ads/creatives", ad(n)).await.expect(201);
    }
    for (path, few) in paths.iter().zip(few) {
        let many = count(path).await;
        assert_eq!(few, many, "{path}");
        assert!(many <= 23, "{path}: {many} queries");
    }
});

api_test!(a_page_is_kept_until_something_is_written_or_the_ranking_moves, async |world| {
    newsroom(world).await;
    let first = article_page(world, "second").await.expect(200);
    let before = world.app.statements();
    assert_eq!(article_page(world, "second").await.expect(200).body, first.body);
    assert_eq!(world.app.statements(), before);
    world.anonymous().post("articles/first/views", json!({})).await.expect(204);
    world.app.write_counts_down().await.unwrap();
    world.pass(600);
    assert_eq!(slugs(article_page(world, "second").await.expect(200).at("/trending")), ["first"]);
    world.comment("second", "At last.").await;
    assert_eq!(article_page(world, "second").await.expect(200).at("/comments/data").as_array().unwrap().len(), 1);
    world.editor().patch("articles/third?publish=true", json!({"title": "Renamed"})).await.expect(200);
    assert_eq!(article_page(world, "second").await.expect(200).text_at("/next/title"), "Renamed");
});
