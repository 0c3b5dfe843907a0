//! The workflow: the steps of each state, review, published revisions, and races.

use actix_web::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, CANARY, Client, Role, World, api_test};

/// Nine minutes after the beginning of every test, before the tokens expire.
pub(crate) const LATER: &str = "2026-03-14T09:36:00.000Z";

/// Returns the events of a kind.
pub(crate) fn events_of(world: &World, kind: &str) -> Vec<String> {
    world.database.dump()["events"].iter().filter(|row| row.contains(kind)).cloned().collect()
}

/// The initial states in the table.
const STATES: [&str; 6] = ["draft", "in review", "scheduled", "published", "update scheduled", "trashed"];

/// The resulting state of each step, or `409`; the columns are the states above.
const STEPS: [(&str, [&str; 6]); 8] = [
    ("save", ["draft", "in review", "scheduled", "published", "update scheduled", "409"]),
    ("submit", ["in review", "in review", "409", "published in review", "update scheduled in review", "409"]),
    ("return", ["draft", "draft", "scheduled", "published", "update scheduled", "409"]),
    ("publish", ["published", "published", "published", "published", "published", "409"]),
    ("schedule", ["scheduled", "scheduled", "scheduled", "update scheduled", "update scheduled", "409"]),
    ("withdraw", ["draft", "in review", "draft", "draft", "published", "409"]),
    ("trash", ["trashed", "trashed", "trashed", "trashed", "trashed", "trashed"]),
    ("restore", ["409", "409", "409", "409", "409", "draft"]),
];

/// Returns the legal steps in the error response.
fn legal(state: &str) -> Value {
    match state {
        "draft" => json!(["save", "submit", "publish", "schedule", "trash"]),
        "in review" => json!(["save", "submit", "return", "publish", "schedule", "trash"]),
        "scheduled" => json!(["save", "publish", "schedule", "unschedule", "trash"]),
        "published" => json!(["save", "submit", "publish", "schedule", "unpublish", "trash"]),
        "update scheduled" => json!(["save", "submit", "publish", "schedule", "unschedule", "trash"]),
        _ => json!(["restore"]),
    }
}

async fn step(client: &Client, id: &str, step: &str) -> Answer {
    let path = format!("articles/{id}");
    match step {
        "save" => client.patch(&path, json!({"dek": "Saved"})).await,
        "submit" => client.put(&format!("{path}/review"), json!({"note": "Please"})).await,
        "return" => client.delete(&format!("{path}/review")).await,
        "publish" => client.put(&format!("{path}/publication"), json!({})).await,
        "schedule" => client.put(&format!("{path}/publication"), json!({"at": LATER})).await,
        "withdraw" => client.delete(&format!("{path}/publication")).await,
        "trash" => client.delete(&path).await,
        "restore" => client.send(Method::POST, &format!("{path}/restore"), None).await,
        _ => panic!("there is no step {step}"),
    }
}

/// Creates an article in a state.
async fn article_in(world: &World, state: &str) -> String {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let steps: &[&str] = match state {
        "in review" => &["submit"],
        "scheduled" => &["schedule"],
        "published" => &["publish"],
        "update scheduled" => &["publish", "schedule"],
        "trashed" => &["trash"],
        _ => &[],
    };
    for taken in steps {
        let expected = if *taken == "trash" { 204 } else { 200 };
        step(&world.editor(), &id, taken).await.expect(expected);
    }
    id
}

/// Returns the state of an article, in the words of the table; checks that readers get the matching response.
async fn state_of(world: &World, id: &str) -> String {
    let copy = world.working_copy(id).await;
    let (planned, waiting) = (!copy.at("/scheduled_at").is_null(), !copy.at("/review").is_null());
    let status = copy.text_at("/status");
    let public = world.anonymous().get(&format!("articles/{id}")).await.status;
    assert_eq!(public == 200, status == "published", "readers get {public} of what is {status}");
    let state = match (status.as_str(), planned) {
        ("published", true) => "update scheduled".to_owned(),
        ("scheduled", true) => status,
        (_, planned) => {
            assert!(!planned, "{copy}");
            status
        }
    };
    match (waiting, state.as_str()) {
        (false, _) => state,
        (true, "draft") => "in review".to_owned(),
        (true, _) => format!("{state} in review"),
    }
}

api_test!(every_state_has_its_steps_and_no_others, async |world| {
    let mut faults = Vec::new();
    for (taken, expected) in STEPS {
        for (state, expected) in STATES.into_iter().zip(expected) {
            let id = article_in(world, state).await;
            let before = world.database.dump();
            let answer = step(&world.editor(), &id, taken).await;
            let refused = answer.status == 409;
            if refused {
                let answer = answer.expect_problem(409, "illegal_transition");
                assert_eq!(answer.at("/legal"), &legal(state), "{taken} in {state}");
                assert_eq!(world.database.dump(), before, "{taken} in {state}");
            }
            let found = if refused { "409".to_owned() } else { state_of(world, &id).await };
            if found != expected {
                faults.push(format!("{taken} leads from {state} to {found}, not {expected}"));
            }
            // In every state, an administrator may erase the article completely.
            world.admin().delete(&format!("articles/{id}?permanent=true")).await.expect(204);
            let rest = world.database.dump();
            assert!(["articles", "article_plans", "publications"].iter().all(|table| rest[*table].is_empty()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
});

api_test!(contributors_submit_and_editors_return, async |world| {
    let (contributor, editor) = (world.contributor(), world.editor());
    let id = world.draft_by(Role::Contributor, "Trams").await;
    let path = format!("articles/{id}/review");
    let me = contributor.get("auth/me").await.id();
    let waiting = contributor.put(&path, json!({"note": "Ready, but check the year."})).await.expect(200);
    let note = json!({"by": me, "at": "2026-03-14T09:26:53.589Z", "note": "Ready, but check the year."});
    assert_eq!((waiting.at("/review"), waiting.text_at("/status")), (&note, "draft".to_owned()));
    world.pass(60);
    let again = contributor.put(&path, json!({"note": "Ready, but check the year."})).await.expect(200);
    assert_eq!((again.json(), again.etag()), (waiting.json(), waiting.etag()));
    assert_eq!(editor.get("articles?view=editor&in_review=true").await.texts("id"), [id.as_str()]);
    assert_eq!(editor.get("articles?view=editor&in_review=false").await.texts("id"), [""; 0]);
    // Saving is possible during review.
    contributor.patch(&format!("articles/{id}"), json!({"dek": "1906"})).await.expect(200);

    editor.with("if-match", "\"v1\"").delete(&path).await.expect_problem(412, "stale_version");
    editor.delete(&format!("{path}?note=The%20year%20is%201907.")).await.expect(204);
    editor.delete(&path).await.expect(204);
    let back = contributor.get(&format!("articles/{id}?view=editor")).await.expect(200);
    assert_eq!((back.at("/review"), back.text_at("/returned/note")), (&Value::Null, "The year is 1907.".to_owned()));
    assert_eq!(back.text_at("/returned/by"), editor.get("auth/me").await.id());
    assert_eq!(events_of(world, "article.returned").len(), 1);
    // A new submission clears the return; a publication clears the review.
    assert_eq!(contributor.put(&path, json!({})).await.expect(200).at("/returned"), &Value::Null);
    let published = editor.put(&format!("articles/{id}/publication"), json!({})).await.expect(200);
    assert_eq!(published.at("/review"), &Value::Null);
    contributor.put(&path, json!({})).await.expect_problem(403, "forbidden");
});

api_test!(publishing_and_scheduling_decide_what_waits_even_where_nothing_changes, async |world| {
    let id = world.published_by(Role::Editor, "Trams").await;
    let path = format!("articles/{id}");
    for body in [json!({}), json!({"at": LATER}), json!({"at": LATER})] {
        world.editor().put(&format!("{path}/review"), json!({})).await.expect(200);
        let decided = world.editor().put(&format!("{path}/publication"), body.clone()).await.expect(200);
        assert_eq!(decided.at("/review"), &Value::Null, "{body}");
        assert_eq!(world.editor().put(&format!("{path}/publication"), body).await.expect(200).etag(), decided.etag());
    }
});

api_test!(only_editors_and_the_submitter_return, async |world| {
    let profile = json!({"name": "Some author", "user": world.author().get("auth/me").await.id()});
    let profile = world.admin().post("authors", profile).await.expect(201).id();
    let own = world.contributor().get("auth/me").await.expect(200).text_at("/author_id");
    let id = world.draft_of(Role::Contributor, json!({"title": "Trams", "authors": [own, profile]})).await;
    let path = format!("articles/{id}/review");
    world.contributor().put(&path, json!({})).await.expect(200);
    // A co-author may submit the article, but not withdraw another user's submission.
    world.author().delete(&path).await.expect_problem(403, "forbidden");
    world.contributor().delete(&path).await.expect(204);
    assert_eq!(world.working_copy(&id).await.at("/review"), &Value::Null);
    world.author().put(&path, json!({})).await.expect(200);
    world.contributor().delete(&path).await.expect_problem(403, "forbidden");
    world.author().delete(&path).await.expect(204);
});

api_test!(faults_of_reviews_are_named, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    let path = format!("articles/{id}/review");
    let before = world.database.dump();
    let long = "x".repeat(2001);
    world
        .author()
        .put(&path, json!({"note": long, "nota": 1}))
        .await
        .expect(422)
        .expect_faults(&[("/note", "too_long"), ("/nota", "unknown_member")]);
    world.author().delete(&format!("{path}?note={long}")).await.expect(400).expect_faults(&[("note", "too_long")]);
    world
        .author()
        .delete(&format!("{path}?note=%07&not=1"))
        .await
        .expect(400)
        .expect_faults(&[("note", "control_character"), ("not", "unknown_parameter")]);
    world.author().put(&format!("{path}?x=1"), json!({})).await.expect(400);
    world.author().put("articles/nothing/review", json!({})).await.expect_problem(404, "not_found");
    world.author().delete("articles/nothing/review").await.expect_problem(404, "not_found");
    assert_eq!(world.database.dump(), before);
});

api_test!(contributors_leave_alone_what_is_scheduled, async |world| {
    let id = world.draft_by(Role::Contributor, "Trams").await;
    step(&world.editor(), &id, "schedule").await.expect(200);
    for taken in ["save", "submit", "publish", "schedule", "withdraw", "trash"] {
        step(&world.contributor(), &id, taken).await.expect_problem(403, "forbidden");
    }
    assert_eq!(state_of(world, &id).await, "scheduled");
});

api_test!(the_desk_finds_what_waits, async |world| {
    let editor = world.editor();
    let draft = world.draft_by(Role::Editor, "Draft").await;
    let review = article_in(world, "in review").await;
    let scheduled = article_in(world, "scheduled").await;
    let update = article_in(world, "update scheduled").await;
    let trashed = article_in(world, "trashed").await;
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    let (all, plain) = (sorted(&[&draft, &review, &scheduled, &update]), sorted(&[&draft, &review]));
    let planned = sorted(&[&scheduled, &update]);
    for (query, expected) in [
        ("in_review=true", sorted(&[&review])),
        ("status=scheduled", sorted(&[&scheduled])),
        ("status[in]=scheduled,published", planned.clone()),
        ("scheduled_at[exists]=true", planned.clone()),
        ("scheduled_at[exists]=false", plain),
        (&format!("scheduled_at={LATER}"), planned.clone()),
        (&format!("scheduled_at[gte]={LATER}&status=published"), sorted(&[&update])),
        (&format!("scheduled_at[gt]={LATER}"), Vec::new()),
        (&format!("scheduled_at[lt]={LATER}"), Vec::new()),
        (&format!("scheduled_at[lte]={LATER}&sort=title"), planned),
        ("trashed=true", sorted(&[&trashed])),
        ("trashed=false", all),
    ] {
        let mut found = editor.get(&format!("articles?view=editor&{query}&count=true")).await.expect(200).texts("id");
        found.sort();
        assert_eq!(found, expected, "{query}");
    }
    let card = editor.get("articles?view=editor&status=scheduled&fields=id,scheduled_at,until,schedule,review").await.expect(200);
    assert_eq!(card.at("/data/0/schedule/at"), LATER);
    editor.get("articles?view=editor&in_review=maybe").await.expect_problem(400, "malformed_query");
    // Other contributors do not see it.
    assert_eq!(world.contributor().get("articles?view=editor&in_review=true").await.expect(200).texts("id"), [""; 0]);
});

api_test!(what_the_desk_reads_can_be_sent_back, async |world| {
    for state in STATES.into_iter().filter(|state| *state != "trashed") {
        let id = article_in(world, state).await;
        let copy = world.working_copy(&id).await;
        let sent = world.editor().put(&format!("articles/{id}"), copy.json().clone()).await.expect(200);
        assert_eq!((sent.json(), sent.etag()), (copy.json(), copy.etag()), "{state}");
        let mut other = copy.json().clone();
        for member in ["scheduled_at", "until", "review"] {
            other[member] = json!("2030-01-01T00:00:00.000Z");
        }
        let refused = world.editor().put(&format!("articles/{id}"), other).await.expect(422);
        assert_eq!(refused.faults().len(), 3, "{refused}");
    }
});

api_test!(a_chosen_save_is_published, async |world| {
    let (editor, reader) = (world.editor(), world.anonymous());
    let section = world.section("City").await;
    let (tag, other) = (world.tag("Trams").await, world.tag("Buses").await);
    let first = json!({"title": "One", "slug": "one", "body": {"markdown": "First."}, "section": section, "tags": [tag], "featured": true, "custom": {"a": 1}});
    let id = world.draft_of(Role::Editor, first).await;
    let path = format!("articles/{id}");
    editor.patch(&path, json!({"title": CANARY, "slug": "two", "body": {"markdown": CANARY}, "section": null, "tags": [other], "featured": false, "custom": {"b": 2}})).await.expect(200);
    let published = editor.put(&format!("{path}/publication"), json!({"revision": 1})).await.expect(200);
    assert_eq!((published.text_at("/title").as_str(), published.at("/has_unpublished_changes")), (CANARY, &json!(true)));
    let public = reader.get(&path).await.expect(200);
    assert_eq!(
        (public.text_at("/title"), public.text_at("/slug"), public.text_at("/body/html").trim()),
        ("One".into(), "one".into(), "<p>First.</p>")
    );
    assert_eq!((public.text_at("/section/id"), public.text_at("/tags/0/id"), public.at("/featured")), (section, tag, &json!(true)));
    assert_eq!((public.at("/custom"), public.at("/word_count")), (&json!({"a": 1}), &json!(1)));
    for (path, count) in [("tags/trams", 1), ("tags/buses", 0), ("sections/city", 1)] {
        assert_eq!(reader.get(path).await.expect(200).number_at("/article_count"), count, "{path}");
    }
    let version = published.etag();
    assert_eq!(editor.put(&format!("{path}/publication"), json!({"revision": 1})).await.expect(200).etag(), version);
    editor
        .put(&format!("{path}/publication"), json!({"revision": 3}))
        .await
        .expect(422)
        .expect_faults(&[("/revision", "unknown_reference")]);
    editor.put(&format!("{path}/publication"), json!({"revision": 0})).await.expect(422);
});

api_test!(a_save_whose_parts_are_gone_is_not_published, async |world| {
    let editor = world.editor();
    let (section, tag, author) = (world.section("City").await, world.tag("Trams").await, world.author_named("Mara").await);
    let picture = world.image_by(Role::Editor, 1).await;
    let body = json!({"title": "One", "section": section, "tags": [tag], "authors": [author], "hero_image": picture});
    let id = world.draft_of(Role::Editor, body).await;
    let path = format!("articles/{id}");
    editor.patch(&path, json!({"section": null, "tags": [], "authors": [], "hero_image": null})).await.expect(200);
    for gone in [format!("sections/{section}"), format!("tags/{tag}"), format!("authors/{author}"), format!("images/{picture}?force=true")]
    {
        editor.delete(&gone).await.expect(204);
    }
    let before = world.database.dump();
    let refused = editor.put(&format!("{path}/publication"), json!({"revision": 1})).await.expect(422);
    assert_eq!(refused.faults().len(), 4, "{refused}");
    for named in [section, tag, author, picture] {
        assert!(refused.text().contains(&named), "{refused}");
    }
    assert_eq!(world.database.dump(), before);
});

api_test!(a_save_whose_slug_is_anothers_is_not_published, async |world| {
    let editor = world.editor();
    let id = world.draft_of(Role::Editor, json!({"title": "One", "slug": "one"})).await;
    editor.patch(&format!("articles/{id}"), json!({"slug": "two"})).await.expect(200);
    let other = world.draft_of(Role::Editor, json!({"title": "Other", "slug": "one"})).await;
    editor.put(&format!("articles/{id}/publication"), json!({"revision": 1})).await.expect_problem(409, "slug_taken");
    let later = json!({"revision": 1, "at": LATER});
    let taken = editor.put(&format!("articles/{id}/publication"), later).await.expect_problem(409, "slug_taken");
    assert_eq!((taken.text_at("/taken_by/id"), taken.text_at("/taken_by/title")), (other, "Other".to_owned()));
});

api_test!(a_correction_is_said_once, async |world| {
    let id = world.published_by(Role::Author, "Trams").await;
    let path = format!("articles/{id}/publication");
    let first = world.author().put(&path, json!({"correction": "The year."})).await.expect(200);
    world.pass(60);
    let again = world.author().put(&path, json!({"correction": "The year."})).await.expect(200);
    assert_eq!(again.json(), first.json());
    world.author().put(&path, json!({"correction": "The day."})).await.expect(200);
    assert_eq!(world.anonymous().get("articles/trams").await.at("/corrections").as_array().unwrap().len(), 2);
});

api_test!(a_time_that_has_passed_dates_the_article, async |world| {
    let id = world.draft_by(Role::Author, "Trams").await;
    let path = format!("articles/{id}/publication");
    let old = json!({"at": "2019-05-04T12:00:00+02:00"});
    let dated = world.author().put(&path, old.clone()).await.expect(200);
    assert_eq!((dated.text_at("/status"), dated.text_at("/published_at")), ("published".into(), "2019-05-04T10:00:00.000Z".into()));
    world.pass(60);
    assert_eq!(world.author().put(&path, old).await.expect(200).json(), dated.json());
    world.published_by(Role::Author, "Newer").await;
    assert_eq!(world.anonymous().get("articles").await.texts("title"), ["Newer", "Trams"]);
    assert_eq!(world.author().put(&path, json!({})).await.expect(200).text_at("/published_at"), "2019-05-04T10:00:00.000Z");
});

api_test!(of_many_publications_at_once_one_is_told_of, async |world| {
    let id = world.draft_by(Role::Editor, "Trams").await;
    let (editor, path) = (world.editor(), format!("articles/{id}/publication"));
    let answers = join_all((0..50).map(|_| editor.put(&path, json!({})))).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.etag() == answers[0].etag()));
    assert_eq!(events_of(world, "article.published").len(), 1);
});

api_test!(no_race_leaves_what_is_trashed_public, async |world| {
    for round in 0..6 {
        let id = world.draft_by(Role::Editor, &format!("Trams {round}")).await;
        let editor = world.editor();
        let steps = ["publish", "schedule", "withdraw", "trash", "publish", "withdraw", "schedule", "save"];
        let turned: Vec<&str> = steps.iter().cycle().skip(round).take(16).copied().collect();
        let answers = join_all(turned.iter().map(|taken| step(&editor, &id, taken))).await;
        assert!(answers.iter().all(|answer| [200, 204, 409].contains(&answer.status)));
        world.pass(20);
        assert_eq!(state_of(world, &id).await, "trashed");
        let plans = &world.database.dump()["article_plans"];
        assert!(plans.is_empty(), "{plans:?}");
    }
    world.pass(700);
    assert_eq!(world.app.run_due_publications().await, Ok(0));
    assert_eq!(world.anonymous().get("articles").await.texts("id"), [""; 0]);
});
