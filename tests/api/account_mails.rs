//! Lost passwords and new email addresses: the emails, their tokens, and what strangers cannot learn.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Role, World, api_test};

const NEW_PASSWORD: &str = "a tram full of geese";
const HOUR: i64 = 60 * 60;

async fn forgot(world: &World, email: &str) -> Answer {
    world.anonymous().post("auth/password/forgot", json!({"email": email})).await
}

async fn reset_token(world: &World, role: Role) -> String {
    forgot(world, &role.email()).await.expect(202);
    world.mailed_token(&role.email(), "reset-password").await
}

async fn reset(world: &World, token: &str) -> Answer {
    world.anonymous().post("auth/password/reset", json!({"token": token, "new_password": NEW_PASSWORD})).await
}

async fn confirm(world: &World, token: &str) -> Answer {
    world.anonymous().post("auth/email/confirm", json!({"token": token})).await
}

async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    world.anonymous().post("auth/login", json!({"email": email, "password": password})).await
}

async fn id_of(world: &World, role: Role) -> String {
    world.client(role).get("auth/me").await.expect(200).id()
}

#[track_caller]
fn expect_bad_token(answer: Answer) {
    answer.expect_problem(422, "validation_failed").expect_faults(&[("/token", "invalid_token")]);
}

api_test!(a_lost_password_is_replaced_and_ends_all_sessions, async |world| {
    let token = reset_token(world, Role::Author).await;
    let weak = json!({"token": token, "new_password": Role::Author.email()});
    world.anonymous().post("auth/password/reset", weak).await.expect(422).expect_faults(&[("/new_password", "too_common")]);
    world.author().get("auth/me").await.expect(200);
    reset(world, &token).await.expect(204);
    world.author().get("auth/me").await.expect_problem(401, "unauthenticated");
    log_in(world, &Role::Author.email(), PASSWORD).await.expect(401);
    log_in(world, &Role::Author.email(), NEW_PASSWORD).await.expect(200);
    expect_bad_token(reset(world, &token).await);
    world.editor().get("auth/me").await.expect(200);
});

api_test!(nobody_learns_who_has_an_account, async |world| {
    world.admin().patch(&format!("users/{}", id_of(world, Role::Editor).await), json!({"suspended": true})).await.expect(200);
    let mut answers = Vec::new();
    for email in [Role::Author.email(), Role::Author.email().to_uppercase(), Role::Editor.email(), "nobody@private.example".into()] {
        let statements = world.app.statements();
        let answer = forgot(world, &email).await.expect(202);
        answers.push((answer.body.clone(), answer.header("cache-control").map(str::to_owned), world.app.statements() - statements));
    }
    // All responses are equal, and so is the work for them.
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let to: Vec<_> = world.mails().await.into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to, [Role::Author.email()], "nobody unknown or suspended is mailed, and nobody twice");
});

api_test!(strangers_get_one_mail_an_hour_sent, async |world| {
    let count = async || world.mails_to(&Role::Author.email()).await.len();
    for _ in 0..5 {
        forgot(world, &Role::Author.email()).await.expect(202);
    }
    assert_eq!(count().await, 1);
    world.pass(HOUR - 1);
    forgot(world, &Role::Author.email()).await.expect(202);
    assert_eq!(count().await, 1);
    world.pass(2);
    forgot(world, &Role::Author.email()).await.expect(202);
    assert_eq!(count().await, 2);
});

api_test!(each_address_asks_so_often, async |world| {
    let node = world.node(&[("RATE_LOGIN", "3/minute")]).await;
    for path in ["auth/password/forgot", "auth/password/reset", "auth/email/confirm", "auth/invitations/accept"] {
        let client = node.anonymous().from(&format!("198.51.100.{}:4711", path.len()));
        for _ in 0..3 {
            client.post(path, json!({})).await.expect(422);
        }
        client.post(path, json!({})).await.expect_problem(429, "too_many_requests");
    }
});

api_test!(a_reset_ends_with_what_it_stood_on, async |world| {
    // The token expires.
    let token = reset_token(world, Role::Contributor).await;
    world.pass(HOUR);
    expect_bad_token(reset(world, &token).await);
    // The password changes.
    let token = reset_token(world, Role::Author).await;
    let session = log_in(world, &Role::Author.email(), PASSWORD).await.expect(200).text_at("/access_token");
    let change = json!({"current_password": PASSWORD, "new_password": "another tram of geese"});
    world.anonymous().bearer(&session).post("auth/password", change).await.expect(204);
    expect_bad_token(reset(world, &token).await);
    let admin = log_in(world, &Role::Admin.email(), PASSWORD).await.expect(200).text_at("/access_token");
    let admin = world.anonymous().bearer(&admin);
    let user =
        async |role: Role| format!("users/{}", admin.get(&format!("users?email={}", role.email())).await.expect(200).text_at("/data/0/id"));
    // The user is suspended, even if the suspension then ends.
    let (token, editor) = (reset_token(world, Role::Editor).await, user(Role::Editor).await);
    admin.patch(&editor, json!({"suspended": true})).await.expect(200);
    expect_bad_token(reset(world, &token).await);
    admin.patch(&editor, json!({"suspended": false})).await.expect(200);
    expect_bad_token(reset(world, &token).await);
    // The email address changes.
    let (token, moderator) = (reset_token(world, Role::Moderator).await, user(Role::Moderator).await);
    admin.patch(&moderator, json!({"email": "moved@private.example"})).await.expect(200);
    expect_bad_token(reset(world, &token).await);
    // The account is deleted.
    let token = {
        forgot(world, "moved@private.example").await.expect(202);
        world.mailed_token("moved@private.example", "reset-password").await
    };
    admin.delete(&moderator).await.expect(204);
    expect_bad_token(reset(world, &token).await);
});

api_test!(of_many_who_use_a_token_one_does, async |world| {
    let token = reset_token(world, Role::Author).await;
    let client = world.anonymous().failing();
    let answers = join_all((0..50).map(|n| {
        let (client, body) = (client.clone(), json!({"token": token, "new_password": format!("{NEW_PASSWORD} {n}")}));
        async move { client.post("auth/password/reset", body).await.status }
    }));
    let statuses = answers.await;
    // Requests that find no free core get `503`.
    assert!(statuses.iter().all(|status| [204, 422, 503].contains(status)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
    world.editor().patch("auth/me", json!({"email": "fresh@private.example", "current_password": PASSWORD})).await.expect(200);
    let token = world.mailed_token("fresh@private.example", "confirm-email").await;
    let statuses = join_all((0..50).map(|_| confirm(world, &token))).await.into_iter().map(|answer| answer.status);
    let statuses: Vec<u16> = statuses.collect();
    // All of them are clicks on one link; one of them changes the address.
    assert!(statuses.iter().all(|status| *status == 204), "{statuses:?}");
    assert_eq!(world.database.lines("SELECT kind AS line FROM events WHERE kind = 'user.email_changed'").len(), 1);
});

api_test!(a_second_click_on_a_confirmation_changes_nothing, async |world| {
    let ask = async |email: &str| {
        let body = json!({"email": email, "current_password": PASSWORD});
        world.editor().patch("auth/me", body).await.expect(200);
        world.mailed_token(email, "confirm-email").await
    };
    let token = ask("fresh@private.example").await;
    for _ in 0..2 {
        confirm(world, &token).await.expect(204);
    }
    log_in(world, "fresh@private.example", PASSWORD).await.expect(200);
    // A later address stays.
    let (admin, user) = (world.admin(), format!("users/{}", id_of(world, Role::Editor).await));
    admin.patch(&user, json!({"email": "later@private.example"})).await.expect(200);
    expect_bad_token(confirm(world, &token).await);
    assert_eq!(admin.get(&user).await.expect(200).text_at("/email"), "later@private.example");
});

api_test!(a_reset_and_a_suspension_end_kept_answers, async |world| {
    let section = json!({"name": "City"});
    let make = async |client: Client| client.with("idempotency-key", "form-1").post("sections", section.clone()).await.expect(201);
    let entered = async |password: &str| {
        let tokens = log_in(world, &Role::Editor.email(), password).await.expect(200);
        world.anonymous().bearer(&tokens.text_at("/access_token"))
    };
    let first = make(entered(PASSWORD).await).await;
    let token = reset_token(world, Role::Editor).await;
    reset(world, &token).await.expect(204);
    let second = make(entered(NEW_PASSWORD).await).await;
    assert!(second.id() != first.id() && second.header("idempotency-replayed").is_none(), "{second}");
    let editor = world.admin().get(&format!("users?email={}", Role::Editor.email())).await.expect(200).text_at("/data/0/id");
    for suspended in [true, false] {
        world.admin().patch(&format!("users/{editor}"), json!({"suspended": suspended})).await.expect(200);
    }
    let third = make(entered(NEW_PASSWORD).await).await;
    assert!(third.id() != second.id() && third.header("idempotency-replayed").is_none(), "{third}");
});

api_test!(a_token_serves_its_purpose_alone, async |world| {
    let invitation = json!({"email": "zoe@new.example", "name": "Zoe", "role": "author"});
    world.admin().post("users/invitations", invitation).await.expect(201);
    world.editor().patch("auth/me", json!({"email": "fresh@private.example", "current_password": PASSWORD})).await.expect(200);
    let reset_token = reset_token(world, Role::Author).await;
    let confirmation = world.mailed_token("fresh@private.example", "confirm-email").await;
    let invited = world.mailed_token("zoe@new.example", "accept-invitation").await;
    let accept =
        async |token: &str| world.anonymous().post("auth/invitations/accept", json!({"token": token, "password": NEW_PASSWORD})).await;
    for token in [&confirmation, &invited, &"0".repeat(64), &world.author().token()[..200].to_owned()] {
        expect_bad_token(reset(world, token).await);
    }
    for token in [&reset_token, &invited] {
        expect_bad_token(confirm(world, token).await);
    }
    for token in [&reset_token, &confirmation] {
        expect_bad_token(accept(token).await);
        world.anonymous().bearer(token).get("auth/me").await.expect_problem(401, "unauthenticated");
    }
    reset(world, &reset_token).await.expect(204);
    confirm(world, &confirmation).await.expect(204);
    accept(&invited).await.expect(201);
});

api_test!(an_address_of_ones_own_changes_when_it_is_confirmed, async |world| {
    let me = world
        .author()
        .patch("auth/me", json!({"email": "Fresh@Private.Example", "name": "Ada", "current_password": PASSWORD}))
        .await
        .expect(200);
    assert_eq!((me.at("/email"), me.at("/pending_email")), (&json!(Role::Author.email()), &json!("fresh@private.example")));
    log_in(world, &Role::Author.email(), PASSWORD).await.expect(200);
    log_in(world, "fresh@private.example", PASSWORD).await.expect(401);
    let notice = world.mails_to(&Role::Author.email()).await;
    assert!(notice.len() == 1 && notice[0].text.contains("fresh@private.example") && !notice[0].text.contains("token="), "{notice:?}");
    // The response can be sent back and changes nothing.
    let again = world.author().patch("auth/me", me.json().clone()).await.expect(200);
    assert_eq!(again.json(), me.json());
    confirm(world, &world.mailed_token("fresh@private.example", "confirm-email").await).await.expect(204);
    let me = world.author().get("auth/me").await.expect(200);
    assert_eq!((me.at("/email"), me.at("/pending_email")), (&json!("fresh@private.example"), &Value::Null));
    log_in(world, "fresh@private.example", PASSWORD).await.expect(200);
    log_in(world, &Role::Author.email(), PASSWORD).await.expect(401);
    assert_eq!(world.mails().await.len(), 2);
});

api_test!(another_address_needs_the_password, async |world| {
    let ask = async |change: Value| world.author().patch("auth/me", change).await;
    let refused = ask(json!({"email": "fresh@private.example"})).await.expect_problem(422, "validation_failed");
    assert_eq!(refused.at("/errors/0/pointer"), &json!("/current_password"));
    for wrong in ["correct horse battery stable", "x"] {
        let refused =
            ask(json!({"email": "fresh@private.example", "current_password": wrong})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.at("/errors/0/code"), &json!("wrong_password"));
    }
    for impossible in [json!(""), json!("x".repeat(1025)), json!(7)] {
        ask(json!({"email": "fresh@private.example", "current_password": impossible})).await.expect(422);
    }
    ask(json!({"name": "Ada", "email": Role::Author.email()})).await.expect(200);
    assert!(world.mails().await.is_empty());
    // Guesses of the password are limited as at a login, in dry runs, too.
    let guess = json!({"email": "fresh@private.example", "current_password": "correct horse battery stable"});
    for _ in 0..4 {
        world.author().patch("auth/me?dry_run=true", guess.clone()).await;
    }
    ask(guess).await.expect_problem(429, "too_many_requests");
});

api_test!(whose_address_it_is_only_its_owner_learns, async |world| {
    let free = world.author().patch("auth/me", json!({"email": "free@private.example", "current_password": PASSWORD})).await.expect(200);
    let taken =
        world.contributor().patch("auth/me", json!({"email": Role::Editor.email(), "current_password": PASSWORD})).await.expect(200);
    assert_eq!(taken.at("/pending_email"), &json!(Role::Editor.email()));
    assert_eq!(free.json().as_object().unwrap().keys().collect::<Vec<_>>(), taken.json().as_object().unwrap().keys().collect::<Vec<_>>());
    let mails = world.mails_to(&Role::Editor.email()).await;
    assert!(mails.len() == 1 && mails[0].subject == "This email address has an account" && !mails[0].text.contains("token="), "{mails:?}");
    world.pass(24 * HOUR);
    let login = log_in(world, &Role::Contributor.email(), PASSWORD).await.expect(200).text_at("/access_token");
    assert_eq!(world.anonymous().bearer(&login).get("auth/me").await.expect(200).at("/pending_email"), &Value::Null);
});

api_test!(nobody_has_strangers_mailed_by_the_hundred, async |world| {
    let ask = async |client: Client, email: &str| client.patch("auth/me", json!({"email": email, "current_password": PASSWORD})).await;
    ask(world.author(), "victim@else.example").await.expect(200);
    ask(world.author(), "victim@else.example").await.expect(200);
    ask(world.editor(), "victim@else.example").await.expect_problem(429, "too_many_requests");
    assert_eq!(world.mails_to("victim@else.example").await.len(), 1);
    for n in 0..4 {
        ask(world.author(), &format!("victim{n}@else.example")).await.expect(200);
    }
    ask(world.author(), "victim5@else.example").await.expect_problem(429, "too_many_requests");
});

api_test!(nobody_writes_to_strangers_through_the_server, async |world| {
    world.contributor().patch("auth/me", json!({"name": "Claim your prize at evil.example"})).await.expect(200);
    world.contributor().patch("auth/me", json!({"email": "victim@else.example", "current_password": PASSWORD})).await.expect(200);
    let mails = world.mails_to("victim@else.example").await;
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].raw.contains("evil.example") && !mails[0].raw.contains("prize"), "{}", mails[0].raw);
});

api_test!(a_confirmation_ends_with_what_it_stood_on, async |world| {
    let ask = async |client: Client, email: &str| {
        client.patch("auth/me", json!({"email": email, "current_password": PASSWORD})).await.expect(200);
        world.mailed_token(email, "confirm-email").await
    };
    // A second request replaces the first.
    let first = ask(world.author(), "first@private.example").await;
    let second = ask(world.author(), "second@private.example").await;
    expect_bad_token(confirm(world, &first).await);
    // Another account has taken the address.
    world
        .admin()
        .post("users", json!({"email": "second@private.example", "name": "Second", "role": "author", "password": PASSWORD}))
        .await
        .expect(201);
    confirm(world, &second).await.expect_problem(409, "conflict");
    // An administrator sets the address.
    let third = ask(world.editor(), "third@private.example").await;
    world
        .admin()
        .patch(&format!("users/{}", id_of(world, Role::Editor).await), json!({"email": "ordered@private.example"}))
        .await
        .expect(200);
    expect_bad_token(confirm(world, &third).await);
    // The password changes, as the notice advises.
    let fourth = ask(world.moderator(), "fourth@private.example").await;
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    world.moderator().post("auth/password", change).await.expect(204);
    expect_bad_token(confirm(world, &fourth).await);
    assert_eq!(world.moderator().get("auth/me").await.expect(200).at("/pending_email"), &Value::Null);
});

api_test!(links_and_mails_are_made_of_settings_and_names_stay_names, async |world| {
    let name = "=?utf-8?q?Bcc?= \"Ada\", <all@else.example> {{token}} ${HOME} %s";
    world.author().patch("auth/me", json!({"name": name})).await.expect(200);
    world.admin().patch("site", json!({"name": "News: Bcc <x@else.example>, {{token}}"})).await.expect(200);
    let stranger = world.anonymous().with("host", "evil.example").with("x-forwarded-host", "evil.example");
    stranger.post("auth/password/forgot", json!({"email": Role::Author.email()})).await.expect(202);
    let mails = world.mails().await;
    assert_eq!((mails.len(), mails[0].to.as_slice()), (1, [Role::Author.email()].as_slice()));
    assert!(
        mails[0].text.split_whitespace().collect::<Vec<_>>().join(" ").contains(name)
            && mails[0].text.contains("https://news.example/reset-password?token="),
        "{}",
        mails[0].text
    );
    assert!(!mails[0].raw.contains("evil.example"));
    for name in ["Ada\r\nBcc: all@else.example", "Ada\u{2028}x", "Ada\u{0}"] {
        world.author().patch("auth/me", json!({"name": name})).await.expect(422);
        world.admin().post("users/invitations", json!({"email": "a@b.example", "name": name, "role": "author"})).await.expect(422);
    }
    for email in ["ada@else.example\r\nBcc: all@else.example", "a@b.example, c@d.example", "<a@b.example>", "\"a b\"@c.example"] {
        forgot(world, email).await.expect(422);
        world.author().patch("auth/me", json!({"email": email, "current_password": PASSWORD})).await.expect(422);
    }
});

api_test!(a_reset_ends_keys_unless_they_are_to_stay, async |world| {
    for keep in [Value::Null, json!(true)] {
        let kept = keep == json!(true);
        let login = log_in(world, &Role::Editor.email(), if kept { NEW_PASSWORD } else { PASSWORD }).await.expect(200);
        let editor = world.anonymous().bearer(&login.text_at("/access_token"));
        let key = editor.post("tokens", json!({"name": "Build", "scopes": ["users:read"]})).await.expect(201).text_at("/token");
        let key = world.anonymous().bearer(&key);
        key.get("auth/me").await.expect(200);
        let token = reset_token(world, Role::Editor).await;
        let body = json!({"token": token, "new_password": NEW_PASSWORD, "keep_keys": keep});
        world.anonymous().post("auth/password/reset", body).await.expect(204);
        editor.get("auth/me").await.expect(401);
        key.get("auth/me").await.expect(if kept { 200 } else { 401 });
        world.pass(HOUR + 1);
    }
});
