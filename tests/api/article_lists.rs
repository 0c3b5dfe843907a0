//! Lists of articles: for readers, and for the desk.

use serde_json::json;

use crate::support::{Role, World, api_test};

/// Three articles, a second apart, and a page.
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
    reader.get("articles?fields=body").await.expect(400).expect_faults(&[("fields", "unknown_name")]);
    let bodies = reader.get("articles?include=body&fields=body,id&section=city").await.expect(200);
    assert!(bodies.at("/data/0/body/html").is_string());
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
