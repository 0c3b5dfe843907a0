//! Feeds, sitemaps and oEmbed, for programs that do not know this API.

use rss::Channel;
use serde_json::json;

use crate::support::{Answer, CANARY, Role, World, api_test};

const HOSTILE: &str = "Tom & \"Jerry\" <b>]]></b> – 日本 'x'";

/// Creates a newsroom whose newest article contains all characters that could break a document.
async fn newsroom(world: &World) {
    world.section("City").await;
    world.author_named("Mara <Quay>").await;
    let image = world.image_by(Role::Editor, 3).await;
    world.admin().patch("site", json!({"name": "The Lantern & Co", "tagline": "By the <water>", "logo": image})).await.expect(200);
    world.published(json!({"title": "Old", "section": "city", "body": {"markdown": "Old text."}})).await;
    world.pass(60);
    let markdown = "See [us](/about), [below](#end) and `<a href=\"/x\">` ]]> &amp; \u{fffe}.\n\n## End\n\nDone.";
    let body = json!({"title": HOSTILE, "slug": "hostile", "section": "city", "tags": ["R&D"], "authors": ["mara-quay"], "hero_image": image,
        "dek": "A <dek> & more", "body": {"markdown": markdown}});
    world.published(body).await;
    world.published(json!({"title": "About", "kind": "page"})).await;
    world.draft_of(Role::Editor, json!({"title": CANARY, "section": "city"})).await;
}

async fn get(world: &World, path: &str) -> Answer {
    world.anonymous().get(path).await
}

/// Returns the URLs in a sitemap.
fn locations(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{text}");
    let pieces = text.split("<loc>").skip(1).filter_map(|piece| piece.split("</loc>").next());
    pieces.map(str::to_owned).collect()
}

api_test!(rss_says_what_was_published, async |world| {
    newsroom(world).await;
    let answer = get(world, "/feeds/rss.xml?content=full").await.expect(200);
    assert_eq!(answer.media_type(), "application/rss+xml");
    assert_eq!(answer.required_header("last-modified"), "Sat, 14 Mar 2026 09:27:53 GMT");
    assert!(answer.text().starts_with("<?xml") && answer.text().matches("<?xml").count() == 1, "{}", answer.text());
    let channel = Channel::read_from(&answer.body[..]).unwrap();
    assert_eq!((channel.title(), channel.link()), ("The Lantern & Co", "https://news.example/"));
    assert_eq!(channel.atom_ext().unwrap().links()[0].href, "https://api.news.example/feeds/rss.xml?content=full");
    let titles: Vec<_> = channel.items().iter().filter_map(|item| item.title()).collect();
    assert_eq!(titles, [HOSTILE, "Old"]);
    let item = &channel.items()[0];
    assert_eq!((item.link(), item.pub_date()), (Some("https://news.example/hostile"), Some("Sat, 14 Mar 2026 09:27:53 GMT")));
    assert_eq!(item.description(), Some("A &lt;dek&gt; &amp; more"));
    assert_eq!(item.dublin_core_ext().unwrap().creators(), ["Mara <Quay>"]);
    assert_eq!(item.categories().iter().map(rss::Category::name).collect::<Vec<_>>(), ["City", "R&D"]);
    assert!(item.guid().unwrap().value().starts_with("urn:uuid:") && !item.guid().unwrap().is_permalink());
    let picture = item.enclosure().unwrap();
    assert!(picture.url().starts_with("https://api.news.example/media/") && picture.mime_type() == "image/jpeg");
    assert!(picture.length().parse::<u32>().unwrap() > 100);
    let html = item.content().unwrap();
    assert!(html.contains("href=\"https://news.example/about\"") && html.contains("href=\"https://news.example/hostile#end\""), "{html}");
    assert!(html.contains("]]&gt;") || html.contains("]]>"), "{html}");
    assert!(!answer.text().contains('\u{fffe}') && !answer.text().contains('@'), "{}", answer.text());
    let short = get(world, "/feeds/rss.xml").await.expect(200);
    assert!(Channel::read_from(&short.body[..]).unwrap().items()[0].content().is_none());
});

api_test!(atom_says_the_same, async |world| {
    newsroom(world).await;
    let answer = get(world, "/feeds/atom.xml?content=full&section=city").await.expect(200);
    assert_eq!(answer.media_type(), "application/atom+xml");
    let feed = atom_syndication::Feed::read_from(&answer.body[..]).unwrap();
    assert_eq!(feed.title.value, "The Lantern & Co – City");
    assert_eq!(feed.id, "https://api.news.example/feeds/atom.xml?content=full&section=city");
    assert_eq!(feed.updated.to_rfc3339(), "2026-03-14T09:27:53.589+00:00");
    let entry = &feed.entries[0];
    assert_eq!((entry.title.value.as_str(), entry.links[0].href.as_str()), (HOSTILE, "https://news.example/hostile"));
    assert_eq!((entry.authors[0].name.as_str(), entry.authors[0].email.as_ref()), ("Mara <Quay>", None));
    assert_eq!(entry.links[1].rel, "enclosure");
    assert_eq!(entry.summary.as_ref().unwrap().value, "A <dek> & more");
    assert!(entry.content.as_ref().unwrap().value.as_ref().unwrap().contains("https://news.example/about"));
});

api_test!(json_feed_says_the_same, async |world| {
    newsroom(world).await;
    let full = get(world, "/feeds/feed.json?content=full&tag=r-d").await.expect(200);
    assert_eq!((full.media_type(), full.text_at("/version")), ("application/feed+json", "https://jsonfeed.org/version/1.1".to_owned()));
    assert_eq!(
        (full.text_at("/title"), full.text_at("/home_page_url")),
        ("The Lantern & Co – R&D".into(), "https://news.example/tags/r-d".into())
    );
    assert_eq!(
        (full.text_at("/items/0/title"), full.text_at("/items/0/date_published")),
        (HOSTILE.into(), "2026-03-14T09:27:53.589Z".into())
    );
    assert!(
        full.text_at("/items/0/content_html").contains("https://news.example/about")
            && full.json().pointer("/items/0/content_text").is_none()
    );
    assert_eq!(full.json().pointer("/items/1"), None);
    let short = get(world, "/feeds/feed.json").await.expect(200);
    assert_eq!((short.text_at("/items/0/content_text"), short.json().pointer("/items/0/content_html")), ("A <dek> & more".into(), None));
    assert_eq!(short.at("/items/0/authors/0/name"), "Mara <Quay>");
});

api_test!(feeds_are_narrowed_and_conditional, async |world| {
    newsroom(world).await;
    let count =
        async |query: &str| get(world, &format!("/feeds/feed.json?{query}")).await.expect(200).at("/items").as_array().unwrap().len();
    assert_eq!(
        (count("section=city").await, count("author=mara-quay").await, count("limit=1").await, count("locale=de").await),
        (2, 1, 1, 0)
    );
    for query in ["section=nothing", "tag=nothing", "author=nothing"] {
        get(world, &format!("/feeds/rss.xml?{query}")).await.expect_problem(404, "not_found");
    }
    for query in ["content=short", "limit=101", "sektion=city", "section=a&section=b"] {
        get(world, &format!("/feeds/rss.xml?{query}")).await.expect_problem(400, "malformed_query");
    }
    for path in ["/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json", "/sitemap.xml", "/sitemap-news.xml", "/sitemaps/site.xml"] {
        let first = get(world, path).await.expect(200);
        let before = world.app.statements();
        let second = get(world, path).await.expect(200);
        assert_eq!((world.app.statements(), &second.body), (before, &first.body), "{path}");
        assert_eq!(second.header("last-modified"), first.header("last-modified"));
        world.anonymous().with("if-none-match", &first.etag()).get(path).await.expect(304);
        world.anonymous().head(path).await.expect(200);
        assert!(first.required_header("cache-tag").contains("articles"), "{path}");
    }
    let before = get(world, "/feeds/rss.xml").await.etag();
    world.editor().patch("authors/mara-quay", json!({"name": "Mara Quay"})).await.expect(200);
    assert_ne!(get(world, "/feeds/rss.xml").await.etag(), before);
    let full = world.node(&[("FEED_CONTENT", "full")]).await.anonymous().get("/feeds/feed.json").await.expect(200);
    assert!(full.at("/items/0").get("content_html").is_some());
});

api_test!(an_empty_site_has_valid_feeds, async |world| {
    assert_eq!(Channel::read_from(&get(world, "/feeds/rss.xml").await.expect(200).body[..]).unwrap().items().len(), 0);
    atom_syndication::Feed::read_from(&get(world, "/feeds/atom.xml").await.expect(200).body[..]).unwrap();
    assert_eq!(get(world, "/feeds/feed.json").await.expect(200).at("/items"), &json!([]));
    assert_eq!(locations(&get(world, "/sitemap.xml").await.expect(200)), ["https://api.news.example/sitemaps/site.xml"]);
    assert_eq!(locations(&get(world, "/sitemaps/site.xml").await.expect(200)), ["https://news.example/"]);
});

api_test!(sitemaps_name_what_search_engines_may_find, async |world| {
    newsroom(world).await;
    world.published(json!({"title": "Not for engines", "seo": {"noindex": true}})).await;
    let gone = world.published(json!({"title": "Gone"})).await;
    world.editor().delete(&format!("articles/{gone}/publication")).await.expect(204);
    let index = get(world, "/sitemap.xml").await.expect(200);
    let sitemaps = ["https://api.news.example/sitemaps/site.xml", "https://api.news.example/sitemaps/articles-2026-03.xml"];
    assert_eq!(locations(&index), sitemaps);
    let month = get(world, "/sitemaps/articles-2026-03.xml").await.expect(200);
    let mut found = locations(&month);
    found.sort();
    assert_eq!(found, ["https://news.example/about", "https://news.example/hostile", "https://news.example/old"]);
    assert!(month.text().contains("<lastmod>2026-03-14T09:26:53.589Z</lastmod>"));
    assert_eq!(locations(&get(world, "/sitemaps/articles-2026-03-14.xml").await.expect(200)).len(), 3);
    let site = locations(&get(world, "/sitemaps/site.xml").await.expect(200));
    assert!(
        ["/", "/sections/city", "/tags/r-d", "/authors/mara-quay"].iter().all(|path| site.contains(&format!("https://news.example{path}")))
    );
    for name in ["articles-2026-02.xml", "articles-2026-13.xml", "articles-x.xml", "nothing"] {
        get(world, &format!("/sitemaps/{name}")).await.expect_problem(404, "not_found");
    }
});

api_test!(news_are_news_for_two_days, async |world| {
    newsroom(world).await;
    let news = get(world, "/sitemap-news.xml").await.expect(200);
    assert_eq!(locations(&news), ["https://news.example/hostile", "https://news.example/old"]);
    let text = news.text();
    assert!(text.contains("<news:name>The Lantern &amp; Co</news:name><news:language>en</news:language>"), "{text}");
    assert!(text.contains("<news:publication_date>2026-03-14T09:27:53.589Z</news:publication_date>"), "{text}");
    assert!(text.contains("<news:title>Tom &amp; &quot;Jerry&quot; &lt;b&gt;]]&gt;&lt;/b&gt;"), "{text}");
    world.pass(2 * 24 * 3600 - 30);
    assert_eq!(locations(&get(world, "/sitemap-news.xml").await), ["https://news.example/hostile"]);
    world.pass(60);
    assert_eq!(locations(&get(world, "/sitemap-news.xml").await), [""; 0]);
});

api_test!(oembed_describes_articles_of_this_site_alone, async |world| {
    newsroom(world).await;
    let url = "https://news.example/hostile";
    let card = world.anonymous().get(&format!("/oembed?url={url}%3Futm%3D1")).await.expect(200);
    assert_eq!((card.text_at("/version"), card.text_at("/type"), card.text_at("/title")), ("1.0".into(), "link".into(), HOSTILE.into()));
    assert_eq!((card.text_at("/author_name"), card.text_at("/provider_name")), ("Mara <Quay>".into(), "The Lantern & Co".into()));
    assert_eq!((card.number_at("/thumbnail_width"), card.number_at("/thumbnail_height")), (64, 48));
    let small = world.anonymous().get(&format!("/oembed?url={url}&maxwidth=63&format=json")).await.expect(200);
    assert_eq!(small.json().get("thumbnail_url"), None);
    for other in [
        "https://evil.example/hostile",
        "https://news.example.evil.example/hostile",
        "https://news.example/sections/city",
        "hostile",
        "/hostile",
    ] {
        world.anonymous().get(&format!("/oembed?url={other}")).await.expect_problem(404, "not_found");
    }
    for query in ["", "?url=x&format=xml", "?url=x&maxwidth=0"] {
        world.anonymous().get(&format!("/oembed{query}")).await.expect_problem(400, "malformed_query");
    }
    world.editor().delete("articles/hostile/publication").await.expect(204);
    world.anonymous().get(&format!("/oembed?url={url}")).await.expect_problem(410, "gone");
});
