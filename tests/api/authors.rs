//! Authors: their profiles, and the articles that they signed.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Role, World, api_test};

api_test!(are_made_read_changed_and_deleted, async |world| {
    let editor = world.editor();
    let body = json!({"name": "Mára Quay", "role_title": "Reporter", "bio": {"markdown": "Writes about *rails*.<script>alert(1)</script>"},
        "links": [{"kind": "website", "url": "https://mara.example/"}], "custom": {"desk": "city"}});
    let made = editor.post("authors", body).await.expect(201);
    assert_eq!((made.text_at("/slug"), made.etag(), made.at("/user")), ("mara-quay".into(), "\"v1\"".into(), &Value::Null));
    assert_eq!(made.required_header("location"), format!("https://api.news.example/api/v1/authors/{}", made.id()));
    let read = world.anonymous().get("authors/mara-quay").await.expect(200);
    assert_eq!(read.body, world.anonymous().get(&format!("authors/{}", made.id())).await.expect(200).body);
    assert_eq!(read.text_at("/url"), "https://news.example/authors/mara-quay");
    assert!(!read.text_at("/bio/html").contains("<script"), "{read}");
    assert!(["user", "custom", "version"].iter().all(|name| read.json().get(name).is_none()), "{read}");
    assert!(read.at("/bio").get("markdown").is_none());
    let after = editor.patch("authors/mara-quay", json!({"role_title": null, "slug": "mara"})).await.expect(200);
    assert_eq!((after.at("/role_title"), after.number_at("/version")), (&Value::Null, 2));
    world.anonymous().get("authors/mara-quay").await.expect(308);
    editor.with("if-match", "\"v1\"").delete("authors/mara").await.expect_problem(412, "stale_version");
    editor.delete("authors/mara").await.expect(204);
    editor.delete("authors/mara").await.expect(204);
    world.anonymous().get("authors/mara").await.expect_problem(404, "not_found");
});

api_test!(tell_all_faults_at_once, async |world| {
    let body = json!({"name": "", "slug": "A B", "role_title": "a\nb", "bio": {"markdown": 7}, "avatar": "nowhere", "nmae": 1,
        "links": [{"kind": "fax", "url": "ftp://x"}], "user": "nobody"});
    let refused = world.admin().post("authors", body).await.expect_problem(422, "validation_failed").expect_faults(&[
        ("/name", "empty"),
        ("/name", "invalid_format"),
        ("/slug", "invalid_format"),
        ("/role_title", "control_character"),
        ("/bio/markdown", "wrong_type"),
        ("/avatar", "unknown_reference"),
        ("/nmae", "unknown_member"),
        ("/links/0/kind", "not_one_of"),
        ("/links/0/url", "invalid_format"),
        ("/user", "unknown_reference"),
    ]);
    assert!(refused.fault_detail("/nmae").contains("\"name\""), "{refused}");
    world.author_named("Mara").await;
    world.editor().post("authors", json!({"name": "Other", "slug": "mara"})).await.expect_problem(409, "slug_taken");
    assert_eq!(world.editor().post("authors", json!({"name": "Mara"})).await.expect(201).text_at("/slug"), "mara-2");
});

api_test!(round_trips_change_nothing, async |world| {
    let avatar = world.image_by(Role::Editor, 1).await;
    let (editor, admin) = (world.editor(), world.admin());
    let user = admin.get("users").await.expect(200).texts("id").remove(0);
    let body = json!({"name": "Mara", "avatar": avatar, "bio": {"markdown": "*Hello*"}, "user": user, "custom": {"a": 1}});
    admin.post("authors", body).await.expect(201);
    let before = editor.get("authors/mara?view=editor").await.expect(200);
    assert_eq!((before.text_at("/avatar/id"), before.text_at("/user")), (avatar.clone(), user));
    world.pass(60);
    for after in [
        editor.put("authors/mara", before.json().clone()).await,
        admin.put("authors/mara", before.json().clone()).await,
        editor.patch("authors/mara", json!({})).await,
        editor.patch("authors/mara", before.json().clone()).await,
    ] {
        assert_eq!(after.expect(200).json(), before.json());
    }
    // Users who cannot change the owner of a profile cannot remove it by omission, either.
    let replaced = editor.put("authors/mara", json!({"name": "Mara"})).await.expect(200);
    assert_eq!((replaced.at("/user"), replaced.at("/avatar")), (before.at("/user"), &Value::Null));
    world.anonymous().get(&format!("images/{avatar}")).await.expect_problem(404, "not_found");
});

api_test!(write_their_own_profile_alone, async |world| {
    let author = world.author();
    let other = world.author_named("Other").await;
    let (me, them) = (author.get("auth/me").await.expect(200).id(), world.editor().get("auth/me").await.expect(200).id());
    let refused = author.post("authors", json!({"name": "Mara", "user": them})).await;
    refused.expect(422).expect_faults(&[("/user", "read_only")]);
    let own = author.post("authors", json!({"name": "Mara"})).await.expect(201);
    assert_eq!(own.text_at("/user"), me);
    author.post("authors", json!({"name": "Second"})).await.expect_problem(409, "conflict");
    author.patch("authors/mara", json!({"role_title": "Reporter"})).await.expect(200);
    author.patch("authors/mara", json!({"user": null})).await.expect(422).expect_faults(&[("/user", "read_only")]);
    author.patch(&format!("authors/{other}"), json!({"name": "Mine"})).await.expect_problem(403, "forbidden");
    author.get(&format!("authors/{other}?view=editor")).await.expect_problem(403, "forbidden");
    author.delete("authors/mara").await.expect_problem(403, "forbidden");
    world.editor().patch("authors/other", json!({"user": me})).await.expect(422).expect_faults(&[("/user", "read_only")]);
    world.admin().patch("authors/other", json!({"user": me})).await.expect_problem(409, "conflict");
    world.moderator().post("authors", json!({"name": "Mod"})).await.expect_problem(403, "forbidden");
    world.anonymous().post("authors", json!({"name": "Nobody"})).await.expect_problem(401, "unauthenticated");
    // Their profile is in the byline by default.
    let draft = world.draft_by(Role::Author, "Trams").await;
    assert_eq!(author.get(&format!("articles/{draft}?view=editor")).await.text_at("/authors/0/slug"), "mara");
});

api_test!(in_use_are_deleted_only_with_an_heir, async |world| {
    let (mara, jon, editor) = (world.author_named("Mara").await, world.author_named("Jon").await, world.editor());
    world.published(json!({"title": "One", "authors": [mara], "body": {"markdown": "Text."}})).await;
    world.published(json!({"title": "Two", "authors": [mara, jon], "body": {"markdown": "Text."}})).await;
    assert_eq!(world.anonymous().get("authors/mara").await.number_at("/article_count"), 2);
    let refused = editor.delete("authors/mara").await.expect_problem(409, "in_use");
    assert_eq!(refused.at("/usages"), &json!({"articles": 2}));
    for heir in ["nobody", "mara"] {
        let refused = editor.delete(&format!("authors/mara?reassign_to={heir}")).await;
        refused.expect(400).expect_faults(&[("reassign_to", "unknown_reference")]);
    }
    editor.delete("authors/mara?reassign_to=jon").await.expect(204);
    assert_eq!(world.anonymous().get("authors/jon").await.number_at("/article_count"), 2);
    for slug in ["one", "two"] {
        let article = world.anonymous().get(&format!("articles/{slug}")).await.expect(200);
        let authors = article.at("/authors").as_array().unwrap();
        assert_eq!(authors.iter().map(|author| author["id"].as_str().unwrap()).collect::<Vec<_>>(), [jon.as_str()], "{article}");
    }
});

api_test!(are_listed_by_name, async |world| {
    for name in ["Zoe", "Émile", "emil", "Ärger"] {
        world.author_named(name).await;
    }
    let names = async |query: &str| world.anonymous().get(&format!("authors?{query}")).await.expect(200).texts("name");
    assert_eq!(names("").await, ["Ärger", "emil", "Émile", "Zoe"]);
    assert_eq!(names("name[starts_with]=EM&sort=-name").await, ["Émile", "emil"]);
    assert_eq!(names("slug[in]=zoe,emil").await, ["emil", "Zoe"]);
    world
        .anonymous()
        .get("authors?user=x&sort=user")
        .await
        .expect(400)
        .expect_faults(&[("user", "unknown_parameter"), ("sort", "unknown_name")]);
});

api_test!(come_with_accounts_that_write_and_stay_private_until_they_sign, async |world| {
    let make = async |role: &str, profile: Option<bool>| {
        let mut body =
            json!({"email": format!("{role}-new@private.example"), "name": format!("Zoë {role}"), "role": role, "password": PASSWORD});
        if let Some(profile) = profile {
            body["profile"] = json!(profile);
            body["email"] = json!(format!("{role}-{profile}@private.example"));
        }
        world.admin().post("users", body).await.expect(201)
    };
    for role in ["contributor", "author", "editor", "admin"] {
        assert!(make(role, None).await.at("/author_id").is_string(), "{role}");
        assert!(make(role, Some(false)).await.at("/author_id").is_null(), "{role}");
    }
    let moderator = make("moderator", None).await;
    assert!(moderator.at("/author_id").is_null());
    let promoted = world.admin().patch(&format!("users/{}", moderator.id()), json!({"role": "author"})).await.expect(200);
    assert!(promoted.at("/author_id").is_string());
    // No public response contains such a profile.
    let public = async |path: &str| world.anonymous().get(path).await;
    for path in ["authors/zoe-author", "pages/author/zoe-author", "/feeds/rss.xml?author=zoe-author", "resolve?path=/authors/zoe-author"] {
        assert_eq!(public(path).await.status, 404, "{path}");
    }
    for path in ["authors?limit=100", "articles?author=zoe-author", "/sitemap.xml", "pages/home"] {
        assert!(!public(path).await.text().contains("zoe-author"), "{path}");
    }
    // When its owner publishes under it, it becomes public.
    let login = json!({"email": "author-new@private.example", "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", login).await.expect(200);
    let zoe = world.anonymous().bearer(&tokens.text_at("/access_token"));
    zoe.post("articles?publish=true", json!({"title": "By Zoë"})).await.expect(201);
    assert_eq!(public("authors/zoe-author").await.expect(200).number_at("/article_count"), 1);
    assert!(public("authors?limit=100").await.text().contains("zoe-author"));
    // When an editor saves another one, it becomes public, too.
    assert_eq!(public("authors/zoe-contributor").await.status, 404);
    world.editor().patch("authors/zoe-contributor", json!({"role_title": "Trainee"})).await.expect(200);
    public("authors/zoe-contributor").await.expect(200);
    // A profile without articles is deleted with its account; others stay.
    let id = world.admin().get("users?email=editor-new@private.example").await.expect(200).texts("id").remove(0);
    world.admin().delete(&format!("users/{id}")).await.expect(204);
    world.editor().get("authors/zoe-editor?view=editor").await.expect_problem(404, "not_found");
});

api_test!(are_given_to_accounts_of_before, async |world| {
    world.admin().get("auth/me").await.expect(200);
    world.tamper("DELETE FROM authors");
    world.tamper(include_str!("../../migrations/portable/2026-11-28-000020_accounts/down.sql"));
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000020'");
    let node = world.node(&[]).await;
    for role in [Role::Contributor, Role::Author, Role::Editor, Role::Admin] {
        let profile = node.client(role).get("auth/me").await.expect(200).text_at("/author_id");
        assert_eq!(node.anonymous().get(&format!("authors/{profile}")).await.status, 404);
        let own = node.client(role).get(&format!("authors/{profile}?view=editor")).await.expect(200);
        assert_eq!(own.text_at("/slug"), format!("some-{}", role.name()));
    }
    assert!(node.moderator().get("auth/me").await.expect(200).at("/author_id").is_null());
});

api_test!(who_may_not_edit_all_publishes_under_their_own_name, async |world| {
    let colleague = world.author_named("Ines Calloway").await;
    let author = world.author();
    let own = author.get("auth/me").await.expect(200).text_at("/author_id");
    // The author may publish with other authors.
    let both = author.post("articles?publish=true", json!({"title": "Ours", "authors": [colleague, own]})).await.expect(201);
    // If an editor has removed the profile, the author cannot publish the article in any way.
    let path = format!("articles/{}", both.id());
    world.editor().patch(&path, json!({"authors": [colleague]})).await.expect(200);
    let publication = format!("{path}/publication");
    for body in [json!({}), json!({"at": "2030-01-01T00:00:00Z"}), json!({"revision": 2})] {
        author.put(&publication, body).await.expect_problem(409, "no_profile");
    }
    author.patch(&format!("{path}?publish=true"), json!({"dek": "New"})).await.expect_problem(409, "no_profile");
    author.put(&publication, json!({"revision": 1})).await.expect(200);
    let batch = json!({"operations": [{"method": "PUT", "path": format!("/api/v1/{publication}"), "body": {}}]});
    assert_eq!(author.post("batch", batch).await.expect(422).at("/results/0/body/code"), "no_profile");
    world.editor().put(&publication, json!({})).await.expect(200);
    // Without a profile, they cannot publish at all.
    let body = json!({"email": "none@private.example", "name": "None", "role": "author", "password": PASSWORD, "profile": false});
    world.admin().post("users", body).await.expect(201);
    let login = json!({"email": "none@private.example", "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", login).await.expect(200);
    let none = world.anonymous().bearer(&tokens.text_at("/access_token"));
    none.post("articles?publish=true", json!({"title": "By nobody", "authors": [colleague]})).await.expect_problem(409, "no_profile");
    none.post("articles", json!({"title": "By nobody"})).await.expect(201);
});
