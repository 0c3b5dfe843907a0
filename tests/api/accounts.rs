//! Accounts: rules that hold for everyone who may change them, and the effects of deletion.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher};
use serde_json::json;

use crate::support::{Engine, PASSWORD, Role, World, api_test, run};

api_test!(one_password_opens_however_a_device_spells_it, async |world| {
    let (composed, decomposed) = ("a tram f\u{fc}ll of geese", "a tram fu\u{308}ll of geese");
    let made = json!({"email": "zoe@private.example", "name": "Zoe", "role": "author", "password": composed});
    let id = world.admin().post("users", made).await.expect(201).id();
    for spelling in [composed, decomposed] {
        world.anonymous().post("auth/login", json!({"email": "zoe@private.example", "password": spelling})).await.expect(200);
    }
    // The minimum of 15 characters counts characters as people see them.
    let short = "u\u{308}u\u{308}u\u{308}u\u{308}u\u{308}u\u{308}u\u{308}1";
    let refused = world.admin().patch(&format!("users/{id}"), json!({"password": short})).await.expect(422);
    refused.expect_faults(&[("/password", "too_short")]);
});

api_test!(a_login_renews_a_hash_of_another_spelling, async |world| {
    let (composed, decomposed) = ("a tram f\u{fc}ll of geese", "a tram fu\u{308}ll of geese");
    let old: PasswordHash = Argon2::default().hash_password_with_salt(decomposed.as_bytes(), b"a salt of before").unwrap();
    let email = Role::Author.email();
    world.tamper(&format!("UPDATE users SET password_hash = '{old}' WHERE email = '{email}'"));
    let log_in = async |password: &str| world.anonymous().post("auth/login", json!({"email": email, "password": password})).await;
    log_in(composed).await.expect_problem(401, "wrong_credentials");
    log_in(decomposed).await.expect(200);
    log_in(composed).await.expect(200);
});

api_test!(suspension_ends_keys_for_good, async |world| {
    let key = world.editor().post("tokens", json!({"name": "Build", "scopes": ["users:read"]})).await.expect(201).text_at("/token");
    let editor = format!("users/{}", world.editor().get("auth/me").await.expect(200).id());
    for suspended in [true, false] {
        world.admin().patch(&editor, json!({"suspended": suspended})).await.expect(200);
        world.anonymous().bearer(&key).get("auth/me").await.expect(401);
    }
});

api_test!(the_command_line_does_what_administrators_can, async |world| {
    let (app, author) = (&world.app, Role::Author.email());
    // Changes by the command line take effect on a running server.
    let key = app.create_token(&author, "Build", &["users:read".to_owned()], None).await.unwrap();
    let key = world.anonymous().bearer(&key);
    assert_eq!(key.get("auth/me").await.expect(200).text_at("/email"), author);
    app.set_role(&author, "editor").await.unwrap();
    world.author().post("sections", json!({"name": "City"})).await.expect(201);
    app.set_password(&author, "a tram full of geese", true).await.unwrap();
    world.author().get("auth/me").await.expect(401);
    key.get("auth/me").await.expect(200);
    app.set_password(&author, "a tram full of goats", false).await.unwrap();
    key.get("auth/me").await.expect(401);
    world.anonymous().post("auth/login", json!({"email": author, "password": "a tram full of goats"})).await.expect(200);
    app.delete_user(&author).await.unwrap();
    world.anonymous().post("auth/login", json!({"email": author, "password": "a tram full of goats"})).await.expect(401);
    // Errors of the command line are sentences, without the pointers and codes of the API.
    let refusals = [
        app.set_role(&Role::Admin.email(), "editor").await.unwrap_err(),
        app.delete_user(&Role::Admin.email()).await.unwrap_err(),
        app.set_password(&Role::Admin.email(), "short", false).await.unwrap_err(),
        app.delete_user(&author).await.unwrap_err(),
        app.create_token(&Role::Admin.email(), "Build", &["read".to_owned()], None).await.unwrap_err(),
        app.create_user("no address", "Name", "editor", PASSWORD).await.unwrap_err(),
        app.create_user(&Role::Admin.email(), "Name", "editor", PASSWORD).await.unwrap_err(),
    ];
    for refusal in refusals {
        assert!(refusal.ends_with(['.', ')']) && !refusal.contains("/password") && !refusal.contains("validation_failed"), "{refusal}");
        assert!(!refusal.contains("^["), "{refusal}");
    }
    world.admin().get("users").await.expect(200);
});

/// Checks whether other users of the machine may read a file.
fn open_to_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
}

#[test]
fn the_files_of_the_database_are_their_owners_alone() {
    run(Engine::Sqlite, async |world: &World| {
        use std::os::unix::fs::PermissionsExt;
        let path = std::path::PathBuf::from(world.database.url.trim_start_matches("sqlite://"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let node = world.node(&[]).await;
        node.admin().post("sections", json!({"name": "City"})).await.expect(201);
        for suffix in ["", "-wal", "-shm"] {
            let file = std::path::PathBuf::from(format!("{}{suffix}", path.display()));
            assert!(file.exists() && !open_to_others(&file), "{}", file.display());
        }
        // A new database file is never readable by others.
        let new = world.database.folder.path().join("new.db");
        let fresh = world.node(&[("DATABASE_URL", &format!("sqlite://{}", new.display()))]).await;
        fresh.anonymous().get("sections").await.expect(200);
        assert!(new.exists() && !open_to_others(&new));
    });
}
