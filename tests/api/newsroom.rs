//! A realistic news page, created and read with the API only, and its cost.

use serde_json::{Value, json};

use crate::support::{Node, Part, World, api_test};

/// A very small PNG image.
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f,
    0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x89, 0x99,
    0x3d, 0x1d, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

impl Node {
    async fn picture(&self, alt: &str) -> String {
        let parts =
            [Part::file("one.png", PNG), Part::text("alt", alt), Part::text("caption", "At the harbour"), Part::text("credit", "Ada Lens")];
        self.editor().upload("images", &parts).await.expect(201).id()
    }

    async fn front_page(&self, articles: usize) {
        let section = self.section("City").await;
        let hero = self.picture("A crane").await;
        let editor = self.editor();
        let authors = [
            editor.post("authors", json!({"name": "Mara Quay", "avatar": hero})).await.expect(201).id(),
            editor.post("authors", json!({"name": "Jon Pier", "avatar": hero})).await.expect(201).id(),
        ];
        for number in 0..articles {
            // Each article is newer than the previous one.
            self.pass(1);
            let draft = json!({
                "title": format!("Story {number}"), "section": section, "hero_image": hero, "authors": authors, "tags": ["Harbour", "Trams", "Weather"],
                "body": {"markdown": "Text."},
            });
            editor.post("articles?publish=true", draft).await.expect(201);
        }
    }
}

api_test!(shows_a_page_with_everything_around_the_article, async |world| {
    let (editor, admin, reader) = (world.editor(), world.admin(), world.anonymous());
    let (first, second) = (world.picture("A tram").await, world.picture("A bridge").await);
    let author = json!({"name": "Mara Quay", "role_title": "Reporter", "avatar": first, "bio": {"markdown": "Writes about *rails*."},
        "links": [{"kind": "mastodon", "url": "https://social.example/@mara"}]});
    let author = editor.post("authors", author).await.expect(201).id();
    let section = world.section("City").await;
    let markdown = format!(
        "The first trams run on **Saturday**.\n\nEleven stops are new.\n\n## Why it took ten years\n\n![](image:{first})\n\nMoney.\n\n\
         ::ad{{in-article}}\n\n## What it costs\n\n> Nobody knows.\n\n![A bridge at dusk](image:{second} \"The new bridge\")\n\n## What comes next\n\n\
         - Line 10\n- Line 11\n\n::ad{{below}}\n"
    );
    let draft = json!({"title": "Tram line 9 opens", "dek": "After ten years", "section": section, "authors": [author], "tags": ["Trams", "City budget"],
        "hero_image": first, "featured": true, "body": {"markdown": markdown}, "custom": {"region": "east"}});
    let made = editor.post("articles", draft).await.expect(201);
    reader.get("articles/tram-line-9-opens").await.expect_problem(404, "not_found");
    editor.put(&format!("articles/{}/publication", made.id()), json!({})).await.expect(200);
    let site = json!({
        "social_links": [{"kind": "mastodon", "url": "https://social.example/@lantern"}],
        "newsletter": {"heading": "The morning boat", "pitch": "Five stories at six.", "promise": "No advertising, unsubscribe with one click."},
    });
    admin.patch("site", site).await.expect(200);

    let page = reader.get("articles/tram-line-9-opens").await.expect(200);
    let kinds: Vec<&str> = page.at("/body/blocks").as_array().unwrap().iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(
        kinds,
        ["paragraph", "paragraph", "heading", "image", "paragraph", "ad", "heading", "quote", "image", "heading", "list", "ad"]
    );
    let headings: Vec<&Value> = page.at("/body/toc").as_array().unwrap().iter().map(|entry| &entry["text"]).collect();
    assert_eq!(headings, ["Why it took ten years", "What it costs", "What comes next"]);
    assert_eq!(page.at("/body/blocks/3/caption"), "At the harbour");
    assert_eq!(page.at("/body/blocks/3/image/credit"), "Ada Lens");
    assert_eq!(page.at("/body/blocks/8/caption"), "The new bridge");
    assert_eq!(page.at("/body/blocks/8/alt"), "A bridge at dusk");
    assert_eq!(page.at("/body/blocks/5/placement"), "in-article");
    assert_eq!(page.at("/authors/0/name"), "Mara Quay");
    assert_eq!(page.at("/section/slug"), "city");
    assert_eq!(page.at("/tags/1/name"), "City budget");
    assert_eq!(page.at("/seo/json_ld/@type"), "NewsArticle");
    assert_eq!(page.at("/custom/region"), "east");
    assert!(page.text_at("/share/whatsapp").starts_with("https://wa.me/?text=Tram%20line%209%20opens"));
    let box_of_author = reader.get("authors/mara-quay").await.expect(200);
    assert_eq!(box_of_author.at("/bio/html"), "<p>Writes about <em>rails</em>.</p>");
    let site = reader.get("site").await.expect(200);
    assert_eq!(site.at("/newsletter/heading"), "The morning boat");
    let fields = site.at("/comment_policy/fields").as_array().unwrap();
    assert!(fields.iter().any(|field| field["name"] == "author_email" && field["published"] == false));
});

api_test!(shows_a_changed_caption_everywhere_at_once, async |world| {
    let image = world.picture("A tram").await;
    let draft = json!({"title": "Trams", "hero_image": image, "body": {"markdown": format!("![](image:{image})")}});
    world.editor().post("articles?publish=true", draft).await.expect(201);
    let before = world.anonymous().get("articles/trams").await.expect(200);
    world.editor().patch(&format!("images/{image}"), json!({"caption": "Corrected"})).await.expect(200);
    let after = world.anonymous().get("articles/trams").await.expect(200);
    assert_ne!(before.etag(), after.etag());
    assert_eq!(after.at("/hero_image/caption"), "Corrected");
    assert_eq!(after.at("/body/blocks/0/caption"), "Corrected");
    assert!(after.text_at("/body/html").contains("Corrected"));
});

api_test!(lists_twenty_articles_with_six_queries, async |world| {
    world.front_page(21).await;
    let node = world.node(&[("CACHE_BYTES", "0")]).await;
    // The statements that only a first request needs are not counted.
    node.anonymous().get("articles?limit=1").await.expect(200);
    let before = node.app.statements();
    let page = node.anonymous().get("articles").await.expect(200);
    // One statement begins the snapshot, one ends it.
    let queries = node.app.statements() - before - 2;
    assert_eq!(page.at("/data").as_array().unwrap().len(), 20);
    assert_eq!(page.at("/data/0/authors/1/avatar/alt"), "A crane");
    assert!(queries <= 6, "{queries} queries");
    let before = node.app.statements();
    node.anonymous().get("articles?include=body").await.expect(200);
    assert!(node.app.statements() - before - 2 <= 7);
});

api_test!(serves_a_ready_answer_until_something_is_written, async |world| {
    world.front_page(2).await;
    let first = world.anonymous().get("articles").await.expect(200);
    let before = world.app.statements();
    let second = world.anonymous().get("articles").await.expect(200);
    assert_eq!(world.app.statements(), before);
    assert_eq!(first.body, second.body);
    let unchanged = world.anonymous().with("If-None-Match", &first.etag()).get("articles").await.expect(304);
    assert_eq!(unchanged.etag(), first.etag());
    world.editor().patch("articles/story-1?publish=true", json!({"title": "Rewritten"})).await.expect(200);
    assert_eq!(world.anonymous().get("articles").await.expect(200).at("/data/0/title"), "Rewritten");
});
