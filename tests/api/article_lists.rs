//! Lists of articles, for readers and for editors.

use serde_json::json;

use crate::support::{Role, World, api_test};

/// Publishes three articles, a second apart, and a standing page.
async fn front_page(world: &World) {
    let (city, mara) = (world.section("City").await, world.author_named("Mara Quay").await);
    let bodies = [
        json!({"title": "Alpha", "section": city, "authors": [mara], "tags": ["Trams"], "featured": true}),
        json!({"title": "Beta", "section": city, "authors": [], "tags": ["Trams", "Budget"], "locale": "de"}),
        json!({"title": "Gamma", "authors": [mara], "tags": ["Budget"]}),
        json!({"title": "About us", "kind": "page", "tags": ["Trams"]}),
    ];
    for body in bodies {
        world.published(body).await;
        world.pass(1);
    }
}

api_test!(are_filtered_and_sorted, async |world| {
    front_page(world).await;
    let titles = async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect(200).texts("title");
    assert_eq!(titles("").await, ["Gamma", "Beta", "Alpha"]);
    assert_eq!(titles("sort=published_at").await, ["Alpha", "Beta", "Gamma"]);
    assert_eq!(titles("sort=-title").await, ["Gamma", "Beta", "Alpha"]);
    assert_eq!(titles("sort=updated_at&limit=2").await, ["Alpha", "Beta"]);
    assert_eq!(titles("section=city").await, ["Beta", "Alpha"]);
    assert_eq!(titles("section[ne]=city").await, ["Gamma"]);
    assert_eq!(titles("section[exists]=false").await, ["Gamma"]);
    assert_eq!(titles("section=nowhere").await, [""; 0]);
    assert_eq!(titles("tag=trams").await, ["Beta", "Alpha"]);
    assert_eq!(titles("tag[in]=trams,budget&sort=title").await, ["Alpha", "Beta", "Gamma"]);
    assert_eq!(titles("author=mara-quay").await, ["Gamma", "Alpha"]);
    assert_eq!(titles("author[exists]=false").await, ["Beta"]);
    assert_eq!(titles("featured=true").await, ["Alpha"]);
    assert_eq!(titles("featured=false&section=city").await, ["Beta"]);
    assert_eq!(titles("locale=de").await, ["Beta"]);
    assert_eq!(titles("title[contains]=ET").await, ["Beta"]);
    assert_eq!(titles("published_at[gt]=2026-03-14T09:26:53.589Z").await, ["Gamma", "Beta"]);
    assert_eq!(titles("published_at[lt]=2026-03-14T09:26:54.589Z").await, ["Alpha"]);
    assert_eq!(titles("published_at[gte]=2026-03-14T10:26:54.589%2B01:00&published_at[lte]=2026-03-14T09:26:54.589Z").await, ["Beta"]);
    for query in ["published_at[gt]=yesterday", "featured=perhaps", "kind=novel", "sort=created_at"] {
        world.anonymous().get(&format!("articles?{query}")).await.expect_problem(400, "malformed_query");
    }
});

api_test!(are_filtered_by_what_they_lack, async |world| {
    front_page(world).await;
    let titles = async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect(200).texts("title");
    assert_eq!(titles("tag[ne]=trams").await, ["Gamma"]);
    assert_eq!(titles("tag[nin]=trams,budget").await, [""; 0]);
    assert_eq!(titles("tag[nin]=budget,nothing").await, ["Alpha"]);
    assert_eq!(titles("tag[ne]=trams&kind[in]=page,article").await, ["Gamma"]);
    assert_eq!(titles("author[ne]=mara-quay").await, ["Beta"]);
    assert_eq!(titles("author[nin]=nobody,mara-quay").await, ["Beta"]);
    assert_eq!(titles("author[ne]=nobody").await, ["Gamma", "Beta", "Alpha"]);
    assert_eq!(titles("section[nin]=city,nowhere").await, ["Gamma"]);
});

api_test!(are_found_by_section_picture_and_translation, async |world| {
    let city = world.section("City").await;
    let below =
        async |name: &str, parent: &str| world.editor().post("sections", json!({"name": name, "parent": parent})).await.expect(201).id();
    let harbour = below("Harbour", &city).await;
    let docks = below("Docks", &harbour).await;
    let other = world.section("World").await;
    let image = world.image_by(Role::Editor, 1).await;
    let mut ids = Vec::new();
    for (title, section, hero) in
        [("One", &city, None), ("Two", &harbour, Some(&image)), ("Three", &docks, None), ("Four", &other, Some(&image))]
    {
        ids.push(world.published(json!({"title": title, "section": section, "hero_image": hero})).await);
        world.pass(1);
    }
    world.published(json!({"title": "Eins", "locale": "de", "translation_of": ids[0]})).await;
    world.draft_of(Role::Editor, json!({"title": "Un", "locale": "fr", "translation_of": ids[0]})).await;
    let hidden = world.draft_of(Role::Editor, json!({"title": "Hidden", "section": city})).await;
    world.pass(1);
    world.published(json!({"title": "Offen", "locale": "de", "translation_of": hidden})).await;
    let asked = async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect(200).texts("title");
    assert_eq!(asked("section[under]=city").await, ["Three", "Two", "One"]);
    assert_eq!(asked(&format!("section[under]={harbour}&sort=title")).await, ["Three", "Two"]);
    assert_eq!(asked("section[under]=docks").await, ["Three"]);
    assert_eq!(asked("section[under]=nowhere").await, [""; 0]);
    assert_eq!(asked("hero_image[exists]=true").await, ["Four", "Two"]);
    assert_eq!(asked(&format!("hero_image={image}&section[under]=city")).await, ["Two"]);
    assert_eq!(asked("translation_of=one").await, ["Eins"]);
    assert_eq!(asked("translation_of=eins").await, ["One"]);
    assert_eq!(asked(&format!("translation_of={hidden}")).await, [""; 0], "a draft tells nothing of its translations");
    assert_eq!(asked("hero_image[exists]=false&limit=1").await, ["Offen"]);
    assert_eq!(world.anonymous().get("articles?hero_image[exists]=false&count=true").await.expect(200).number_at("/page/total"), 4);
    world.admin().delete(&format!("images/{image}?force=true")).await.expect(204);
    assert_eq!(world.anonymous().get("articles?hero_image[exists]=false&count=true").await.expect(200).number_at("/page/total"), 6);
    let desk = world.editor().get(&format!("articles?view=editor&sort=title&translation_of={}", ids[0])).await.expect(200);
    assert_eq!(desk.texts("title"), ["Eins", "Un"]);
});

api_test!(are_sorted_by_comments, async |world| {
    let mut ids = Vec::new();
    for (title, comments) in [("Quiet", 0), ("Loud", 2), ("Lively", 1), ("Calm", 0)] {
        let id = world.published(json!({"title": title})).await;
        for number in 0..comments {
            world.pass(60);
            world.comment(&id, &format!("Comment {number}")).await;
        }
        ids.push(id);
    }
    let titles = async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect(200).texts("title");
    assert_eq!(titles("sort=-comments,title").await, ["Loud", "Lively", "Calm", "Quiet"]);
    let first = world.anonymous().get("articles?sort=-comments&limit=1").await.expect(200);
    assert_eq!(first.texts("title"), ["Loud"]);
    let mut seen = Vec::new();
    let mut path = "articles?sort=-comments&limit=1".to_owned();
    loop {
        let page = world.anonymous().get(&path).await.expect(200);
        seen.extend(page.texts("title"));
        let Some(next) = page.at("/page/next").as_str() else { break };
        path = format!("articles?sort=-comments&limit=1&cursor={next}");
    }
    assert_eq!(seen, ["Loud", "Lively", "Calm", "Quiet"]);
    // Comments on an article can change pages of the list that it was not on.
    for number in 0..3 {
        world.pass(60);
        let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": format!("Late {number}")});
        let id = world.anonymous().post(&format!("articles/{}/comments", ids[0]), body).await.expect(202).id();
        world.client(Role::Moderator).patch(&format!("comments/{id}"), json!({"status": "approved"})).await.expect(200);
    }
    assert_eq!(titles("sort=-comments&limit=1").await, ["Quiet"]);
});

api_test!(the_desk_finds_its_own_changed_and_planned, async |world| {
    let mine = world.draft_by(Role::Author, "Mine").await;
    let theirs = world.published_by(Role::Editor, "Theirs").await;
    let author = world.author();
    assert_eq!(author.get("articles?created_by=me").await.expect(200).texts("id"), std::slice::from_ref(&mine));
    assert_eq!(world.editor().get("articles?created_by=me").await.expect(200).texts("id"), std::slice::from_ref(&theirs));
    assert_eq!(world.editor().get("articles?created_by[ne]=me").await.expect(200).texts("id"), std::slice::from_ref(&mine));
    author.get("articles?created_by=you").await.expect_problem(400, "malformed_query");
    world.anonymous().get("articles?created_by=me").await.expect_problem(401, "unauthenticated");

    let changed = async |asked: bool| {
        world.editor().get(&format!("articles?has_unpublished_changes={asked}&sort=title")).await.expect(200).texts("title")
    };
    assert_eq!(changed(true).await, [""; 0]);
    world.editor().patch(&format!("articles/{theirs}"), json!({"dek": "New."})).await.expect(200);
    assert_eq!((changed(true).await, changed(false).await), (vec!["Theirs".to_owned()], vec!["Mine".to_owned()]));
    world.anonymous().get("articles?has_unpublished_changes=true").await.expect_problem(401, "unauthenticated");

    for (title, at) in [("Later", "2026-05-02T00:00:00Z"), ("Soon", "2026-05-01T00:00:00Z")] {
        let id = world.draft_by(Role::Editor, title).await;
        world.editor().put(&format!("articles/{id}/publication"), json!({"at": at})).await.expect(200);
    }
    let editor = world.editor();
    assert_eq!(editor.get("articles?scheduled_at[exists]=true&sort=scheduled_at").await.expect(200).texts("title"), ["Soon", "Later"]);
    assert_eq!(editor.get("articles?scheduled_at[exists]=true&sort=-scheduled_at").await.expect(200).texts("title"), ["Later", "Soon"]);
    let (mut seen, mut path) = (Vec::new(), "articles?view=editor&sort=scheduled_at,title&limit=1".to_owned());
    loop {
        let page = editor.get(&path).await.expect(200);
        seen.extend(page.texts("title"));
        let Some(next) = page.at("/page/next").as_str() else { break };
        path = format!("articles?view=editor&sort=scheduled_at,title&limit=1&cursor={next}");
    }
    assert_eq!(seen, ["Soon", "Later", "Mine", "Theirs"]);
    world.anonymous().get("articles?sort=scheduled_at").await.expect_problem(400, "malformed_query");
});

api_test!(what_only_working_copies_have_asks_for_them, async |world| {
    world.published_by(Role::Editor, "Public").await;
    let draft = world.draft_by(Role::Author, "Draft").await;
    for query in ["status=draft", "status[in]=draft,trashed", "created_at[gt]=2026-01-01T00:00:00Z", "trashed=true", "in_review=true"] {
        world.anonymous().get(&format!("articles?{query}")).await.expect_problem(401, "unauthenticated");
        world.moderator().get(&format!("articles?{query}")).await.expect_problem(403, "forbidden");
    }
    let list = world.editor().get("articles?status=draft").await.expect(200);
    assert_eq!((list.texts("id"), list.header("cache-control")), (vec![draft], Some("private, no-store")));
    assert_eq!(world.contributor().get("articles?status=draft").await.expect(200).texts("id"), [""; 0]);
});

api_test!(pages_are_in_lists_that_ask_for_them, async |world| {
    front_page(world).await;
    let titles = async |query: &str| world.anonymous().get(&format!("articles?{query}")).await.expect(200).texts("title");
    assert_eq!(titles("tag=trams").await, ["Beta", "Alpha"]);
    assert_eq!(titles("kind=page").await, ["About us"]);
    assert_eq!(titles("kind[in]=page,article&tag=trams").await, ["About us", "Beta", "Alpha"]);
    let counted = world.anonymous().get("articles?count=true").await.expect(200);
    assert_eq!(counted.number_at("/page/total"), 3);
    world.anonymous().get("articles/about-us").await.expect(200);
});

api_test!(lists_show_what_is_asked_for, async |world| {
    front_page(world).await;
    let reader = world.anonymous();
    let cards = reader.get("articles?section=city").await.expect(200);
    assert!(cards.at("/data/0").get("body").is_none());
    let whole = reader.get("articles?section=city&include=body").await.expect(200);
    assert_eq!(whole.at("/data/0"), reader.get("articles/beta").await.json());
    let sparse = reader.get("articles?section=city&fields=slug,title").await.expect(200);
    assert_eq!(sparse.at("/data"), &json!([{"slug": "beta", "title": "Beta"}, {"slug": "alpha", "title": "Alpha"}]));
    let bodies = reader.get("articles?fields=id,body.html&section=city").await.expect(200);
    assert!(bodies.at("/data/0/body/html").is_string());
    assert_eq!(bodies.at("/data/0/body").as_object().map(serde_json::Map::len), Some(1));
    for refused in ["fields=markdown", "fields=version", "include=markdown"] {
        reader.get(&format!("articles?{refused}")).await.expect_problem(400, "malformed_query");
    }
});

api_test!(the_desk_lists_working_copies, async |world| {
    let (draft, published) = (world.draft_by(Role::Author, "Draft").await, world.published_by(Role::Author, "Published").await);
    let trashed = world.draft_by(Role::Editor, "Trashed").await;
    world.editor().delete(&format!("articles/{trashed}")).await.expect(204);
    world.pass(1);
    world.editor().patch(&format!("articles/{published}"), json!({"title": "Rewritten"})).await.expect(200);
    let titles = async |role: Role, query: &str| {
        let list = world.client(role).get(&format!("articles?view=editor{query}")).await.expect(200);
        assert_eq!(list.required_header("cache-control"), "private, no-store");
        list.texts("title")
    };
    assert_eq!(titles(Role::Editor, "").await, ["Rewritten", "Draft"]);
    assert_eq!(titles(Role::Author, "&sort=title").await, ["Draft", "Rewritten"]);
    assert_eq!(titles(Role::Contributor, "").await, [""; 0]);
    assert_eq!(titles(Role::Editor, "&status=draft").await, ["Draft"]);
    assert_eq!(titles(Role::Editor, "&status=published").await, ["Rewritten"]);
    assert_eq!(titles(Role::Editor, "&status[in]=trashed,draft&sort=title").await, ["Draft", "Trashed"]);
    assert_eq!(titles(Role::Author, "&status=trashed").await, [""; 0]);
    let maker = world.author().get("auth/me").await.id();
    assert_eq!(titles(Role::Editor, &format!("&created_by={maker}&sort=created_at")).await.len(), 2);
    let list = world.editor().get(&format!("articles?view=editor&id={draft}")).await.expect(200);
    assert_eq!((list.at("/data/0/status"), list.at("/data/0/version")), (&json!("draft"), &json!(1)));
    world.anonymous().get("articles?view=editor").await.expect_problem(401, "unauthenticated");
    world.moderator().get("articles?view=editor").await.expect_problem(403, "forbidden");
});

api_test!(a_date_alone_is_a_day_of_the_sites_calendar, async |world| {
    for (title, at) in [("First", "2026-03-13T12:00:00Z"), ("Second", "2026-03-13T20:00:00Z")] {
        let id = world.draft_by(Role::Editor, title).await;
        world.editor().put(&format!("articles/{id}/publication"), json!({"at": at})).await.expect(200);
    }
    let titles = async |query: &str| world.anonymous().get(&format!("articles?sort=published_at&{query}")).await.expect(200).texts("title");
    let (both, none) = (["First", "Second"], [""; 0]);
    assert_eq!(titles("published_at=2026-03-13").await, both);
    assert_eq!(titles("published_at[gte]=2026-03-13").await, both);
    assert_eq!(titles("published_at[gt]=2026-03-13").await, none);
    assert_eq!(titles("published_at[lte]=2026-03-13").await, both);
    assert_eq!(titles("published_at[lt]=2026-03-13").await, none);
    // In Tokyo, nine hours later, the second article is of the next day, in cached responses, too.
    world.admin().patch("site", json!({"timezone": "Asia/Tokyo"})).await.expect(200);
    assert_eq!(titles("published_at=2026-03-13").await, ["First"]);
    assert_eq!(titles("published_at[gte]=2026-03-14").await, ["Second"]);
    assert_eq!(titles("published_at[gt]=2026-03-13").await, ["Second"]);
    assert_eq!(titles("published_at[lte]=2026-03-13").await, ["First"]);
    assert_eq!(titles("published_at[lt]=2026-03-14&count=true").await, ["First"]);
    assert_eq!(titles("published_at[gte]=2026-03-12&published_at[lt]=2026-03-13").await, none);
    world.admin().patch("site", json!({"timezone": "America/Los_Angeles"})).await.expect(200);
    assert_eq!(titles("published_at[gt]=2026-03-13").await, none);
    assert_eq!(titles("published_at[lte]=2026-03-13").await, both);
    // A cursor continues with the same days.
    let first = world.anonymous().get("articles?sort=published_at&limit=1&published_at=2026-03-13").await.expect(200);
    let next = format!("articles?sort=published_at&limit=1&published_at=2026-03-13&cursor={}", first.text_at("/page/next"));
    assert_eq!(world.anonymous().get(&next).await.expect(200).texts("title"), ["Second"]);
    for query in ["published_at=2026-02-30", "published_at[gte]=2026-3-1", "published_at=2026-03", "title[exists]=2026-03-01"] {
        world.anonymous().get(&format!("articles?{query}")).await.expect_problem(400, "malformed_query");
    }
    // The same holds for editors and for other lists.
    assert_eq!(world.editor().get("articles?view=editor&created_at[lt]=2026-03-14").await.expect(200).texts("title"), none);
    assert_eq!(world.editor().get("articles?view=editor&sort=title&created_at=2026-03-14").await.expect(200).texts("title"), both);
    assert_eq!(world.admin().get("audit?at[gt]=2026-03-14&count=true").await.expect(200).number_at("/page/total"), 0);
});
