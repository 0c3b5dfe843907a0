//! Login and tokens: what gives access, and events that end access at the next request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, Role, World, api_test};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

async fn log_in(world: &World, role: Role) -> (Client, String) {
    let body = json!({"email": role.email(), "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", body).await.expect(200);
    (world.anonymous().bearer(&tokens.text_at("/access_token")), tokens.text_at("/refresh_token"))
}

async fn refresh(world: &World, token: &str) -> Answer {
    world.anonymous().post("auth/refresh", json!({"refresh_token": token})).await
}

async fn user_id(world: &World, role: Role) -> String {
    world.client(role).get("auth/me").await.expect(200).id()
}

/// Checks that a client gets the response for an invalid token.
async fn expect_ended(client: &Client) {
    client.get("auth/me").await.expect_problem(401, "unauthenticated");
    client.post("sections", json!({"name": "x"})).await.expect_problem(401, "unauthenticated");
}

api_test!(login_says_the_same_for_unknown_wrong_and_suspended, async |world| {
    let editor = user_id(world, Role::Editor).await;
    world.admin().patch(&format!("users/{editor}"), json!({"suspended": true})).await.expect(200);
    let try_to = async |email: &str, password: &str| {
        let answer = world.anonymous().post("auth/login", json!({"email": email, "password": password})).await;
        let mut body = answer.expect_problem(401, "wrong_credentials").json().clone();
        body["request_id"] = Value::Null;
        body
    };
    let unknown = try_to("nobody@private.example", PASSWORD).await;
    assert_eq!(unknown, try_to("author@private.example", "wrong horse battery staple").await);
    assert_eq!(unknown, try_to("editor@private.example", PASSWORD).await);
});

api_test!(login_takes_an_address_in_any_case, async |world| {
    let body = json!({"email": "Author@Private.Example", "password": PASSWORD});
    let tokens = world.anonymous().post("auth/login", body).await.expect(200);
    assert_eq!((tokens.text_at("/token_type"), tokens.number_at("/expires_in")), ("Bearer".to_owned(), 900));
    assert_eq!(tokens.required_header("cache-control"), "private, no-store");
});

api_test!(an_access_token_is_good_for_15_minutes, async |world| {
    let (client, _) = log_in(world, Role::Author).await;
    world.pass(15 * MINUTE - 1);
    client.get("auth/me").await.expect(200);
    world.pass(1);
    expect_ended(&client).await;
});

api_test!(a_refresh_token_works_once_and_reuse_ends_the_family, async |world| {
    let (client, first) = log_in(world, Role::Author).await;
    let renewed = refresh(world, &first).await.expect(200);
    let second = renewed.text_at("/refresh_token");
    assert_ne!(first, second);
    let (access, newest) = (world.anonymous().bearer(&renewed.text_at("/access_token")), refresh(world, &second).await.expect(200));
    access.get("auth/me").await.expect(200);
    refresh(world, &first).await.expect_problem(401, "unauthenticated");
    // All tokens of the session are invalid now, because the thief cannot be identified.
    refresh(world, &newest.text_at("/refresh_token")).await.expect_problem(401, "unauthenticated");
    expect_ended(&client).await;
    expect_ended(&access).await;
    expect_ended(&world.anonymous().bearer(&newest.text_at("/access_token"))).await;
    // Other sessions of the same user continue.
    world.author().get("auth/me").await.expect(200);
});

api_test!(of_50_refreshes_at_once_one_wins, async |world| {
    let (_, token) = log_in(world, Role::Author).await;
    let answers = futures_util::future::join_all((0..50).map(|_| refresh(world, &token))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((won, answers.iter().filter(|answer| answer.status == 401).count()), (1, 49));
});

api_test!(a_session_ends_after_30_days, async |world| {
    let (_, mut token) = log_in(world, Role::Author).await;
    for _ in 0..29 {
        world.pass(DAY);
        token = refresh(world, &token).await.expect(200).text_at("/refresh_token");
    }
    world.pass(DAY);
    refresh(world, &token).await.expect_problem(401, "unauthenticated");
});

api_test!(logging_out_ends_the_session_at_once, async |world| {
    let (client, token) = log_in(world, Role::Editor).await;
    client.send(actix_web::http::Method::POST, "auth/logout", None).await.expect(204);
    expect_ended(&client).await;
    refresh(world, &token).await.expect_problem(401, "unauthenticated");
    world.editor().get("auth/me").await.expect(200);
});

api_test!(a_session_can_be_ended_from_another, async |world| {
    let (other, _) = log_in(world, Role::Editor).await;
    let sessions = other.get("auth/sessions").await.expect(200);
    let current = sessions.each("current");
    assert_eq!((current.len(), current.iter().filter(|one| **one == json!(true)).count()), (2, 1));
    let own = sessions.texts("id")[current.iter().position(|one| *one == json!(true)).unwrap()].clone();
    // Other users cannot end the session, whatever their role.
    world.admin().delete(&format!("auth/sessions/{own}")).await.expect(204);
    other.get("auth/me").await.expect(200);
    world.editor().delete(&format!("auth/sessions/{own}")).await.expect(204);
    expect_ended(&other).await;
});

api_test!(a_new_role_holds_at_the_next_request, async |world| {
    let id = user_id(world, Role::Editor).await;
    let editor = world.editor();
    editor.post("sections", json!({"name": "One"})).await.expect(201);
    world.admin().patch(&format!("users/{id}"), json!({"role": "contributor"})).await.expect(200);
    editor.post("sections", json!({"name": "Two"})).await.expect_problem(403, "forbidden");
    world.admin().patch(&format!("users/{id}"), json!({"role": "editor"})).await.expect(200);
    editor.post("sections", json!({"name": "Two"})).await.expect(201);
});

api_test!(suspension_holds_at_the_next_request, async |world| {
    let id = user_id(world, Role::Editor).await;
    let (client, token) = log_in(world, Role::Editor).await;
    world.admin().patch(&format!("users/{id}"), json!({"suspended": true})).await.expect(200);
    expect_ended(&client).await;
    expect_ended(&world.editor()).await;
    refresh(world, &token).await.expect(401);
    world.admin().patch(&format!("users/{id}"), json!({"suspended": false})).await.expect(200);
    // An ended session stays ended; a new login works.
    expect_ended(&client).await;
    log_in(world, Role::Editor).await.0.get("auth/me").await.expect(200);
});

api_test!(deletion_holds_at_the_next_request, async |world| {
    let id = user_id(world, Role::Editor).await;
    let (client, token) = log_in(world, Role::Editor).await;
    world.admin().delete(&format!("users/{id}")).await.expect(204);
    expect_ended(&client).await;
    refresh(world, &token).await.expect(401);
    let body = json!({"email": Role::Editor.email(), "password": PASSWORD});
    world.anonymous().post("auth/login", body).await.expect_problem(401, "wrong_credentials");
});

api_test!(a_new_password_ends_all_other_sessions, async |world| {
    let (other, token) = log_in(world, Role::Author).await;
    let author = world.author();
    let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    let new = "another horse battery staple";
    author.post("auth/password", change("wrong", new)).await.expect(422).expect_faults(&[("/current_password", "wrong_password")]);
    author.post("auth/password", change(PASSWORD, "short")).await.expect(422);
    author.post("auth/password", change(PASSWORD, "passwordpassword")).await.expect(422);
    author.post("auth/password", change(PASSWORD, new)).await.expect(204);
    author.get("auth/me").await.expect(200);
    expect_ended(&other).await;
    refresh(world, &token).await.expect(401);
    let old = json!({"email": Role::Author.email(), "password": PASSWORD});
    world.anonymous().post("auth/login", old).await.expect_problem(401, "wrong_credentials");
    world.anonymous().post("auth/login", json!({"email": Role::Author.email(), "password": new})).await.expect(200);
});

api_test!(somebody_elses_new_password_ends_theirs, async |world| {
    let id = user_id(world, Role::Author).await;
    world.admin().patch(&format!("users/{id}"), json!({"password": "another horse battery staple"})).await.expect(200);
    expect_ended(&world.author()).await;
});

api_test!(there_is_always_an_administrator, async |world| {
    let admin = user_id(world, Role::Admin).await;
    let path = format!("users/{admin}");
    world.admin().patch(&path, json!({"role": "editor"})).await.expect_problem(409, "last_admin");
    world.admin().patch(&path, json!({"suspended": true})).await.expect_problem(409, "last_admin");
    world.admin().delete(&path).await.expect_problem(409, "last_admin");
    let second = json!({"email": "second@private.example", "name": "Second", "role": "admin", "password": PASSWORD});
    let second = world.admin().post("users", second).await.expect(201).id();
    // Two administrators demote each other at the same moment.
    let login = json!({"email": "second@private.example", "password": PASSWORD});
    let token = world.anonymous().post("auth/login", login).await.expect(200).text_at("/access_token");
    let (one, two) = (world.admin(), world.anonymous().bearer(&token));
    let (path_of_second, demotion) = (format!("users/{second}"), json!({"role": "editor"}));
    futures_util::future::join(one.patch(&path_of_second, demotion.clone()), two.patch(&path, demotion)).await;
    let (mine, theirs) = (one.get("auth/me").await, two.get("auth/me").await);
    assert_eq!([mine.text_at("/role"), theirs.text_at("/role")].iter().filter(|role| *role == "admin").count(), 1);
});

api_test!(one_address_has_one_account, async |world| {
    let user = json!({"email": "New@private.example", "name": "New", "role": "author", "password": PASSWORD});
    // Hashing has one turn per core; requests that find none get `503` at once.
    let admin = world.admin().failing();
    let answers = futures_util::future::join_all((0..6).map(|_| admin.post("users", user.clone()))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409, 503].contains(status)), "{statuses:?}");
    admin.post("users", user).await.expect(409);
});

api_test!(accounts_round_trip_and_keep_what_is_the_servers, async |world| {
    let id = user_id(world, Role::Author).await;
    let path = format!("users/{id}");
    let before = world.admin().get(&path).await.expect(200);
    assert!(before.json().get("password").is_none() && before.json().get("password_hash").is_none());
    world.pass(1);
    let after = world.admin().put(&path, before.json().clone()).await.expect(200);
    assert_eq!(before.json(), after.json());
    let refused = world.admin().patch(&path, json!({"password_hash": "x", "token_version": 0, "version": 7})).await.expect(422);
    refused.expect_faults(&[("/password_hash", "unknown_member"), ("/token_version", "unknown_member"), ("/version", "read_only")]);
    let refused = world.author().patch("auth/me", json!({"role": "admin"})).await.expect(422);
    refused.expect_faults(&[("/role", "read_only")]);
    world.author().get("users").await.expect_problem(403, "forbidden");
});

api_test!(forged_tokens_are_refused, async |world| {
    let (client, _) = log_in(world, Role::Admin).await;
    let token = client.token();
    client.get("auth/me").await.expect(200);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("{token} has not three parts") };
    let decode = |part: &str| serde_json::from_slice::<Value>(&BASE64.decode(part).unwrap()).unwrap();
    let encode = |value: &Value| BASE64.encode(value.to_string());
    let (head, claims) = (decode(header), decode(payload));
    assert_eq!((head["alg"].as_str(), head["typ"].as_str()), (Some("EdDSA"), Some("at+jwt")));
    let with = |value: &Value, name: &str, new: Value| {
        let mut value = value.clone();
        value[name] = new;
        value
    };
    let mut forgeries = vec![
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{}", BASE64.encode([0; 64])),
        format!("{header}.{payload}.{signature}A"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{payload}.{header}.{signature}"),
        "a.b.c".to_owned(),
        "x".repeat(100_000),
    ];
    for alg in ["none", "None", "HS256", "RS256", "ES256", "EdDSA "] {
        let forged = encode(&with(&head, "alg", json!(alg)));
        forgeries.push(format!("{forged}.{payload}.{signature}"));
        forgeries.push(format!("{forged}.{payload}."));
    }
    for (name, value) in
        [("kid", json!("../../etc/passwd")), ("kid", json!("")), ("typ", json!("JWT")), ("crit", json!(["exp"])), ("jwk", json!({}))]
    {
        forgeries.push(format!("{}.{payload}.{signature}", encode(&with(&head, name, value))));
    }
    for (name, value) in
        [("sub", json!(user_id(world, Role::Editor).await)), ("exp", json!(9_999_999_999_i64)), ("ver", json!(0)), ("aud", json!("other"))]
    {
        forgeries.push(format!("{header}.{}.{signature}", encode(&with(&claims, name, value))));
    }
    for forged in forgeries {
        world.anonymous().bearer(&forged).get("auth/me").await.expect_problem(401, "unauthenticated");
    }
});

api_test!(one_kind_of_token_is_not_another, async |world| {
    let (client, refresh_token) = log_in(world, Role::Admin).await;
    world.anonymous().bearer(&refresh_token).get("auth/me").await.expect(401);
    refresh(world, &client.token()).await.expect(422);
    let key = client.post("tokens", json!({"name": "Importer", "scopes": ["users:read"]})).await.expect(201);
    refresh(world, &key.text_at("/token")).await.expect(401);
    world.anonymous().get(&format!("sections?access_token={}", client.token())).await.expect_problem(400, "malformed_query");
    // The token is from another database. Nodes of one database accept each other's tokens, whatever their URLs.
    let body = json!({"email": Role::Admin.email(), "password": PASSWORD});
    world.tamper("UPDATE identity SET name = 'another'");
    let elsewhere = world.node(&[]).await;
    let foreign = elsewhere.anonymous().post("auth/login", body).await.expect(200).text_at("/access_token");
    world.anonymous().bearer(&foreign).get("auth/me").await.expect(401);
});

api_test!(tokens_outlive_their_keys_rotation, async |world| {
    let (client, _) = log_in(world, Role::Editor).await;
    let before = world.anonymous().get("/.well-known/jwks.json").await.expect(200);
    world.app.rotate_signing_key().await.unwrap();
    client.get("auth/me").await.expect(200);
    let after = world.anonymous().get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(after.at("/keys").as_array().map(Vec::len), before.at("/keys").as_array().map(|keys| keys.len() + 1));
    let (newer, _) = log_in(world, Role::Editor).await;
    newer.get("auth/me").await.expect(200);
    // Another node loads the key when it gets the first token signed with it.
    let other = world.node(&[]).await;
    other.anonymous().bearer(&newer.token()).get("auth/me").await.expect(200);
});

api_test!(a_fresh_node_knows_everybody_at_once, async |world| {
    let node = world.node(&[]).await;
    let editor = node.editor();
    let answers = futures_util::future::join_all((0..20).map(|_| editor.get("auth/me"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
});

api_test!(api_keys_do_what_their_scopes_and_the_role_allow, async |world| {
    let make = async |client: Client, scopes: Value| {
        let key = client.post("tokens", json!({"name": "Importer", "scopes": scopes})).await.expect(201);
        assert!(key.text_at("/token").starts_with("mh_"));
        (world.anonymous().bearer(&key.text_at("/token")), key.id())
    };
    let (reader, _) = make(world.editor(), json!(["users:read"])).await;
    reader.get("auth/me").await.expect(200);
    reader.post("sections", json!({"name": "One"})).await.expect_problem(403, "forbidden");
    let (writer, id) = make(world.editor(), json!(["taxonomy:write"])).await;
    writer.post("sections", json!({"name": "One"})).await.expect(201);
    // An API key is not a session.
    for path in ["auth/sessions", "tokens"] {
        writer.get(path).await.expect(403);
    }
    writer.post("tokens", json!({"name": "Child", "scopes": ["taxonomy:write"]})).await.expect(403);
    let (weak, _) = make(world.contributor(), json!(["taxonomy:write", "users:write"])).await;
    weak.post("sections", json!({"name": "Two"})).await.expect_problem(403, "forbidden");
    // An API key is shown once, and ends when it or its owner is deleted.
    assert!(!world.editor().get("tokens").await.expect(200).text().contains(&writer.token()));
    world.editor().delete(&format!("tokens/{id}")).await.expect(204);
    expect_ended(&writer).await;
    let editor = user_id(world, Role::Editor).await;
    world.admin().patch(&format!("users/{editor}"), json!({"suspended": true})).await.expect(200);
    expect_ended(&reader).await;
});

api_test!(api_keys_expire, async |world| {
    let body = json!({"name": "Importer", "scopes": ["users:read"], "expires_at": "2026-03-14T10:00:00.000Z"});
    let key = world.editor().post("tokens", body).await.expect(201).text_at("/token");
    let client = world.anonymous().bearer(&key);
    client.get("auth/me").await.expect(200);
    world.pass(40 * MINUTE);
    expect_ended(&client).await;
});

api_test!(guessing_is_slowed_down_without_locking_the_owner_out, async |world| {
    let strict = world.node(&[("RATE_LOGIN", "3/minute")]).await;
    let body = json!({"email": "nobody@private.example", "password": "wrong horse battery staple"});
    let guess = async |address: &str| strict.anonymous().from(address).post("auth/login", body.clone()).await;
    for _ in 0..3 {
        guess("198.51.100.1:1000").await.expect(401);
    }
    let limited = guess("198.51.100.1:2000").await.expect_problem(429, "too_many_requests");
    assert!(limited.required_header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    guess("198.51.100.2:1000").await.expect(401);
    // An IPv6 /64 counts as one IP address.
    for last in 1..=3 {
        guess(&format!("[2001:db8::{last}]:1000")).await.expect(401);
    }
    guess("[2001:db8::ffff:4]:1000").await.expect(429);
    guess("[2001:db8:0:1::1]:1000").await.expect(401);
    // The header is used only if a trusted proxy sent it.
    let forwarded = strict.anonymous().from("198.51.100.1:1000").with("x-forwarded-for", "192.0.2.77");
    forwarded.post("auth/login", body.clone()).await.expect(429);
});
