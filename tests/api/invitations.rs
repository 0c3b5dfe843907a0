//! Invitations: people get an account and choose the password themselves.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, PASSWORD, Role, World, api_test};

const ZOE: &str = "zoe@new.example";
const CHOSEN: &str = "a tram full of geese";
const DAY: i64 = 24 * 60 * 60;

async fn invite(world: &World, role: &str) -> Answer {
    world.admin().post("users/invitations", json!({"email": "Zoe@New.Example", "name": "Zoë", "role": role})).await
}

async fn accept(world: &World, token: &str) -> Answer {
    world.anonymous().post("auth/invitations/accept", json!({"token": token, "password": CHOSEN})).await
}

#[track_caller]
fn expect_bad_token(answer: Answer) {
    answer.expect_problem(422, "validation_failed").expect_faults(&[("/token", "invalid_token")]);
}

api_test!(who_is_invited_makes_their_own_account, async |world| {
    let invitation = invite(world, "editor").await.expect(201);
    assert_eq!((invitation.text_at("/email").as_str(), invitation.text_at("/role").as_str()), (ZOE, "editor"));
    let path = invitation.required_header("location").split_once("/api/v1/").unwrap().1.to_owned();
    assert_eq!(world.admin().get(&path).await.expect(200).json(), invitation.json());
    assert_eq!(world.admin().get("users/invitations?email[starts_with]=zoe").await.expect(200).texts("id"), [invitation.id()]);
    let mails = world.mails_to(ZOE).await;
    assert!(mails.len() == 1 && mails[0].text.contains("Some admin invites you"), "{mails:?}");
    let token = mails[0].token("accept-invitation");
    let weak = json!({"token": token, "password": "password1234567"});
    let refused = world.anonymous().post("auth/invitations/accept", weak).await.expect(422);
    assert_eq!(refused.faults()[0].0, "/password");
    let body = json!({"token": token, "password": CHOSEN, "name": "Zoë Ash"});
    let answer = world.anonymous().post("auth/invitations/accept", body).await.expect(201);
    assert_eq!(
        (answer.text_at("/name").as_str(), answer.text_at("/role").as_str(), answer.text_at("/email").as_str()),
        ("Zoë Ash", "editor", ZOE)
    );
    let login = world.anonymous().post("auth/login", json!({"email": ZOE, "password": CHOSEN})).await.expect(200);
    world.anonymous().bearer(&login.text_at("/access_token")).post("sections", json!({"name": "Mine"})).await.expect(201);
    expect_bad_token(accept(world, &token).await);
    assert!(world.admin().get("users/invitations").await.expect(200).texts("id").is_empty());
    world.admin().get(&path).await.expect_problem(404, "not_found");
});

api_test!(an_invitation_ends, async |world| {
    // The invitation is withdrawn.
    let id = invite(world, "author").await.expect(201).id();
    let token = world.mailed_token(ZOE, "accept-invitation").await;
    world.admin().delete(&format!("users/invitations/{id}")).await.expect(204);
    world.admin().delete(&format!("users/invitations/{id}")).await.expect(204);
    expect_bad_token(accept(world, &token).await);
    // If it is withdrawn before the email is sent, no email is sent.
    let id = invite(world, "author").await.expect(201).id();
    world.admin().delete(&format!("users/invitations/{id}")).await.expect(204);
    assert_eq!(world.mails_to(ZOE).await.len(), 1);
    // The invitation is replaced by another.
    invite(world, "admin").await.expect(201);
    let old = world.mailed_token(ZOE, "accept-invitation").await;
    world.pass(60 * 60 + 1);
    // The administrator's token has expired.
    let body = json!({"email": Role::Admin.email(), "password": PASSWORD});
    let admin = world.anonymous().post("auth/login", body).await.expect(200).text_at("/access_token");
    let again = json!({"email": ZOE, "name": "Zoë", "role": "contributor"});
    world.anonymous().bearer(&admin).post("users/invitations", again).await.expect(201);
    let new = world.mailed_token(ZOE, "accept-invitation").await;
    expect_bad_token(accept(world, &old).await);
    // The invitation has expired.
    world.pass(7 * DAY);
    expect_bad_token(accept(world, &new).await);
});

api_test!(an_invitation_ends_with_its_maker, async |world| {
    let second = json!({"email": "second@private.example", "name": "Second", "role": "admin", "password": PASSWORD});
    let id = world.admin().post("users", second).await.expect(201).id();
    let login = world.anonymous().post("auth/login", json!({"email": "second@private.example", "password": PASSWORD})).await.expect(200);
    let second = world.anonymous().bearer(&login.text_at("/access_token"));
    second.post("users/invitations", json!({"email": ZOE, "name": "Zoë", "role": "admin"})).await.expect(201);
    let token = world.mailed_token(ZOE, "accept-invitation").await;
    world.admin().patch(&format!("users/{id}"), json!({"role": "editor"})).await.expect(200);
    expect_bad_token(accept(world, &token).await);
    world.admin().delete(&format!("users/{id}")).await.expect(204);
    expect_bad_token(accept(world, &token).await);
});

api_test!(who_has_an_account_is_not_invited, async |world| {
    let body = json!({"email": Role::Author.email(), "name": "Again", "role": "author"});
    world.admin().post("users/invitations", body).await.expect_problem(409, "conflict");
    // The invited person got an account meanwhile.
    invite(world, "author").await.expect(201);
    let token = world.mailed_token(ZOE, "accept-invitation").await;
    world.admin().post("users", json!({"email": ZOE, "name": "Zoë", "role": "author", "password": PASSWORD})).await.expect(201);
    accept(world, &token).await.expect_problem(409, "conflict");
    assert_eq!(world.mails().await.len(), 1);
});

api_test!(of_many_who_accept_one_does, async |world| {
    invite(world, "author").await.expect(201);
    let token = world.mailed_token(ZOE, "accept-invitation").await;
    let client = world.anonymous().failing();
    let answers = join_all((0..50).map(|_| {
        let (client, body) = (client.clone(), json!({"token": token, "password": CHOSEN}));
        async move { client.post("auth/invitations/accept", body).await.status }
    }));
    let statuses = answers.await;
    assert!(statuses.iter().all(|status| [201, 422, 503].contains(status)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
});

api_test!(what_an_invitation_may_say, async |world| {
    let body = json!({"email": "nobody", "name": " ", "role": "owner", "password": "x", "suspended": true});
    let faults = world.admin().post("users/invitations", body).await.expect(422).faults();
    let places: Vec<_> = faults.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["/email", "/name", "/password", "/role", "/suspended"]);
    assert!(world.mails().await.is_empty());
    let body = json!({"token": "x", "password": CHOSEN, "role": "admin"});
    world.anonymous().post("auth/invitations/accept", body).await.expect(422).expect_faults(&[("/role", "unknown_member")]);
});

api_test!(fifty_same_invitations_are_one_mail, async |world| {
    let first = invite(world, "author").await.expect(201);
    for _ in 0..49 {
        assert_eq!(invite(world, "author").await.expect(200).json(), first.json());
    }
    let changed = invite(world, "editor").await.expect(200);
    assert_eq!((changed.id(), changed.text_at("/role").as_str()), (first.id(), "editor"));
    let mails = world.mails_to(ZOE).await;
    assert_eq!(mails.len(), 1);
    // The link of the only email works, with the latest data.
    let answer = accept(world, &mails[0].token("accept-invitation")).await.expect(201);
    assert_eq!(answer.text_at("/role"), "editor");
    assert!(answer.at("/author_id").is_string());
});

api_test!(an_invitation_can_leave_the_profile_out, async |world| {
    let body = json!({"email": ZOE, "name": "Zoë", "role": "author", "profile": false});
    assert_eq!(world.admin().post("users/invitations", body).await.expect(201).at("/profile"), &json!(false));
    let token = world.mailed_token(ZOE, "accept-invitation").await;
    assert!(accept(world, &token).await.expect(201).at("/author_id").is_null());
});
