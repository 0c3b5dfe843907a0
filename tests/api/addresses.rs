//! URLs of pages: dated in the site's time zone, and still valid after their subjects were renamed or merged.

use serde_json::{Value, json};

use crate::support::{Answer, Node, PASSWORD, Role, World, api_test};

/// A time zone in which it is still 13 March when every test begins.
const FAR_WEST: &str = "Pacific/Pago_Pago";

async fn resolve(node: &Node, path: &str) -> (i64, String, String) {
    let answer = node.anonymous().get(&format!("resolve?path={path}")).await.expect(200);
    (answer.number_at("/status"), answer.text_at("/kind"), answer.text_at("/url").replace("https://news.example", ""))
}

fn found(status: i64, kind: &str, path: &str) -> (i64, String, String) {
    (status, kind.to_owned(), path.to_owned())
}

/// Returns a process that puts dates in the URLs of articles.
async fn dated(world: &World) -> Node {
    world.node(&[("ARTICLE_PATH", "/{year}/{month}/{day}/{slug}")]).await
}

async fn set_zone(node: &Node, zone: &str) {
    node.admin().patch("site", json!({"timezone": zone})).await.expect(200);
}

/// The public responses that contain the URL of the only article.
const WITH_ADDRESS: [&str; 12] = [
    "articles/tram",
    "articles",
    "pages/article/tram",
    "pages/home",
    "pages/section/city",
    "collections/front",
    "/feeds/rss.xml",
    "/feeds/atom.xml",
    "/feeds/feed.json",
    "/sitemaps/articles-2026-03.xml",
    "/sitemap-news.xml",
    "resolve?path=/tram",
];

async fn newsroom(world: &World, node: &Node) {
    world.section("City").await;
    let id = node.published(json!({"title": "Tram", "section": "city", "body": {"markdown": "Text."}})).await;
    node.editor().post("collections", json!({"key": "front", "title": "Front", "items": [id]})).await.expect(201);
}

api_test!(dated_addresses_have_the_date_of_the_newsroom, async |world| {
    let node = dated(world).await;
    newsroom(world, &node).await;
    for (zone, path) in [("UTC", "/2026/03/14/tram"), (FAR_WEST, "/2026/03/13/tram"), ("Asia/Tokyo", "/2026/03/14/tram")] {
        set_zone(&node, zone).await;
        for asked in WITH_ADDRESS.iter().filter(|asked| !asked.starts_with("resolve")) {
            // All are requested before the change, so that a stale cached response would be noticed.
            let answer = node.anonymous().get(asked).await.expect(200);
            assert!(answer.text().contains(&format!("https://news.example{path}")), "{zone} {asked}: {answer}");
        }
        assert_eq!(resolve(&node, path).await, found(200, "article", path));
        let article = node.anonymous().get("articles/tram").await;
        assert_eq!(article.text_at("/seo/canonical_url"), format!("https://news.example{path}"));
        assert!(article.text_at("/share/email").contains(&path.replace('/', "%2F")), "{article}");
        assert_eq!(article.text_at("/published_at"), "2026-03-14T09:26:53.589Z", "times themselves stay in UTC");
        let embed = node.anonymous().get(&format!("/oembed?url=https://news.example{path}")).await;
        assert_eq!(embed.expect(200).text_at("/title"), "Tram");
    }
});

api_test!(an_address_that_was_public_stays_valid_when_the_zone_changes, async |world| {
    let node = dated(world).await;
    newsroom(world, &node).await;
    set_zone(&node, FAR_WEST).await;
    assert_eq!(resolve(&node, "/2026/03/13/tram").await, found(200, "article", "/2026/03/13/tram"));
    set_zone(&node, "Europe/Berlin").await;
    assert_eq!(resolve(&node, "/2026/03/13/tram").await, found(301, "article", "/2026/03/14/tram"));
    assert_eq!(resolve(&node, "/2026/03/14/tram").await, found(200, "article", "/2026/03/14/tram"));
});

api_test!(feeds_and_sitemaps_tell_times_in_the_zone, async |world| {
    newsroom(world, &dated(world).await).await;
    set_zone(world, FAR_WEST).await;
    for (path, time) in [
        ("/feeds/rss.xml", "<pubDate>Fri, 13 Mar 2026 22:26:53 -1100</pubDate>"),
        ("/feeds/atom.xml", "<published>2026-03-13T22:26:53.589-11:00</published>"),
        ("/feeds/feed.json", "\"date_published\":\"2026-03-13T22:26:53.589-11:00\""),
        ("/sitemaps/articles-2026-03.xml", "<lastmod>2026-03-13T22:26:53.589-11:00</lastmod>"),
        ("/sitemap-news.xml", "<news:publication_date>2026-03-13T22:26:53.589-11:00</news:publication_date>"),
    ] {
        let answer = world.anonymous().get(path).await.expect(200);
        assert!(answer.text().contains(time), "{path}: {}", answer.text());
    }
});

api_test!(the_index_of_sitemaps_says_when_each_changed, async |world| {
    let lines = async || {
        let text = world.anonymous().get("/sitemap.xml").await.expect(200).text();
        let entries = text.split("<sitemap>").skip(1).map(|entry| {
            let between = |name: &str| entry.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned);
            (between("loc").unwrap_or_default().replace("https://api.news.example/sitemaps/", ""), between("lastmod"))
        });
        entries.collect::<Vec<_>>()
    };
    assert_eq!(lines().await, [("site.xml".to_owned(), None)]);
    world.published(json!({"title": "March"})).await;
    let (march, april) = (Some("2026-03-14T09:26:53.589Z".to_owned()), Some("2026-04-13T09:26:53.589Z".to_owned()));
    assert_eq!(lines().await, [("site.xml".to_owned(), march.clone()), ("articles-2026-03.xml".to_owned(), march.clone())]);
    world.pass(30 * 24 * 60 * 60);
    // Tokens have expired by now.
    let login = json!({"email": Role::Editor.email(), "password": PASSWORD});
    let token = world.anonymous().post("auth/login", login).await.expect(200).text_at("/access_token");
    let editor = world.anonymous().bearer(&token);
    editor.post("articles?publish=true", json!({"title": "April"})).await.expect(201);
    let expected = [("site.xml", &april), ("articles-2026-04.xml", &april), ("articles-2026-03.xml", &march)];
    assert_eq!(lines().await, expected.map(|(name, time)| (name.to_owned(), time.clone())));
    world.pass(60);
    editor.patch("articles/march?publish=true", json!({"title": "March, revised"})).await.expect(200);
    let revised = Some("2026-04-13T09:27:53.589Z".to_owned());
    let expected = [("site.xml", &revised), ("articles-2026-04.xml", &april), ("articles-2026-03.xml", &revised)];
    assert_eq!(lines().await, expected.map(|(name, time)| (name.to_owned(), time.clone())));
    world.pass(60);
    editor.post("sections", json!({"name": "City"})).await.expect(201);
    assert_eq!(lines().await.first(), Some(&("site.xml".to_owned(), Some("2026-04-13T09:28:53.589Z".to_owned()))));
});

/// The three kinds of pages whose subjects can be renamed: the collection, the filter of the article list, and the kind in `/pages/`
/// and `/resolve`.
const KINDS: [(&str, &str, &str); 3] = [("sections", "section", "section"), ("tags", "tag", "tag"), ("authors", "author", "author")];

async fn make(world: &World, folder: &str, name: &str) -> String {
    world.editor().post(folder, json!({"name": name})).await.expect(201).id()
}

/// Publishes an article with a subject.
async fn about(world: &World, folder: &str, id: &str, title: &str) {
    let member = if folder == "sections" { json!({"section": id}) } else { json!({folder: [id]}) };
    let mut body = json!({"title": title, "body": {"markdown": "Text."}});
    body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
    world.published(body).await;
}

/// Checks that a former slug leads to the current one everywhere.
async fn assert_leads(world: &World, (folder, filter, kind): (&str, &str, &str), old: &str, new: &str, titles: &[&str]) {
    let reader = world.anonymous();
    for (asked, there) in
        [(format!("{folder}/{old}"), format!("{folder}/{new}")), (format!("pages/{kind}/{old}"), format!("pages/{kind}/{new}"))]
    {
        let moved = reader.get(&asked).await.expect(308);
        assert_eq!(moved.text_at("/canonical_slug"), new, "{asked}");
        assert_eq!(moved.required_header("location"), format!("https://api.news.example/api/v1/{there}"));
        reader.get(&there).await.expect(200);
    }
    assert_eq!(resolve(world, &format!("/{folder}/{old}")).await, found(301, kind, &format!("/{folder}/{new}")));
    let listed = reader.get(&format!("articles?{filter}={old}&sort=title")).await.expect(200);
    assert_eq!(listed.texts("title"), titles, "{filter}={old}");
    let feed = reader.get(&format!("/feeds/feed.json?{filter}={old}")).await.expect(200);
    assert_eq!(feed.at("/items").as_array().map(Vec::len), Some(titles.len()));
}

async fn rename(world: &World, folder: &str, slug: &str, to: &str) -> Answer {
    world.editor().patch(&format!("{folder}/{slug}"), json!({"slug": to})).await
}

api_test!(a_renamed_subject_is_found_by_its_old_slugs, async |world| {
    for kind in KINDS {
        let folder = kind.0;
        let id = make(world, folder, "First").await;
        about(world, folder, &id, "Story").await;
        rename(world, folder, "first", "second").await.expect(200);
        assert_leads(world, kind, "first", "second", &["Story"]).await;
        // A chain of former slugs is a single step, from any of them.
        rename(world, folder, "second", "third").await.expect(200);
        assert_leads(world, kind, "first", "third", &["Story"]).await;
        assert_leads(world, kind, "second", "third", &["Story"]).await;
        // Other subjects cannot get a former slug, explicitly or by name; the subject itself can have it back.
        world.editor().post(folder, json!({"name": "Thief", "slug": "first"})).await.expect_problem(409, "slug_taken");
        let honest = world.editor().post(folder, json!({"name": "First"})).await.expect(201);
        assert_eq!(honest.text_at("/slug"), "first-2");
        rename(world, folder, "first-2", "second").await.expect_problem(409, "slug_taken");
        rename(world, folder, "third", "first").await.expect(200);
        assert_eq!(world.anonymous().get(&format!("{folder}/first")).await.expect(200).id(), id);
        assert_leads(world, kind, "third", "first", &["Story"]).await;
        // A slug that never existed stays unknown.
        world.anonymous().get(&format!("{folder}/fourth")).await.expect_problem(404, "not_found");
    }
});

api_test!(a_subject_that_was_merged_or_given_up_is_found_in_its_heir, async |world| {
    for kind in KINDS {
        let folder = kind.0;
        let old = make(world, folder, "Oldest").await;
        make(world, folder, "Heir").await;
        about(world, folder, &old, "Story").await;
        rename(world, folder, "oldest", "older").await.expect(200);
        if folder == "authors" {
            world.editor().delete("authors/older?reassign_to=heir").await.expect(204);
        } else {
            world.editor().post(&format!("{folder}/older/merge"), json!({"into": "heir"})).await.expect(200);
        }
        assert_leads(world, kind, "older", "heir", &["Story"]).await;
        assert_leads(world, kind, "oldest", "heir", &["Story"]).await;
        rename(world, folder, "heir", "heiress").await.expect(200);
        assert_leads(world, kind, "oldest", "heiress", &["Story"]).await;
        // Deleting by a former slug must not delete the subject that took over.
        world.editor().delete(&format!("{folder}/older")).await.expect(204);
        world.anonymous().get(&format!("{folder}/heiress")).await.expect(200);
        world.editor().patch(&format!("{folder}/older"), json!({"name": "Other"})).await.expect_problem(404, "not_found");
    }
});

api_test!(the_slugs_of_what_is_deleted_are_free, async |world| {
    for (folder, ..) in KINDS {
        make(world, folder, "First").await;
        rename(world, folder, "first", "second").await.expect(200);
        world.editor().delete(&format!("{folder}/second")).await.expect(204);
        for slug in ["first", "second"] {
            world.anonymous().get(&format!("{folder}/{slug}")).await.expect_problem(404, "not_found");
            assert_eq!(world.editor().post(folder, json!({"name": slug})).await.expect(201).text_at("/slug"), slug);
        }
    }
    assert_eq!(world.database.dump().get("former_slugs").map(Vec::len), Some(0));
});

api_test!(an_old_slug_of_a_tag_of_drafts_tells_nothing, async |world| {
    world.draft_of(Role::Editor, json!({"title": "Draft", "tags": ["Secret plan", "Other plan"]})).await;
    world.editor().post("tags/secret-plan/merge", json!({"into": "other-plan"})).await.expect(200);
    let unknown = |answer: Answer| {
        let mut problem = answer.expect_problem(404, "not_found").json().clone();
        for member in ["instance", "request_id"] {
            problem.as_object_mut().unwrap().remove(member);
        }
        problem
    };
    let reader = world.anonymous();
    let nothing: Value = unknown(reader.get("tags/nothing").await);
    for slug in ["secret-plan", "other-plan"] {
        for asked in [format!("tags/{slug}"), format!("pages/tag/{slug}"), format!("resolve?path=/tags/{slug}")] {
            assert_eq!(unknown(reader.get(&asked).await), nothing, "{asked}");
        }
    }
});
