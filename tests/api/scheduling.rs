//! Scheduling: publications happen once, at their time, whatever clocks, processes and users do.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{CANARY, Node, PASSWORD, Role, World, api_test};
use crate::workflow::{LATER, events_of};

/// The seconds from the beginning to `LATER`, plus one.
const WAIT: i64 = 548;

impl Node {
    /// Schedules a publication.
    async fn plan(&self, id: &str, body: Value) {
        let planned = self.editor().put(&format!("articles/{id}/publication"), body).await.expect(200);
        assert!(!planned.at("/scheduled_at").is_null(), "{planned}");
    }

    /// Publishes and ends what is due.
    async fn tick(&self) -> usize {
        self.app.run_due_publications().await.expect("the database answers")
    }

    /// Returns the status that readers get for an article.
    async fn status(&self, id: &str) -> u16 {
        self.anonymous().get(&format!("articles/{id}")).await.status
    }

    /// Returns the working copy after the first tokens have expired.
    async fn late_copy(&self, id: &str) -> crate::support::Answer {
        let login = json!({"email": Role::Editor.email(), "password": PASSWORD});
        let token = self.anonymous().post("auth/login", login).await.expect(200).text_at("/access_token");
        self.anonymous().bearer(&token).get(&format!("articles/{id}?view=editor")).await.expect(200)
    }
}

api_test!(is_published_at_its_time_and_not_before, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    let planned = world.author().put(&format!("articles/{id}/publication"), json!({"at": LATER})).await.expect(200);
    let me = world.author().get("auth/me").await.id();
    assert_eq!((planned.text_at("/status"), planned.text_at("/scheduled_at")), ("scheduled".into(), LATER.into()));
    assert_eq!(planned.at("/schedule"), &json!({"at": LATER, "until": null, "revision": 1, "correction": null, "by": me}));
    let again = world.author().put(&format!("articles/{id}/publication"), json!({"at": LATER})).await.expect(200);
    assert_eq!(again.etag(), planned.etag());
    assert_eq!((world.tick().await, world.status(&id).await), (0, 404));
    world.clock.advance(546_410);
    assert_eq!((world.tick().await, world.status(&id).await), (0, 404));
    world.clock.advance(1);
    assert_eq!((world.tick().await, world.status(&id).await), (1, 200));
    world.pass(5);
    assert_eq!(world.tick().await, 0);
    let public = world.anonymous().get("articles/trams").await.expect(200);
    assert_eq!((public.text_at("/published_at"), public.text_at("/updated_at")), (LATER.into(), LATER.into()));
    let copy = world.working_copy(&id).await;
    assert_eq!((copy.text_at("/status"), copy.at("/scheduled_at"), copy.at("/schedule")), ("published".into(), &Value::Null, &Value::Null));
    let told = events_of(world, "article.published");
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("scheduled_by") && told[0].contains(&me), "{told:?}");
    assert!(told[0].contains("null") || told[0].contains("NULL"), "{told:?}");
});

api_test!(a_look_is_one_query, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    world.plan(&id, json!({"at": LATER})).await;
    world.tick().await;
    let before = world.app.statements();
    world.tick().await;
    // One statement begins the snapshot, one ends it.
    assert_eq!(world.app.statements() - before, 3);
});

api_test!(readers_get_the_save_that_was_chosen, async |world| {
    let editor = world.editor();
    let id = world.draft_of(Role::Editor, json!({"title": "Chosen", "slug": "chosen", "tags": ["Trams"]})).await;
    let path = format!("articles/{id}");
    world.plan(&id, json!({"at": LATER})).await;
    let edits = json!({"title": CANARY, "slug": "other", "tags": [CANARY], "body": {"markdown": CANARY}});
    editor.patch(&path, edits).await.expect(200);
    // The future slug is reserved until then.
    editor.post("articles", json!({"title": "Thief", "slug": "chosen"})).await.expect_problem(409, "slug_taken");
    assert_eq!(editor.post("articles", json!({"title": "Chosen"})).await.expect(201).text_at("/slug"), "chosen-2");
    world.pass(WAIT);
    assert_eq!(world.tick().await, 1);
    let public = world.anonymous().get("articles/chosen").await.expect(200);
    assert_eq!((public.text_at("/title"), public.text_at("/tags/0/slug")), ("Chosen".into(), "trams".into()));
    assert_eq!(world.working_copy(&id).await.at("/has_unpublished_changes"), &json!(true));
});

api_test!(what_is_public_can_be_updated_at_a_time, async |world| {
    let (editor, reader) = (world.editor(), world.anonymous());
    let id = world.published_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}");
    editor.patch(&path, json!({"title": "Buses"})).await.expect(200);
    let planned = json!({"at": LATER, "correction": "They are buses."});
    let answer = editor.put(&format!("{path}/publication"), planned).await.expect(200);
    assert_eq!((answer.text_at("/status"), answer.text_at("/scheduled_at")), ("published".into(), LATER.into()));
    editor.patch(&path, json!({"title": "Planes"})).await.expect(200);
    let before = reader.get(&path).await.expect(200);
    assert_eq!((before.text_at("/title"), before.at("/corrections")), ("Trams".into(), &json!([])));
    world.pass(WAIT);
    assert_eq!(world.tick().await, 1);
    let after = reader.get(&path).await.expect(200);
    assert_eq!((after.text_at("/title"), after.text_at("/corrections/0/note")), ("Buses".into(), "They are buses.".into()));
    assert_eq!(after.at("/published_at"), before.at("/published_at"));
});

api_test!(an_update_that_is_given_up_leaves_what_is_public, async |world| {
    let id = world.published_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}/publication");
    world.editor().patch(&format!("articles/{id}"), json!({"title": "Buses"})).await.expect(200);
    world.plan(&id, json!({"at": LATER})).await;
    world.editor().delete(&path).await.expect(204);
    assert_eq!(world.status(&id).await, 200);
    world.pass(WAIT);
    assert_eq!(world.tick().await, 0);
    assert_eq!(world.anonymous().get("articles/trams").await.text_at("/title"), "Trams");
    world.editor().delete(&path).await.expect(204);
    assert_eq!(world.status(&id).await, 410);
});

api_test!(publishing_at_once_is_instead_of_what_was_planned, async |world| {
    let mut ids = Vec::new();
    for number in 0..3 {
        let id = world.draft_by(Role::Editor, &format!("Trams {number}")).await;
        world.plan(&id, json!({"at": LATER, "until": "2026-03-14T09:40:00Z"})).await;
        ids.push(id);
    }
    let editor = world.editor();
    editor.patch(&format!("articles/{}?publish=true", ids[0]), json!({"title": "Now"})).await.expect(200);
    editor.put(&format!("articles/{}/publication", ids[1]), json!({})).await.expect(200);
    editor.delete(&format!("articles/{}/publication", ids[2])).await.expect(204);
    // `publish=true` keeps the end; `PUT` without `until` removes it.
    assert_eq!(world.working_copy(&ids[0]).await.at("/until"), "2026-03-14T09:40:00.000Z");
    assert_eq!(world.working_copy(&ids[1]).await.at("/until"), &Value::Null);
    world.pass(WAIT);
    assert_eq!(world.tick().await, 0);
    assert_eq!(world.anonymous().get(&format!("articles/{}", ids[0])).await.text_at("/title"), "Now");
    assert_eq!(world.status(&ids[2]).await, 404);
    world.pass(300);
    assert_eq!(world.tick().await, 1);
    assert_eq!((world.status(&ids[0]).await, world.status(&ids[1]).await), (410, 200));
});

api_test!(a_publication_ends, async |world| {
    let reader = world.anonymous();
    let tag = world.tag("Trams").await;
    let id = world.draft_of(Role::Editor, json!({"title": "Trams", "tags": [tag]})).await;
    let path = format!("articles/{id}/publication");
    world.plan(&id, json!({"at": "2026-03-14T09:30:00Z", "until": LATER})).await;
    assert_eq!(world.working_copy(&id).await.at("/until"), LATER);
    world.pass(200);
    assert_eq!(world.tick().await, 1);
    assert_eq!(reader.get("articles").await.texts("id"), [id.as_str()]);
    assert_eq!(world.working_copy(&id).await.at("/until"), LATER);
    // Saving a public article keeps its end; `PUT` with another `until` changes it.
    world.editor().put(&path, json!({"until": "2026-03-14T09:35:00Z"})).await.expect(200);
    world.editor().patch(&format!("articles/{id}"), json!({"dek": "x"})).await.expect(200);
    world.pass(400);
    assert_eq!(world.tick().await, 1);
    reader.get("articles/trams").await.expect_problem(410, "gone");
    assert_eq!((reader.get("articles").await.texts("id"), reader.get("tags/trams").await.number_at("/article_count")), (vec![], 0));
    let copy = world.working_copy(&id).await;
    assert_eq!((copy.text_at("/status"), copy.at("/until")), ("draft".into(), &Value::Null));
    assert_eq!(events_of(world, "article.ended").len(), 1);
    assert_eq!(world.tick().await, 0);
});

api_test!(what_ends_before_its_update_comes_back_with_it, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}/publication");
    world.editor().put(&path, json!({"until": "2026-03-14T09:30:00Z"})).await.expect(200);
    world.plan(&id, json!({"at": LATER})).await;
    world.pass(200);
    assert_eq!((world.tick().await, world.status(&id).await), (1, 410));
    assert_eq!(world.working_copy(&id).await.text_at("/status"), "scheduled");
    world.pass(WAIT);
    assert_eq!((world.tick().await, world.status(&id).await), (1, 200));
});

api_test!(times_that_make_no_sense_are_named, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}/publication");
    let before = world.database.dump();
    for body in [
        json!({"until": "2026-03-14T09:00:00Z"}),
        json!({"at": LATER, "until": LATER}),
        json!({"at": "2019-01-01T00:00:00Z", "until": "2019-01-02T00:00:00Z"}),
    ] {
        world.editor().put(&path, body).await.expect(422).expect_faults(&[("/until", "out_of_range")]);
    }
    let nonsense = json!({"at": "soon", "until": 5, "revision": "x", "then": null});
    let faults = world.editor().put(&path, nonsense).await.expect(422).faults();
    assert_eq!(faults.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>(), ["/at", "/revision", "/then", "/until"]);
    world.editor().with("if-match", "\"v9\"").put(&path, json!({"at": LATER})).await.expect_problem(412, "stale_version");
    world.contributor().put(&path, json!({"at": LATER})).await.expect_problem(403, "forbidden");
    assert_eq!(world.database.dump(), before);
});

api_test!(what_came_due_while_no_server_ran_is_published_at_its_start, async |world| {
    let (first, second) = (world.draft_by(Role::Editor, "First").await, world.draft_by(Role::Editor, "Second").await);
    let missed = world.draft_by(Role::Editor, "Missed").await;
    let ended = world.draft_by(Role::Editor, "Ended").await;
    world.plan(&second, json!({"at": "2026-03-14T09:32:00Z"})).await;
    world.plan(&first, json!({"at": "2026-03-14T09:31:00Z"})).await;
    world.plan(&missed, json!({"at": "2026-03-14T09:31:00Z", "until": "2026-03-14T09:40:00Z"})).await;
    world.editor().put(&format!("articles/{ended}/publication"), json!({"until": LATER})).await.expect(200);
    world.pass(24 * 60 * 60);
    let node = world.node(&[]).await;
    assert_eq!(node.tick().await, 4);
    // Articles are published in the order of their scheduled times, and dated to them.
    let list = node.anonymous().get("articles").await.expect(200);
    assert_eq!(
        (list.texts("title"), list.text_at("/data/1/published_at")),
        (vec!["Second".into(), "First".into()], "2026-03-14T09:31:00.000Z".into())
    );
    assert_eq!((node.status(&missed).await, node.status(&ended).await), (404, 410));
    let copy = node.late_copy(&missed).await;
    assert_eq!(
        (copy.text_at("/status"), copy.text_at("/failed_publication/scheduled_at")),
        ("draft".into(), "2026-03-14T09:31:00.000Z".into())
    );
    assert_eq!(node.tick().await, 0);
});

api_test!(of_many_processes_one_publishes, async |world| {
    let mut ids = Vec::new();
    for number in 0..5 {
        let id = world.draft_by(Role::Editor, &format!("Trams {number}")).await;
        world.plan(&id, json!({"at": LATER})).await;
        ids.push(id);
    }
    let nodes = [world.node(&[]).await, world.node(&[]).await, world.node(&[]).await];
    for node in &nodes {
        assert_eq!(node.anonymous().get("articles").await.texts("id"), [""; 0]);
    }
    world.pass(WAIT);
    let done = join_all(nodes.iter().chain(&nodes).map(Node::tick)).await;
    assert_eq!(done.iter().sum::<usize>(), 5);
    assert_eq!(events_of(world, "article.published").len(), 5);
    for node in &nodes {
        // Every node serves the new page, whichever published.
        node.tick().await;
        assert_eq!(node.status(&ids[0]).await, 200);
    }
});

api_test!(clocks_may_jump, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    world.plan(&id, json!({"at": LATER})).await;
    world.pass(-3 * 24 * 60 * 60);
    assert_eq!((world.tick().await, world.status(&id).await), (0, 404));
    world.pass(6 * 24 * 60 * 60);
    assert_eq!((world.tick().await, world.status(&id).await), (1, 200));
    world.pass(-6 * 24 * 60 * 60);
    assert_eq!((world.tick().await, world.status(&id).await), (0, 200));
    world.pass(6 * 24 * 60 * 60);
    assert_eq!((world.tick().await, world.status(&id).await), (0, 200));
    assert_eq!(events_of(world, "article.published").len(), 1);
    assert_eq!(world.anonymous().get("articles/trams").await.text_at("/published_at"), LATER);
});

api_test!(what_can_no_longer_be_published_stands_in_nobodys_way, async |world| {
    let editor = world.editor();
    let section = world.section("City").await;
    let broken = world.draft_of(Role::Editor, json!({"title": "Broken", "section": section})).await;
    let fine = world.draft_by(Role::Editor, "Fine").await;
    world.plan(&broken, json!({"at": "2026-03-14T09:35:00Z"})).await;
    world.plan(&fine, json!({"at": LATER})).await;
    editor.patch(&format!("articles/{broken}"), json!({"section": null})).await.expect(200);
    editor.delete(&format!("sections/{section}")).await.expect(204);
    world.pass(WAIT);
    assert_eq!(world.tick().await, 2);
    assert_eq!((world.status(&broken).await, world.status(&fine).await), (404, 200));
    let copy = world.working_copy(&broken).await;
    assert_eq!((copy.text_at("/status"), copy.at("/scheduled_at")), ("draft".into(), &Value::Null));
    assert!(copy.text_at("/failed_publication/detail").contains(&section), "{copy}");
    assert_eq!((events_of(world, "article.publication_failed").len(), world.tick().await), (1, 0));
    // Publishing the working copy clears the failure.
    let published = editor.put(&format!("articles/{broken}/publication"), json!({})).await.expect(200);
    assert_eq!(published.at("/failed_publication"), &Value::Null);
});

api_test!(a_broken_row_stands_in_nobodys_way, async |world| {
    let broken = world.draft_by(Role::Editor, "Broken").await;
    let fine = world.draft_by(Role::Editor, "Fine").await;
    world.plan(&broken, json!({"at": "2026-03-14T09:35:02Z"})).await;
    world.plan(&fine, json!({"at": LATER})).await;
    world.editor().patch(&format!("articles/{broken}"), json!({"dek": "x"})).await.expect(200);
    world.tamper(&format!("UPDATE revisions SET content = 'no JSON' WHERE article_id = '{broken}' AND number = 1"));
    world.pass(WAIT);
    // The failure might be temporary at first; after a minute the publication is given up.
    assert!(world.app.run_due_publications().await.is_err());
    assert_eq!((world.status(&broken).await, world.status(&fine).await), (404, 200));
    world.pass(2);
    assert_eq!(world.tick().await, 1);
    assert_eq!((world.status(&broken).await, world.status(&fine).await), (404, 200));
    let detail = world.working_copy(&broken).await.text_at("/failed_publication/detail");
    assert!(!detail.contains("JSON"), "{detail}");
});

api_test!(the_trash_keeps_no_plans, async |world| {
    let editor = world.editor();
    let id = world.draft_by(Role::Editor, "Trams").await;
    world.plan(&id, json!({"at": LATER})).await;
    editor.delete(&format!("articles/{id}")).await.expect(204);
    assert_eq!(world.working_copy(&id).await.at("/scheduled_at"), &Value::Null);
    let back = editor.send(actix_web::http::Method::POST, &format!("articles/{id}/restore"), None).await.expect(200);
    assert_eq!((back.text_at("/status"), back.at("/scheduled_at")), ("draft".into(), &Value::Null));
    world.pass(WAIT);
    assert_eq!((world.tick().await, world.status(&id).await), (0, 404));
});

api_test!(whoever_planned_it_may_be_gone, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    let me = world.author().get("auth/me").await.id();
    world.author().put(&format!("articles/{id}/publication"), json!({"at": LATER})).await.expect(200);
    world.admin().delete(&format!("users/{me}")).await.expect(204);
    world.pass(WAIT);
    assert_eq!((world.tick().await, world.status(&id).await), (1, 200));
});

api_test!(plans_race_with_the_clock, async |world| {
    let mut ids = Vec::new();
    for number in 0..4 {
        let id = world.draft_by(Role::Editor, &format!("Trams {number}")).await;
        world.plan(&id, json!({"at": LATER})).await;
        ids.push(id);
    }
    world.pass(WAIT);
    let (editor, nodes) = (world.editor(), [world.node(&[]).await, world.node(&[]).await]);
    let trash = join_all(ids.iter().map(async |id| editor.delete(&format!("articles/{id}")).await.status));
    let (statuses, ..) = futures_util::join!(trash, nodes[0].tick(), nodes[1].tick(), world.tick());
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    for id in &ids {
        let article = world.working_copy(id).await;
        assert_eq!(article.text_at("/status"), "trashed");
        // The scheduler may have published the article first.
        let expected = if article.at("/published_at").is_null() { 404 } else { 410 };
        assert_eq!(world.status(id).await, expected);
    }
    assert!(world.database.dump()["publications"].is_empty());
});
