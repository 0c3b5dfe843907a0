//! Deleting comments: a deletion keeps what others wrote; a whole thread is deleted only on request.

use serde_json::{Value, json};

use crate::support::{Answer, Role, World, api_test};

async fn says(world: &World, name: &str, parent: Option<&str>) -> Answer {
    let email = format!("{}@private.example", name.to_lowercase());
    let body = json!({"author_name": name, "author_email": email, "body": format!("{name} was here."), "parent_id": parent});
    world.anonymous().post("articles/trams/comments", body).await
}

/// Publishes an article whose comments are visible at once.
async fn open(world: &World) -> String {
    let article = world.published_by(Role::Author, "Trams").await;
    world.admin().patch("site", json!({"comment_policy": {"mode": "post", "hold_at": 101, "spam_at": 101}})).await.expect(200);
    article
}

/// Creates a thread of three: returns the first comment, with its edit token, and the ids of the replies.
async fn thread(world: &World) -> (Answer, String, String) {
    let ada = says(world, "Ada", None).await.expect(201);
    let ben = says(world, "Ben", Some(&ada.id())).await.expect(201).id();
    let cleo = says(world, "Cleo", Some(&ben)).await.expect(201).id();
    (ada, ben, cleo)
}

async fn delete_own(world: &World, posted: &Answer) -> Answer {
    world.anonymous().with("x-edit-token", &posted.text_at("/edit_token")).delete(&format!("comments/{}", posted.id())).await
}

async fn list(world: &World) -> Answer {
    world.anonymous().get("articles/trams/comments?count=true").await.expect(200)
}

/// Returns the number of comments that readers see at the article.
async fn count(world: &World) -> i64 {
    world.anonymous().get("articles/trams").await.expect(200).number_at("/comments/count")
}

api_test!(a_guest_takes_back_their_own_words_and_no_others, async |world| {
    open(world).await;
    let (ada, ben, cleo) = thread(world).await;
    world.moderator().patch(&format!("comments/{}", ada.id()), json!({"pinned": true})).await.expect(200);
    let before = list(world).await;
    delete_own(world, &ada).await.expect(204);
    let after = list(world).await;
    assert_ne!(before.etag(), after.etag());
    let place = after.at("/data/0");
    assert_eq!((&place["id"], &place["erased"], &place["pinned"]), (&json!(ada.id()), &json!(true), &json!(false)));
    assert_eq!((&place["author"]["name"], &place["body"]["text"]), (&json!(""), &json!("")));
    let answer = &place["replies"]["data"][0];
    assert_eq!((&answer["id"], &answer["body"]["text"]), (&json!(ben), &json!("Ben was here.")));
    assert_eq!(answer["replies"]["data"][0]["id"], json!(cleo));
    assert_eq!((count(world).await, after.number_at("/page/total")), (3, 1));
    let (mut queue, mut all) = (world.moderator().get("comments").await.expect(200).texts("id"), vec![ada.id(), ben, cleo]);
    queue.sort();
    all.sort();
    assert_eq!(queue, all);
    let kept = format!("{:?}", world.database.dump()["comments"]).to_lowercase();
    for word in ["ada was here", "ada@private.example", "\"ada\""] {
        // The dump contains quoted texts within texts.
        assert!(!kept.replace('\\', "").contains(word), "{kept}");
    }
    // Deleting it again succeeds; it cannot be edited, voted for or reported.
    delete_own(world, &ada).await.expect(204);
    let path = format!("comments/{}", ada.id());
    let own = world.anonymous().with("x-edit-token", &ada.text_at("/edit_token"));
    own.patch(&path, json!({"body": "Back"})).await.expect_problem(403, "forbidden");
    world.anonymous().put(&format!("{path}/vote"), json!({})).await.expect_problem(404, "not_found");
    world.anonymous().post(&format!("{path}/reports"), json!({"reason": "spam"})).await.expect_problem(404, "not_found");
});

api_test!(what_nobody_answered_goes_wholly_and_so_does_a_place_without_answers, async |world| {
    open(world).await;
    let alone = says(world, "Dora", None).await.expect(201);
    delete_own(world, &alone).await.expect(204);
    world.moderator().get(&format!("comments/{}", alone.id())).await.expect_problem(404, "not_found");
    // The place of a deleted comment is kept as long as it has replies, whoever deletes those.
    let ada = says(world, "Ada", None).await.expect(201);
    let ben = says(world, "Ben", Some(&ada.id())).await.expect(201);
    let cleo = says(world, "Cleo", Some(&ben.id())).await.expect(201);
    for posted in [&ada, &ben] {
        delete_own(world, posted).await.expect(204);
    }
    assert_eq!((list(world).await.texts("id"), count(world).await), (vec![ada.id()], 3));
    delete_own(world, &cleo).await.expect(204);
    assert_eq!((list(world).await.texts("id"), count(world).await), (vec![], 0));
    assert!(world.database.dump()["comments"].is_empty());
    assert_eq!(world.moderator().get("comments").await.expect(200).texts("id"), [""; 0]);
});

api_test!(what_waits_is_not_lost_with_what_it_answers, async |world| {
    open(world).await;
    let ada = says(world, "Ada", None).await.expect(201);
    world.admin().patch("site", json!({"comment_policy": {"mode": "pre"}})).await.expect(200);
    let ben = says(world, "Ben", Some(&ada.id())).await.expect(202).id();
    delete_own(world, &ada).await.expect(204);
    assert_eq!(world.moderator().get("comments?status=pending").await.expect(200).texts("id"), std::slice::from_ref(&ben));
    world.moderator().patch(&format!("comments/{ben}"), json!({"status": "approved"})).await.expect(200);
    assert_eq!(list(world).await.at("/data/0/replies/data/0/id"), &json!(ben));
    // An approved comment that is edited becomes pending and hides its replies; when its author deletes it, the replies are visible again.
    world.pass(1);
    let cleo = says(world, "Cleo", None).await.expect(202);
    let path = format!("comments/{}", cleo.id());
    world.moderator().patch(&path, json!({"status": "approved"})).await.expect(200);
    let reply = world.author().post("articles/trams/comments", json!({"body": "Indeed.", "parent_id": cleo.id()})).await.expect(201).id();
    let own = world.anonymous().with("x-edit-token", &cleo.text_at("/edit_token"));
    assert_eq!(own.patch(&path, json!({"body": "Otherwise"})).await.expect(200).at("/status"), "pending");
    assert_eq!(count(world).await, 2);
    own.delete(&path).await.expect(204);
    assert_eq!(count(world).await, 4);
    assert_eq!(list(world).await.at("/data/1/replies/data/0/id"), &json!(reply));
});

api_test!(staff_delete_one_comment_or_its_thread, async |world| {
    open(world).await;
    let (ada, ben, cleo) = thread(world).await;
    let path = format!("comments/{}", ada.id());
    let guest = world.anonymous().with("x-edit-token", &ada.text_at("/edit_token"));
    guest.delete(&format!("{path}?thread=true")).await.expect_problem(403, "forbidden");
    world.anonymous().delete(&format!("{path}?thread=true")).await.expect_problem(401, "unauthenticated");
    world.contributor().delete(&format!("{path}?thread=true")).await.expect_problem(403, "forbidden");
    world.moderator().delete(&format!("{path}?thread=maybe")).await.expect(400).expect_faults(&[("thread", "invalid_value")]);
    for _ in 0..2 {
        world.moderator().delete(&path).await.expect(204);
    }
    assert_eq!((list(world).await.at("/data/0/replies/data/0/id"), count(world).await), (&json!(ben), 3));
    // The article's author may delete a thread, too.
    world.author().delete(&format!("comments/{ben}?thread=true")).await.expect(204);
    for id in [&ada.id(), &ben, &cleo] {
        world.moderator().get(&format!("comments/{id}")).await.expect_problem(404, "not_found");
    }
    assert_eq!((list(world).await.texts("id"), count(world).await), (vec![], 0));
    let audit = world.admin().get("audit?kind[starts_with]=comment.&sort=at").await.expect(200);
    assert_eq!(audit.texts("kind")[3..], ["comment.deleted", "comment.thread_deleted"]);
});

api_test!(what_was_rejected_hides_its_branch_until_it_is_deleted, async |world| {
    open(world).await;
    let (ada, ben, _) = thread(world).await;
    let path = format!("comments/{}", ada.id());
    world.moderator().patch(&path, json!({"status": "rejected"})).await.expect(200);
    assert_eq!(count(world).await, 0);
    world.moderator().patch(&path, json!({"status": "approved"})).await.expect(200);
    assert_eq!(count(world).await, 3);
    // A deletion removes only the comment itself. A comment that was rejected before keeps hiding its replies.
    world.moderator().delete(&format!("comments/{ben}")).await.expect(204);
    assert_eq!(count(world).await, 3);
    world.moderator().patch(&path, json!({"status": "rejected"})).await.expect(200);
    world.moderator().delete(&path).await.expect(204);
    assert_eq!((count(world).await, list(world).await.texts("id")), (0, vec![]));
    assert_eq!(world.database.dump()["comments"].len(), 3);
});

api_test!(a_deleted_comment_is_mailed_to_nobody, async |world| {
    open(world).await;
    let body = json!({"author_name": "Ada", "author_email": "ada@reader.example", "body": "Hello", "notify_replies": true});
    let ada = world.anonymous().post("articles/trams/comments", body).await.expect(201);
    delete_own(world, &says(world, "Ben", Some(&ada.id())).await.expect(201)).await.expect(204);
    assert!(world.mails_to("ada@reader.example").await.is_empty());
    // Authors who have deleted their comment get no emails about replies.
    says(world, "Cleo", Some(&ada.id())).await.expect(201);
    delete_own(world, &ada).await.expect(204);
    says(world, "Dora", Some(&ada.id())).await.expect(201);
    assert!(world.mails_to("ada@reader.example").await.is_empty());
    let kept = format!("{:?}", world.database.dump().get("comment_notices"));
    assert!(!kept.contains("ada@"), "{kept}");
    assert_eq!(world.anonymous().get("articles/trams/comments").await.expect(200).at("/data/0/author/name"), &Value::from(""));
});
