//! Previews: unpublished content in the public view, only for people with a token.

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Role, World, api_test};

/// Creates a draft of the editor and a preview of it.
async fn previewed(world: &World) -> (String, Answer) {
    let id = world.draft_by(Role::Editor, "Not yet").await;
    let preview = world.editor().post(&format!("articles/{id}/previews"), json!({})).await.expect(201);
    (id, preview)
}

async fn opened(world: &World, article: &str, token: &str) -> Answer {
    world.anonymous().get(&format!("articles/{article}?preview={token}")).await
}

fn titles_of(cards: &Value) -> Vec<&str> {
    cards.as_array().unwrap().iter().map(|card| card["title"].as_str().unwrap()).collect()
}

api_test!(a_token_opens_the_working_copy_in_the_public_shape, async |world| {
    let (section, tag, author) = (world.section("City").await, world.tag("Trams").await, world.author_named("Mara Quay").await);
    let own = world.author().get("auth/me").await.expect(200).text_at("/author_id");
    let draft = json!({"title": "Tram line 9", "section": section, "tags": [tag], "authors": [author, own], "body": {"markdown": "Some **text**."}});
    let id = world.draft_of(Role::Author, draft).await;
    let preview = world.author().post(&format!("articles/{id}/previews"), json!({"expires_in": 600})).await.expect(201);
    let token = preview.text_at("/token");
    assert!(token.len() >= 43);
    assert_eq!(preview.text_at("/url"), format!("https://news.example/tram-line-9?preview={token}"));
    assert_eq!((preview.text_at("/article_id"), preview.text_at("/expires_at")), (id.clone(), "2026-03-14T09:36:53.589Z".to_owned()));
    let shown = opened(world, &id, &token).await.expect(200);
    assert_eq!(
        (shown.text_at("/title"), shown.text_at("/body/html")),
        ("Tram line 9".into(), "<p>Some <strong>text</strong>.</p>\n".into())
    );
    assert_eq!(
        (shown.text_at("/authors/0/name"), shown.text_at("/section/name"), shown.text_at("/tags/0/name")),
        ("Mara Quay".into(), "City".into(), "Trams".into())
    );
    assert_eq!((shown.text_at("/excerpt"), shown.text_at("/seo/title")), ("Some text.".into(), "Tram line 9".into()));
    for private in ["status", "version", "created_by", "review"] {
        assert_eq!(shown.json().get(private), None, "{private} is the desk's");
    }
    assert!(shown.json().pointer("/body/markdown").is_none());
    assert_eq!((shown.header("cache-control"), shown.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")));
    // The preview equals the published article, except for times.
    world.publish(&id).await;
    let public = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
    for member in ["title", "slug", "url", "excerpt", "body", "authors", "section", "tags", "seo", "share", "published_at", "custom"] {
        assert_eq!(public.json()[member], shown.json()[member], "{member}");
    }
    // Later saves appear in the preview; the published version does not change.
    world.author().patch(&format!("articles/{id}"), json!({"title": "Tram line 10"})).await.expect(200);
    assert_eq!(opened(world, "tram-line-9", &token).await.expect(200).text_at("/title"), "Tram line 10");
    assert_eq!(world.anonymous().get(&format!("articles/{id}")).await.text_at("/title"), "Tram line 9");
});

api_test!(what_opens_nothing_is_answered_like_an_unknown_article, async |world| {
    let (id, preview) = previewed(world).await;
    let token = preview.text_at("/token");
    let other = world.draft_by(Role::Editor, "Another").await;
    let public = world.published_by(Role::Editor, "Public").await;
    let unknown = opened(world, "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42", &token).await.expect_problem(404, "not_found");
    let same = |answer: Answer| {
        let without = |answer: &Answer| {
            let mut body = answer.json().clone();
            body.as_object_mut().map(|members| (members.remove("instance"), members.remove("request_id")));
            body
        };
        assert_eq!((answer.status, without(&answer)), (404, without(&unknown)), "{answer}");
    };
    same(opened(world, &other, &token).await);
    same(opened(world, &public, &token).await);
    same(opened(world, &id, "wrong").await);
    same(opened(world, &public, "wrong").await);
    same(opened(world, &id, "").await);
    same(opened(world, &id, &preview.id()).await);
    same(world.anonymous().get(&format!("articles?preview={token}")).await);
    world.anonymous().get(&format!("articles/{id}?preview={token}&view=editor")).await.expect_problem(400, "malformed_query");
    opened(world, &id, &token).await.expect(200);
    world.pass(3600);
    same(opened(world, &id, &token).await);
});

api_test!(a_preview_can_be_revoked, async |world| {
    let (id, preview) = previewed(world).await;
    let path = format!("articles/{id}/previews");
    let own = format!("{path}/{}", preview.id());
    let list = world.admin().get(&path).await.expect(200);
    assert_eq!(list.texts("id"), [preview.id()]);
    assert!(!list.text().contains(&preview.text_at("/token")), "a token is shown once");
    world.editor().get(&own).await.expect(200);
    let other = world.draft_by(Role::Editor, "Another").await;
    world.editor().get(&format!("articles/{other}/previews/{}", preview.id())).await.expect(404);
    world.editor().delete(&format!("articles/{other}/previews/{}", preview.id())).await.expect(204);
    world.editor().delete(&format!("previews/{}", preview.id())).await.expect(204);
    opened(world, &id, &preview.text_at("/token")).await.expect(200);
    world.editor().delete(&own).await.expect(204);
    world.editor().delete(&own).await.expect(204);
    opened(world, &id, &preview.text_at("/token")).await.expect(404);
    assert!(world.editor().get(&path).await.expect(200).texts("id").is_empty());
    let told = world.admin().get(&format!("audit?subject_id={id}&kind[starts_with]=preview.")).await.expect(200);
    assert_eq!(told.texts("kind"), ["preview.revoked", "preview.created"]);
    assert!(!told.text().contains(&preview.text_at("/token")));
});

api_test!(a_preview_lives_no_longer_than_the_right_to_read, async |world| {
    let user = json!({"email": "new@private.example", "name": "New", "role": "editor", "password": PASSWORD});
    let user = world.admin().post("users", user).await.expect(201).id();
    let login = world.anonymous().post("auth/login", json!({"email": "new@private.example", "password": PASSWORD})).await.expect(200);
    let maker = world.anonymous().bearer(&login.text_at("/access_token"));
    let id = world.draft_by(Role::Editor, "Not yet").await;
    let token = maker.post(&format!("articles/{id}/previews"), json!({})).await.expect(201).text_at("/token");
    let site = maker.post("previews", json!({})).await.expect(201).text_at("/token");
    let both = async |status: u16| {
        for token in [&token, &site] {
            opened(world, &id, token).await.expect(status);
        }
        world.anonymous().get(&format!("articles?preview={site}")).await.expect(status);
    };
    both(200).await;
    // In the trash, only editors can read it.
    world.editor().delete(&format!("articles/{id}")).await.expect(204);
    opened(world, &id, &token).await.expect(404);
    world.editor().post(&format!("articles/{id}/restore"), json!({})).await.expect(200);
    for demotion in [json!({"suspended": true}), json!({"role": "moderator"}), json!({"role": "contributor"})] {
        world.admin().patch(&format!("users/{user}"), demotion).await.expect(200);
        both(404).await;
        world.admin().patch(&format!("users/{user}"), json!({"role": "editor", "suspended": false})).await.expect(200);
        both(200).await;
    }
    world.admin().delete(&format!("users/{user}")).await.expect(204);
    both(404).await;
    let token = world.editor().post(&format!("articles/{id}/previews"), json!({})).await.expect(201).text_at("/token");
    world.admin().delete(&format!("articles/{id}?permanent=true")).await.expect(204);
    opened(world, &id, &token).await.expect(404);
});

api_test!(how_long_a_preview_works_is_bounded, async |world| {
    let id = world.draft_by(Role::Editor, "Not yet").await;
    for (body, faults) in [
        (json!({"expires_in": 59}), [("/expires_in", "out_of_range")]),
        (json!({"expires_in": 2_592_001}), [("/expires_in", "out_of_range")]),
        (json!({"expires_in": "long"}), [("/expires_in", "wrong_type")]),
        (json!({"expires_in": 60.5}), [("/expires_in", "wrong_type")]),
        (json!({"token": "mine"}), [("/token", "unknown_member")]),
    ] {
        world.editor().post(&format!("articles/{id}/previews"), body.clone()).await.expect(422).expect_faults(&faults);
        world.editor().post("previews", body).await.expect(422).expect_faults(&faults);
    }
    for _ in 0..100 {
        world.editor().post(&format!("articles/{id}/previews"), json!({"expires_in": 60})).await.expect(201);
    }
    world.editor().post(&format!("articles/{id}/previews"), json!({})).await.expect_problem(409, "conflict");
    world.pass(60);
    world.editor().post(&format!("articles/{id}/previews"), json!({})).await.expect(201);
});

api_test!(a_token_of_the_site_opens_all_working_copies, async |world| {
    let public = world.published_by(Role::Editor, "Was public").await;
    world.editor().patch(&format!("articles/{public}"), json!({"title": "Is being changed"})).await.expect(200);
    world.pass(60);
    let draft = world.draft_by(Role::Contributor, "Not yet").await;
    let trashed = world.draft_by(Role::Editor, "Thrown away").await;
    world.editor().delete(&format!("articles/{trashed}")).await.expect(204);
    let page = world.draft_of(Role::Editor, json!({"title": "About", "kind": "page"})).await;
    let made = world.editor().post("previews", json!({})).await.expect(201);
    let token = made.text_at("/token");
    assert_eq!((made.text_at("/url"), made.at("/article_id")), (format!("https://news.example/?preview={token}"), &Value::Null));
    for (id, title) in [(&public, "Is being changed"), (&draft, "Not yet"), (&page, "About")] {
        assert_eq!(opened(world, id, &token).await.expect(200).text_at("/title"), title);
    }
    opened(world, &trashed, &token).await.expect(404);
    let list = async |query: &str| world.anonymous().get(&format!("articles?preview={token}{query}")).await.expect(200);
    let whole = list("&count=true").await;
    assert_eq!((whole.texts("title"), whole.number_at("/page/total")), (vec!["Not yet".into(), "Is being changed".into()], 2));
    assert_eq!((whole.header("cache-control"), whole.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")));
    assert!(whole.json().pointer("/data/0/body").is_none() && whole.json().pointer("/data/0/status").is_none());
    assert_eq!(list("&include=body&title=not%20yet").await.text_at("/data/0/body/html"), "<p>Some text.</p>\n");
    assert_eq!(list("&kind=page&fields=id").await.texts("id"), [page]);
    let first = list("&limit=1").await;
    let next = list(&format!("&limit=1&cursor={}", first.text_at("/page/next"))).await;
    assert_eq!(next.texts("id").as_slice(), std::slice::from_ref(&public));
    assert!(first.required_header("link").contains(&format!("preview={token}")));
    world.anonymous().get(&format!("articles?preview={token}&status=draft")).await.expect_problem(400, "malformed_query");
    // Without a token, nothing of this is visible, before or after.
    let public_list = world.anonymous().get("articles").await.expect(200);
    assert_eq!(public_list.texts("title"), ["Was public"]);
});

api_test!(a_token_as_of_a_time_shows_what_readers_will_see_then, async |world| {
    let editor = world.editor();
    let ends = world.published_by(Role::Editor, "Ends").await;
    let changes = world.published_by(Role::Editor, "Changes").await;
    let comes = world.draft_by(Role::Editor, "Comes").await;
    let never = world.draft_by(Role::Editor, "Never planned").await;
    editor.put(&format!("articles/{ends}/publication"), json!({"until": "2026-03-14T12:00:00Z"})).await.expect(200);
    editor
        .put(&format!("articles/{comes}/publication"), json!({"at": "2026-03-14T11:00:00Z", "until": "2026-03-14T13:00:00Z"}))
        .await
        .expect(200);
    editor.patch(&format!("articles/{changes}"), json!({"title": "Changed", "slug": "changed"})).await.expect(200);
    editor.put(&format!("articles/{changes}/publication"), json!({"at": "2026-03-14T10:00:00Z"})).await.expect(200);
    editor.patch(&format!("articles/{changes}"), json!({"title": "Changed after it was planned"})).await.expect(200);
    let at = async |time: &str| editor.post("previews", json!({"at": time})).await.expect(201).text_at("/token");
    let (morning, noon, night) = (at("2026-03-14T10:30:00Z").await, at("2026-03-14T12:30:00Z").await, at("2026-03-15T00:00:00Z").await);
    let before = world.database.dump();
    let public = world.anonymous().get("articles").await.expect(200);
    let titles = async |token: &str| {
        let list = world.anonymous().get(&format!("articles?preview={token}&sort=title&count=true")).await.expect(200);
        assert_eq!(list.number_at("/page/total"), i64::try_from(list.texts("title").len()).unwrap());
        list.texts("title")
    };
    assert_eq!(titles(&morning).await, ["Changed", "Ends"]);
    assert_eq!(titles(&noon).await, ["Changed", "Comes"]);
    assert_eq!(titles(&night).await, ["Changed"]);
    assert_eq!(opened(world, "changes", &morning).await.expect(200).text_at("/slug"), "changed");
    assert_eq!(opened(world, &comes, &noon).await.expect(200).text_at("/published_at"), "2026-03-14T11:00:00.000Z");
    opened(world, &comes, &morning).await.expect_problem(404, "not_found");
    opened(world, &ends, &noon).await.expect_problem(410, "gone");
    opened(world, &never, &night).await.expect_problem(404, "not_found");
    // A preview changes nothing and is not cached for others.
    assert_eq!(world.database.dump(), before);
    assert_eq!(world.anonymous().get("articles").await.expect(200).body, public.body);
    editor.post("previews", json!({"at": "2026-03-14T09:00:00Z"})).await.expect(422).expect_faults(&[("/at", "in_the_past")]);
});

api_test!(a_token_opens_the_whole_page_of_its_article, async |world| {
    let section = world.section("City").await;
    world.published(json!({"title": "Neighbour", "section": section})).await;
    world.pass(60);
    let id = world.draft_of(Role::Editor, json!({"title": "Not yet", "section": section})).await;
    let token = world.editor().post(&format!("articles/{id}/previews"), json!({})).await.expect(201).text_at("/token");
    let before = world.database.dump();
    let page = world.anonymous().get(&format!("pages/article/not-yet?preview={token}")).await.expect(200);
    assert_eq!(page.text_at("/article/title"), "Not yet");
    assert_eq!((page.text_at("/previous/title"), page.text_at("/site/name")), ("Neighbour".into(), "Masthead".into()));
    assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")));
    // The token works only for this page, and the preview changes nothing.
    for path in ["pages/article/neighbour", "pages/home", "pages/section/city"] {
        world.anonymous().get(&format!("{path}?preview={token}")).await.expect_problem(404, "not_found");
    }
    world.anonymous().get("pages/article/not-yet").await.expect_problem(404, "not_found");
    world.anonymous().get("pages/article/not-yet?preview=x").await.expect_problem(404, "not_found");
    assert_eq!(world.database.dump(), before);
    // The preview of the page equals the published page.
    world.publish(&id).await;
    let public = world.anonymous().get("pages/article/not-yet").await.expect(200);
    for member in ["site", "authors", "previous", "next", "related", "comments", "ads", "trending"] {
        assert_eq!(public.json()[member], page.json()[member], "{member}");
    }
    // The changes of a public article are shown on its own page, under its current and its future slug.
    world.editor().patch(&format!("articles/{id}"), json!({"title": "Now", "slug": "now"})).await.expect(200);
    for name in [id.as_str(), "now"] {
        let page = world.anonymous().get(&format!("pages/article/{name}?preview={token}")).await.expect(200);
        assert_eq!((page.text_at("/article/title"), page.text_at("/article/slug")), ("Now".into(), "now".into()));
    }
    let site = world.editor().post("previews", json!({})).await.expect(201).text_at("/token");
    let page = world.anonymous().get(&format!("pages/article/{id}?preview={site}")).await.expect(200);
    assert_eq!(page.text_at("/article/title"), "Now");
    world.anonymous().get(&format!("pages/home?preview={site}")).await.expect_problem(404, "not_found");
    assert_eq!(world.anonymous().get("pages/article/not-yet").await.expect(200).body, public.body);
});

api_test!(a_token_as_of_a_time_opens_whole_pages, async |world| {
    let editor = world.editor();
    let section = world.section("City").await;
    let tag = world.tag("Trams").await;
    let comes = world.draft_of(Role::Editor, json!({"title": "Comes", "section": section, "tags": [tag]})).await;
    let never = world.draft_of(Role::Editor, json!({"title": "Never planned", "section": section, "tags": [tag]})).await;
    editor.post("collections", json!({"key": "front-page", "title": "Front page", "items": [comes, never]})).await.expect(201);
    editor.put(&format!("articles/{comes}/publication"), json!({"at": "2026-03-14T11:00:00Z"})).await.expect(200);
    // Ads are selected as of that time, too.
    world.admin().post("ads/placements", json!({"key": "top", "label": "Ad"})).await.expect(201);
    let creative = json!({"placement": "top", "kind": "html", "html": "<b>Buy</b>", "starts_at": "2026-03-14T10:30:00Z"});
    world.admin().post("ads/creatives", creative).await.expect(201);
    let token = editor.post("previews", json!({"at": "2026-03-14T12:00:00Z"})).await.expect(201).text_at("/token");
    let before = world.database.dump();
    let open = async |path: &str| world.anonymous().get(&format!("{path}?preview={token}")).await.expect(200);
    let home = open("pages/home").await;
    assert_eq!((titles_of(home.at("/newest/data")), titles_of(home.at("/collections/0/items"))), (vec!["Comes"], vec!["Comes"]));
    assert_eq!((home.text_at("/ads/top/0/html"), home.number_at("/sections/0/article_count")), ("<b>Buy</b>".into(), 1));
    for path in ["pages/section/city", "pages/tag/trams"] {
        assert_eq!(titles_of(open(path).await.at("/articles/data")), ["Comes"], "{path}");
    }
    let page = open("pages/article/comes").await;
    assert_eq!(
        (page.text_at("/article/title"), page.text_at("/article/published_at")),
        ("Comes".into(), "2026-03-14T11:00:00.000Z".into())
    );
    assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")));
    world.anonymous().get(&format!("pages/article/{never}?preview={token}")).await.expect_problem(404, "not_found");
    assert_eq!(world.database.dump(), before);
    let home = world.anonymous().get("pages/home").await.expect(200);
    assert_eq!((home.at("/newest/data"), home.at("/ads/top")), (&json!([]), &json!([])));
});
