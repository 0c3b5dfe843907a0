//! The audit log: every change with its user and time, only for administrators, and without any text that was written.

use serde_json::{Value, json};

use crate::support::{Answer, CANARY, PASSWORD, Role, World, api_test};

async fn log(world: &World, query: &str) -> Answer {
    world.admin().get(&format!("audit?{query}")).await.expect(200)
}

/// Returns the kinds of the events of an object, oldest first.
async fn story(world: &World, subject: &str) -> Vec<String> {
    let mut kinds = log(world, &format!("subject_id={subject}&limit=100")).await.texts("kind");
    kinds.reverse();
    kinds
}

async fn id_of(world: &World, role: Role) -> String {
    world.client(role).get("auth/me").await.expect(200).id()
}

api_test!(an_entry_says_who_did_what_to_what_and_when, async |world| {
    world.pass(60);
    let id = world.draft_by(Role::Author, "A story").await;
    let entry = log(world, &format!("subject_id={id}")).await;
    assert_eq!(entry.each("kind"), ["article.created"]);
    assert_eq!(entry.at("/data/0/actor"), &json!({"id": id_of(world, Role::Author).await, "name": "Some author"}));
    assert_eq!(entry.at("/data/0/subject"), &json!({"kind": "article", "id": id}));
    assert_eq!(entry.at("/data/0/at"), "2026-03-14T09:27:53.589Z");
    assert_eq!(entry.at("/data/0/details"), &json!({"version": 1, "revision": 1}));
    assert_eq!(entry.required_header("cache-control"), "private, no-store");
});

api_test!(the_steps_of_an_article_are_told_in_their_order, async |world| {
    // The clock stands still, so events within one millisecond must keep their order, too.
    let made = world.editor().post("articles?publish=true", json!({"title": "A story"})).await.expect(201).id();
    let path = format!("articles/{made}");
    world.editor().patch(&path, json!({"dek": "More"})).await.expect(200);
    world.editor().delete(&format!("{path}/publication")).await.expect(204);
    world.editor().delete(&path).await.expect(204);
    world.editor().post(&format!("{path}/restore"), json!({})).await.expect(200);
    world.admin().delete(&format!("{path}?permanent=true")).await.expect(204);
    let steps = ["created", "published", "saved", "unpublished", "trashed", "restored", "erased"];
    assert_eq!(story(world, &made).await, steps.map(|step| format!("article.{step}")));
});

api_test!(what_people_and_keys_go_through_is_told, async |world| {
    let body = json!({"email": "new@private.example", "name": "New", "role": "author", "password": PASSWORD});
    let user = world.admin().post("users", body).await.expect(201).id();
    world.admin().patch(&format!("users/{user}"), json!({"role": "editor"})).await.expect(200);
    let details = log(world, &format!("subject_id={user}&kind=user.revised")).await;
    assert_eq!(details.at("/data/0/details/role"), "editor");
    let login = json!({"email": "new@private.example", "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", login).await.expect(200);
    let own = world.anonymous().bearer(&tokens.text_at("/access_token"));
    let renewal = json!({"refresh_token": tokens.text_at("/refresh_token")});
    let key = own.post("tokens", json!({"name": "Importer", "scopes": ["content:read"]})).await.expect(201);
    own.delete(&format!("tokens/{}", key.id())).await.expect(204);
    let change = json!({"current_password": PASSWORD, "new_password": "lanterns over the canal"});
    own.post("auth/password", change).await.expect(204);
    world.anonymous().post("auth/refresh", renewal.clone()).await.expect(200);
    // Reusing a refresh token ends its session, and is in the log.
    world.anonymous().post("auth/refresh", renewal).await.expect(401);
    assert_eq!(story(world, &key.id()).await, ["key.created", "key.deleted"]);
    let theirs = log(world, &format!("actor={user}&limit=100")).await;
    let mut kinds = theirs.texts("kind");
    kinds.reverse();
    assert_eq!(kinds, ["session.started", "key.created", "key.deleted", "user.password_changed", "session.reuse_detected"]);
    world.admin().delete(&format!("users/{user}")).await.expect(204);
    assert_eq!(story(world, &user).await, ["user.created", "user.revised", "user.password_changed", "user.deleted"]);
    // A deleted user keeps their entries, but only with the id.
    let after = log(world, &format!("actor={user}&limit=1")).await;
    assert_eq!(after.at("/data/0/actor"), &json!({"id": user, "name": null}));
});

api_test!(what_others_than_editors_do_is_told, async |world| {
    let article = world.published_by(Role::Editor, "A story").await;
    let comment = world.waiting_comment(&article, "First!").await;
    world.moderator().patch(&format!("comments/{comment}"), json!({"status": "approved"})).await.expect(200);
    world.moderator().delete(&format!("comments/{comment}")).await.expect(204);
    let picture = world.image_by(Role::Author, 1).await;
    world.author().delete(&format!("images/{picture}")).await.expect(204);
    world.admin().patch("site", json!({"tagline": "All of it"})).await.expect(200);
    assert_eq!(story(world, &comment).await, ["comment.posted", "comment.moderated", "comment.deleted"]);
    let posted = log(world, &format!("subject_id={comment}&kind=comment.posted")).await;
    assert_eq!(posted.at("/data/0/actor"), &Value::Null, "a guest is nobody");
    let moderated = log(world, &format!("subject_id={comment}&kind=comment.moderated")).await;
    assert_eq!(moderated.at("/data/0/actor/id"), &json!(id_of(world, Role::Moderator).await));
    assert_eq!(story(world, &picture).await, ["image.created", "image.deleted"]);
    assert_eq!(story(world, "site").await, ["site.revised"]);
});

api_test!(the_log_is_filtered_and_paged, async |world| {
    let first = world.draft_by(Role::Author, "One").await;
    world.pass(60);
    world.draft_by(Role::Editor, "Two").await;
    world.section("City").await;
    let since = log(world, "at[gte]=2026-03-14T09:27:00Z").await;
    assert_eq!(since.texts("kind"), ["section.created", "article.created"]);
    let before = log(world, "at[lt]=2026-03-14T09:27:00Z&subject_kind=article").await;
    assert_eq!(before.at("/data/0/subject/id"), &json!(first));
    assert_eq!(log(world, "kind[in]=section.created,tag.created&count=true").await.at("/page/total"), 1);
    assert_eq!(log(world, "kind[starts_with]=article.&sort=at").await.texts("kind"), ["article.created", "article.created"]);
    assert_eq!(log(world, "actor[exists]=false&kind=user.created&limit=1&count=true").await.at("/page/total"), 5);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = log(world, &format!("limit=3{cursor}")).await;
        seen.extend(page.texts("id"));
        match page.at("/page/next") {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    let all = log(world, "limit=100&fields=id").await.texts("id");
    assert_eq!(seen, all);
    world.admin().get("audit?who=me").await.expect_problem(400, "malformed_query");
});

api_test!(the_log_holds_no_text_address_or_secret, async |world| {
    let article = json!({"title": CANARY, "dek": CANARY, "body": {"markdown": CANARY}, "custom": {"note": CANARY}});
    let article = world.published(article).await;
    let comment = world.waiting_comment(&article, CANARY).await;
    world.moderator().patch(&format!("comments/{comment}"), json!({"status": "rejected"})).await.expect(200);
    let key = world.editor().post("tokens", json!({"name": CANARY, "scopes": ["content:read"]})).await.expect(201).text_at("/token");
    world.admin().patch("site", json!({"tagline": CANARY})).await.expect(200);
    let text = log(world, "limit=100").await.text();
    for secret in [CANARY, "@private.example", "192.0.2", key.as_str(), "$argon2"] {
        assert!(!text.contains(secret), "the log holds {secret:?}");
    }
});
