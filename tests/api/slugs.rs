//! Slugs: current, former and reserved ones.

use actix_web::http::Method;
use serde_json::json;

use crate::support::{Answer, Role, World, api_test};

async fn read(world: &World, name: &str) -> Answer {
    world.anonymous().get(&format!("articles/{name}")).await
}

/// Checks that no article can have a slug.
async fn assert_reserved(world: &World, slug: &str) {
    world.editor().post("articles", json!({"title": "Thief", "slug": slug})).await.expect_problem(409, "slug_taken");
    let other = world.draft_by(Role::Editor, "Honest").await;
    world.editor().patch(&format!("articles/{other}"), json!({"slug": slug})).await.expect_problem(409, "slug_taken");
    let made = world.editor().post("articles", json!({"title": slug})).await.expect(201);
    assert_eq!(made.text_at("/slug"), format!("{slug}-2"));
}

api_test!(what_was_public_and_is_erased_is_gone_for_ever, async |world| {
    let id = world.published(json!({"title": "One"})).await;
    world.editor().patch(&format!("articles/{id}?publish=true"), json!({"slug": "two"})).await.expect(200);
    // A slug that was never public does not stay taken.
    world.editor().patch(&format!("articles/{id}"), json!({"slug": "three"})).await.expect(200);
    world.admin().delete(&format!("articles/{id}?permanent=true")).await.expect(204);
    for name in [id.as_str(), "one", "two", "TWO"] {
        read(world, name).await.expect_problem(410, "gone");
        world.anonymous().get(&format!("articles/{name}/comments")).await.expect_problem(410, "gone");
        world.admin().get(&format!("articles/{name}?view=editor")).await.expect_problem(404, "not_found");
        world.admin().patch(&format!("articles/{name}"), json!({})).await.expect_problem(404, "not_found");
    }
    read(world, "three").await.expect_problem(404, "not_found");
    for slug in ["one", "two"] {
        assert_reserved(world, slug).await;
    }
    world.editor().post("articles", json!({"title": "Free", "slug": "three"})).await.expect(201);
    // Nothing of its content is left.
    let rest = world.database.dump();
    assert_eq!(rest.get("tombstones").map(Vec::len), Some(3));
    assert_eq!(rest.get("revisions").map(|rows| rows.iter().filter(|row| format!("{row:?}").contains(&id)).count()), Some(0));
});

api_test!(an_erased_draft_was_never_there, async |world| {
    let id = world.draft_of(Role::Editor, json!({"title": "Draft", "slug": "secret-plan"})).await;
    world.admin().delete(&format!("articles/{id}?permanent=true")).await.expect(204);
    for name in [id.as_str(), "secret-plan"] {
        read(world, name).await.expect_problem(404, "not_found");
    }
    world.editor().post("articles", json!({"title": "Other", "slug": "secret-plan"})).await.expect(201);
    assert_eq!(world.database.dump().get("tombstones").map(Vec::len), Some(0));
});

api_test!(what_is_withdrawn_or_trashed_keeps_its_addresses, async |world| {
    for (step, slug) in [("unpublish", "first"), ("trash", "second"), ("trash and restore", "third")] {
        let id = world.published(json!({"title": step, "slug": slug})).await;
        let path = format!("articles/{id}");
        if step == "unpublish" {
            world.editor().delete(&format!("{path}/publication")).await.expect(204);
            // Even if the draft has another slug since.
            world.editor().patch(&path, json!({"slug": "first-renamed"})).await.expect(200);
        } else {
            world.editor().delete(&path).await.expect(204);
        }
        if step == "trash and restore" {
            world.editor().send(Method::POST, &format!("{path}/restore"), None).await.expect(200);
        }
        read(world, slug).await.expect_problem(410, "gone");
        assert_reserved(world, slug).await;
    }
});

api_test!(chains_of_renames_lead_to_the_end_in_one_hop, async |world| {
    let id = world.published(json!({"title": "Zero", "slug": "name-0"})).await;
    for number in 1..=5 {
        world.editor().patch(&format!("articles/{id}?publish=true"), json!({"slug": format!("name-{number}")})).await.expect(200);
    }
    for number in 0..5 {
        assert_eq!(read(world, &format!("name-{number}")).await.expect(308).text_at("/canonical_slug"), "name-5");
    }
    read(world, "name-5").await.expect(200);
});

api_test!(twins_are_one_slug, async |world| {
    let id = world.published(json!({"title": "Zürich baut"})).await;
    // The forms differ in case, and in composed, decomposed and full-width letters.
    for twin in ["zurich-baut", "ZURICH-Baut", "z%C3%BCrich-baut", "zu%CC%88rich-baut", "Z%C3%9CRICH-BAUT", "%EF%BD%9Aurich-baut"] {
        assert_eq!(read(world, twin).await.expect(200).id(), id, "{twin}");
        assert_eq!(world.editor().get(&format!("articles/{twin}?view=editor")).await.expect(200).id(), id, "{twin}");
    }
    read(world, "%E6%9D%B1").await.expect_problem(404, "not_found");
    for twin in ["Zurich-Baut", "zürich-baut", "zu\u{308}rich-baut"] {
        let refused = world.editor().post("articles", json!({"title": "Thief", "slug": twin})).await.expect(422);
        refused.expect_faults(&[("/slug", "invalid_format")]);
    }
    for title in ["Zurich Baut", "ZU\u{308}RICH BAUT"] {
        let made = world.editor().post("articles", json!({"title": title})).await.expect(201);
        assert!(made.text_at("/slug").starts_with("zurich-baut-"), "{made}");
    }
});

api_test!(words_that_sites_need_are_nobodys, async |world| {
    for word in ["api", "docs", "feeds", "media", "search", "tags", "sections", "authors", "admin", "sitemap"] {
        let refused = world.editor().post("articles", json!({"title": "Trams", "slug": word, "section": "nowhere"})).await;
        refused.expect(422).expect_faults(&[("/section", "unknown_reference"), ("/slug", "reserved")]);
        let made = world.editor().post("articles", json!({"title": word})).await.expect(201);
        assert_eq!(made.text_at("/slug"), format!("{word}-2"));
    }
    let id = world.draft_by(Role::Editor, "Trams").await;
    world.editor().patch(&format!("articles/{id}"), json!({"slug": "search"})).await.expect(422).expect_faults(&[("/slug", "reserved")]);
    // An article that already has a reserved slug may keep it.
    world.tamper(&format!("UPDATE articles SET slug = 'search' WHERE id = '{id}'"));
    let view = world.editor().get(&format!("articles/{id}?view=editor")).await.expect(200);
    assert_eq!(world.editor().put(&format!("articles/{id}"), view.json().clone()).await.expect(200).json(), view.json());
});

api_test!(of_50_who_want_one_slug_one_gets_it, async |world| {
    let editor = world.editor();
    let wanted = (0..50).map(|number| editor.post("articles", json!({"title": format!("Number {number}"), "slug": "the-one"})));
    let answers = futures_util::future::join_all(wanted).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "slug_taken");
    }
});

api_test!(apostrophes_do_not_divide_words, async |world| {
    for (name, slug) in
        [("It's", "its"), ("Don't stop", "dont-stop"), ("Apple’s new store", "apples-new-store"), ("The ‘best’ l’été", "the-best-lete")]
    {
        for kind in ["tags", "sections", "authors"] {
            assert_eq!(world.editor().post(kind, json!({"name": name})).await.expect(201).text_at("/slug"), slug);
        }
        let text = format!("## {name}\n\nText.");
        let id = world.published(json!({"title": name, "body": {"markdown": text}})).await;
        let shown = world.anonymous().get(&format!("articles/{id}")).await.expect(200);
        assert_eq!((shown.text_at("/slug"), shown.text_at("/body/toc/0/anchor")), (slug.to_owned(), slug.to_owned()));
    }
});

api_test!(a_slug_that_is_taken_names_who_has_it_to_whoever_may_see_that, async |world| {
    let public = world.published(json!({"title": "Trams", "slug": "trams"})).await;
    let draft = world.draft_of(Role::Editor, json!({"title": "A secret plan", "slug": "plan"})).await;
    let taken = async |role: Role, slug: &str| {
        let body = json!({"title": "Another", "slug": slug});
        world.client(role).post("articles", body).await.expect_problem(409, "slug_taken")
    };
    assert_eq!(taken(Role::Editor, "plan").await.at("/taken_by"), &json!({"kind": "article", "id": draft, "title": "A secret plan"}));
    let hidden = taken(Role::Contributor, "plan").await;
    assert!(hidden.json().get("taken_by").is_none() && !hidden.text().contains("secret"), "{hidden}");
    world.editor().patch(&format!("articles/{public}"), json!({"title": "A secret headline"})).await.expect(200);
    assert_eq!(taken(Role::Contributor, "trams").await.at("/taken_by"), &json!({"kind": "article", "id": public, "title": "Trams"}));
    let own = world.draft_of(Role::Contributor, json!({"title": "Mine", "slug": "mine"})).await;
    assert_eq!(taken(Role::Contributor, "mine").await.at("/taken_by/id"), &json!(own));
    world.admin().delete(&format!("articles/{public}?permanent=true")).await.expect(204);
    let erased = taken(Role::Editor, "trams").await;
    assert_eq!(erased.at("/taken_by"), &json!({"kind": "tombstone", "id": null, "title": null}));
    assert!(erased.text_at("/detail").contains("tombstone"), "{erased}");

    for (path, key, kind, title) in [
        ("tags", "slug", "tag", "name"),
        ("sections", "slug", "section", "name"),
        ("authors", "slug", "author", "name"),
        ("collections", "key", "collection", "title"),
        ("ads/placements", "key", "placement", "label"),
        ("newsletter/lists", "key", "list", "name"),
    ] {
        let first = world.editor().post(path, json!({(key): "one", (title): "The first"})).await.expect(201).id();
        let refused = world.editor().post(path, json!({(key): "one", (title): "The second"})).await.expect_problem(409, "slug_taken");
        assert_eq!(refused.at("/taken_by"), &json!({"kind": kind, "id": first, "title": "The first"}));
        let second = world.editor().post(path, json!({(key): "two", (title): "The second"})).await.expect(201);
        let second = if key == "key" && path == "collections" { "two".to_owned() } else { second.id() };
        let refused = world.editor().patch(&format!("{path}/{second}"), json!({(key): "one"})).await.expect_problem(409, "slug_taken");
        assert_eq!(refused.at("/taken_by/id"), &json!(first));
    }
});
