//! Publishing: what readers get of articles, and until when.

use actix_web::http::Method;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Node, Role, World, api_test};

/// An id that no resource has.
const NOTHING: &str = "0190a0b0-0000-7000-8000-000000000000";

impl Node {
    /// Restores an article from the trash.
    async fn restore(&self, id: &str) -> Answer {
        self.editor().send(Method::POST, &format!("articles/{id}/restore"), None).await
    }
}

/// Returns a problem document without the members that identify the request.
fn anonymised(answer: &Answer) -> Map<String, Value> {
    let mut problem = answer.json().as_object().unwrap().clone();
    assert!(problem.remove("instance").is_some() && problem.remove("request_id").is_some());
    problem
}

fn names_of_headers(answer: &Answer) -> Vec<(String, String)> {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    headers
}

api_test!(drafts_cannot_be_told_from_nothing, async |world| {
    let draft = world.draft_by(Role::Author, "Secret plans").await;
    let trashed = world.draft_by(Role::Author, "Thrown away").await;
    world.editor().delete(&format!("articles/{trashed}")).await.expect(204);
    let nothing = world.anonymous().get(&format!("articles/{NOTHING}")).await.expect_problem(404, "not_found");
    for path in [draft.as_str(), &trashed] {
        let hidden = world.anonymous().get(&format!("articles/{path}")).await.expect_problem(404, "not_found");
        assert_eq!((anonymised(&hidden), names_of_headers(&hidden)), (anonymised(&nothing), names_of_headers(&nothing)));
        let comments = world.anonymous().get(&format!("articles/{path}/comments")).await.expect_problem(404, "not_found");
        let unknown = world.anonymous().get(&format!("articles/{NOTHING}/comments")).await.expect_problem(404, "not_found");
        assert_eq!(anonymised(&comments), anonymised(&unknown));
        assert_eq!(world.anonymous().head(&format!("articles/{path}")).await.status, 404);
        let body = json!({"author_name": "Guest", "author_email": "guest@private.example", "body": "First!"});
        world.anonymous().post(&format!("articles/{path}/comments"), body).await.expect_problem(404, "not_found");
    }
    let by_slug = world.anonymous().get("articles/secret-plans").await.expect_problem(404, "not_found");
    let unknown = world.anonymous().get("articles/secret-plane").await.expect_problem(404, "not_found");
    assert_eq!((anonymised(&by_slug), names_of_headers(&by_slug)), (anonymised(&unknown), names_of_headers(&unknown)));
    // A token does not change the public response.
    world.author().get(&format!("articles/{draft}")).await.expect_problem(404, "not_found");
});

api_test!(are_published_and_withdrawn, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    let (author, path) = (world.author(), format!("articles/{id}/publication"));
    let published = author.put(&path, json!({})).await.expect(200);
    assert_eq!((published.text_at("/status"), published.text_at("/published_at")), ("published".into(), "2026-03-14T09:26:53.589Z".into()));
    let public = world.anonymous().get("articles/trams").await.expect(200);
    assert_eq!(public.body, world.anonymous().get(&format!("articles/{id}")).await.expect(200).body);
    assert_eq!(public.text_at("/url"), "https://news.example/trams");
    for member in ["status", "version", "created_by", "translation_of", "comments_open", "has_unpublished_changes"] {
        assert!(public.json().get(member).is_none(), "readers see {member}");
    }
    assert!(public.at("/body").get("markdown").is_none());
    // Publishing again changes nothing.
    world.pass(60);
    assert_eq!(author.put(&path, json!({})).await.expect(200).json(), published.json());

    author.delete(&path).await.expect(204);
    author.delete(&path).await.expect(204);
    for name in [id.as_str(), "trams"] {
        world.anonymous().get(&format!("articles/{name}")).await.expect_problem(410, "gone");
    }
    assert_eq!(world.working_copy(&id).await.text_at("/status"), "draft");
    let again = author.put(&path, json!({})).await.expect(200);
    assert_eq!(again.at("/published_at"), published.at("/published_at"));
    world.anonymous().get("articles/trams").await.expect(200);
});

api_test!(corrections_are_shown, async |world| {
    let id = world.published_by(Role::Author, "Trams").await;
    let path = format!("articles/{id}/publication");
    world.pass(60);
    world.author().put(&path, json!({"correction": "The year was wrong."})).await.expect(200);
    let public = world.anonymous().get("articles/trams").await.expect(200);
    assert_eq!(public.at("/corrections"), &json!([{"at": "2026-03-14T09:27:53.589Z", "note": "The year was wrong."}]));
    world.author().put(&path, json!({"corection": "x"})).await.expect(422).expect_faults(&[("/corection", "unknown_member")]);
});

api_test!(readers_see_nothing_of_a_save, async |world| {
    let id = world.published_by(Role::Editor, "Trams").await;
    let (editor, reader) = (world.editor(), world.anonymous());
    let before = reader.get("articles/trams").await.expect(200);
    world.pass(60);
    let rewrite = json!({"title": "Buses", "slug": "buses", "tags": ["Buses"], "featured": true, "body": {"markdown": "Other."}});
    let saved = editor.patch(&format!("articles/{id}"), rewrite).await.expect(200);
    assert_eq!((saved.text_at("/status"), saved.at("/has_unpublished_changes")), ("published".to_owned(), &json!(true)));
    let after = reader.get("articles/trams").await.expect(200);
    assert_eq!((&before.body, before.headers.get("etag")), (&after.body, after.headers.get("etag")));
    let published = after;
    reader.get("articles/buses").await.expect_problem(404, "not_found");
    world.publish(&id).await;
    let now = reader.get("articles/buses").await.expect(200);
    assert_eq!((now.text_at("/title"), now.text_at("/body/html").trim()), ("Buses".to_owned(), "<p>Other.</p>"));
    assert_eq!(now.at("/published_at"), published.at("/published_at"));
    assert_ne!(now.at("/updated_at"), published.at("/updated_at"));
    assert_eq!(world.working_copy(&id).await.at("/has_unpublished_changes"), &json!(false));
});

api_test!(are_saved_and_published_in_one_step, async |world| {
    let author = world.author();
    let made = author.post("articles?publish=true", json!({"title": "Trams"})).await.expect(201);
    assert_eq!(made.text_at("/status"), "published");
    let path = format!("articles/{}?publish=true", made.id());
    author.patch(&path, json!({"title": "Trams, again"})).await.expect(200);
    assert_eq!(world.anonymous().get("articles/trams").await.text_at("/title"), "Trams, again");
    author.put(&path, json!({"title": "Buses", "slug": "trams"})).await.expect(200);
    assert_eq!(world.anonymous().get("articles/trams").await.text_at("/title"), "Buses");
    author.post("articles?publish=maybe", json!({"title": "Trams"})).await.expect_problem(400, "malformed_query");
});

api_test!(old_slugs_lead_to_the_new_one_for_ever, async |world| {
    let (editor, reader) = (world.editor(), world.anonymous());
    let id = world.published_by(Role::Editor, "One").await;
    for slug in ["two", "three"] {
        editor.patch(&format!("articles/{id}?publish=true"), json!({"slug": slug})).await.expect(200);
    }
    for old in ["one", "two"] {
        let moved = reader.get(&format!("articles/{old}")).await.expect(308);
        assert_eq!(moved.json(), &json!({"canonical_slug": "three"}));
        assert_eq!(moved.required_header("location"), "https://api.news.example/api/v1/articles/three");
        editor.post("articles", json!({"title": "Other", "slug": old})).await.expect_problem(409, "slug_taken");
        let other = editor.post("articles", json!({"title": old})).await.expect(201);
        assert_eq!(other.text_at("/slug"), format!("{old}-2"));
    }
    reader.get("articles/three").await.expect(200);
    // The article can have a former slug back; redirects form no loop then.
    editor.patch(&format!("articles/{id}?publish=true"), json!({"slug": "one"})).await.expect(200);
    reader.get("articles/one").await.expect(200);
    assert_eq!(reader.get("articles/three").await.expect(308).text_at("/canonical_slug"), "one");
    editor.delete(&format!("articles/{id}/publication")).await.expect(204);
    for old in ["one", "two", "three"] {
        reader.get(&format!("articles/{old}")).await.expect_problem(410, "gone");
    }
    editor.post("articles", json!({"title": "Other", "slug": "two"})).await.expect_problem(409, "slug_taken");
});

api_test!(slugs_of_drafts_are_taken_too, async |world| {
    world.draft_by(Role::Author, "Trams").await;
    let other = world.draft_by(Role::Author, "Buses").await;
    world.author().post("articles", json!({"title": "X", "slug": "trams"})).await.expect_problem(409, "slug_taken");
    world.author().patch(&format!("articles/{other}"), json!({"slug": "trams"})).await.expect_problem(409, "slug_taken");
    // A slug that was never public becomes free again.
    world.author().patch("articles/trams", json!({"slug": "trains"})).await.expect(200);
    world.author().patch(&format!("articles/{other}"), json!({"slug": "trams"})).await.expect(200);
});

api_test!(contributors_write_and_others_publish, async |world| {
    let contributor = world.contributor();
    let refused = contributor.post("articles?publish=true", json!({"title": "Trams", "tags": ["Trams"]})).await;
    refused.expect_problem(403, "forbidden");
    assert_eq!(contributor.get("articles?view=editor&count=true").await.number_at("/page/total"), 0);
    let id = contributor.post("articles", json!({"title": "Trams"})).await.expect(201).id();
    let path = format!("articles/{id}");
    contributor.patch(&path, json!({"dek": "New"})).await.expect(200);
    contributor.patch(&format!("{path}?publish=true"), json!({"dek": "Newer"})).await.expect_problem(403, "forbidden");
    contributor.put(&format!("{path}/publication"), json!({})).await.expect_problem(403, "forbidden");
    world.publish(&id).await;
    assert_eq!(contributor.get(&format!("{path}?view=editor")).await.expect(200).text_at("/dek"), "New");
    contributor.patch(&path, json!({"dek": "Newer"})).await.expect_problem(403, "forbidden");
    contributor.put(&path, json!({"title": "Newer"})).await.expect_problem(403, "forbidden");
    contributor.delete(&path).await.expect_problem(403, "forbidden");
    contributor.delete(&format!("{path}/publication")).await.expect_problem(403, "forbidden");
    world.anonymous().get("articles/trams").await.expect(200);
});

api_test!(go_to_the_trash_and_come_back, async |world| {
    let id = world.published_by(Role::Author, "Trams").await;
    let (author, path) = (world.author(), format!("articles/{id}"));
    let refused = world.restore(&id).await.expect_problem(409, "illegal_transition");
    assert!(refused.at("/legal").is_array());
    author.delete(&path).await.expect(204);
    author.delete(&path).await.expect(204);
    author.delete(&format!("articles/{NOTHING}")).await.expect(204);
    world.anonymous().get(&path).await.expect_problem(410, "gone");
    assert_eq!(world.working_copy(&id).await.text_at("/status"), "trashed");
    assert_eq!(author.get("articles?view=editor").await.texts("id"), [""; 0]);
    assert_eq!(author.get("articles?view=editor&status=trashed").await.texts("id"), [id.as_str()]);
    let refused = author.patch(&path, json!({"title": "Buses"})).await.expect_problem(409, "illegal_transition");
    assert_eq!(refused.at("/legal"), &json!(["restore"]));
    author.put(&format!("{path}/publication"), json!({})).await.expect_problem(409, "illegal_transition");
    author.delete(&format!("{path}/publication")).await.expect_problem(409, "illegal_transition");
    let back = world.restore(&id).await.expect(200);
    assert_eq!((back.text_at("/status"), back.text_at("/title")), ("draft".to_owned(), "Trams".to_owned()));
    world.anonymous().get(&path).await.expect_problem(410, "gone");
    world.publish(&id).await;
    world.anonymous().get("articles/trams").await.expect(200);
});

api_test!(are_erased_by_administrators_alone, async |world| {
    let id = world.published_by(Role::Author, "Trams").await;
    world.comment(&id, "First!").await;
    let path = format!("articles/{id}?permanent=true");
    for role in [Role::Contributor, Role::Author, Role::Editor] {
        world.client(role).delete(&path).await.expect_problem(403, "forbidden");
    }
    world.admin().with("if-match", "\"v1\"").delete(&path).await.expect_problem(412, "stale_version");
    world.admin().delete(&path).await.expect(204);
    world.admin().delete(&path).await.expect(204);
    world.admin().get(&format!("articles/{id}?view=editor")).await.expect_problem(404, "not_found");
    world.restore(&id).await.expect_problem(404, "not_found");
    let rest = world.database.dump();
    for table in ["articles", "publications", "revisions", "comments", "public_slugs"] {
        assert_eq!(rest.get(table).map(Vec::len), Some(0), "{table}");
    }
});

api_test!(translations_know_each_other, async |world| {
    let editor = world.editor();
    let english = world.published_by(Role::Editor, "Trams").await;
    let german = json!({"title": "Bahnen", "locale": "de", "translation_of": "trams"});
    let german = editor.post("articles", german).await.expect(201);
    assert_eq!(german.at("/translation_of"), &json!(english));
    let taken = json!({"title": "Bahnen", "locale": "de", "translation_of": german.id()});
    editor.post("articles", taken).await.expect_problem(409, "conflict");
    editor.patch(&format!("articles/{}", german.id()), json!({"locale": "en"})).await.expect_problem(409, "conflict");
    let french = editor.post("articles", json!({"title": "Trams", "locale": "fr", "translation_of": german.id()})).await.expect(201);
    assert_eq!(french.at("/translation_of"), &json!(english));
    let reader = world.anonymous();
    assert_eq!(reader.get("articles/trams").await.expect(200).at("/translations"), &json!([]));
    world.publish(&german.id()).await;
    let shown = reader.get("articles/trams").await.expect(200);
    assert_eq!(shown.at("/translations"), &json!([{"id": german.id(), "locale": "de", "slug": "bahnen"}]));
    let shown = reader.get("articles/bahnen").await.expect(200);
    assert_eq!(shown.at("/translations"), &json!([{"id": english, "locale": "en", "slug": "trams"}]));
});

api_test!(counts_follow_what_is_public, async |world| {
    let (city, sport) = (world.section("City").await, world.section("Sport").await);
    let (tag, author) = (world.tag("Trams").await, world.author_named("Mara Quay").await);
    let counts = async || {
        let mut counts = Vec::new();
        for path in ["sections/city", "sections/sport", "tags/trams", "authors/mara-quay"] {
            counts.push(world.anonymous().get(path).await.expect(200).number_at("/article_count"));
        }
        counts
    };
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "section": city, "tags": [tag], "authors": [author]})).await;
    let (editor, path) = (world.editor(), format!("articles/{id}"));
    assert_eq!(counts().await, [0, 0, 0, 0]);
    world.publish(&id).await;
    world.publish(&id).await;
    assert_eq!(counts().await, [1, 0, 1, 1]);
    editor.patch(&path, json!({"section": sport, "tags": []})).await.expect(200);
    assert_eq!(counts().await, [1, 0, 1, 1]);
    world.publish(&id).await;
    assert_eq!(counts().await, [0, 1, 0, 1]);
    editor.delete(&format!("{path}/publication")).await.expect(204);
    assert_eq!(counts().await, [0, 0, 0, 0]);
    world.publish(&id).await;
    editor.delete(&path).await.expect(204);
    assert_eq!(counts().await, [0, 0, 0, 0]);
    world.restore(&id).await.expect(200);
    world.publish(&id).await;
    assert_eq!(counts().await, [0, 1, 0, 1]);
    world.admin().delete(&format!("{path}?permanent=true")).await.expect(204);
    assert_eq!(counts().await, [0, 0, 0, 0]);
});
