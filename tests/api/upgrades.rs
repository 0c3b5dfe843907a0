//! Migrations keep what earlier versions stored.

use serde_json::json;

use crate::support::{Role, World, api_test};

api_test!(settings_of_before_find_their_columns, async |world| {
    let logo = world.image_by(Role::Editor, 1).await;
    let policy = json!({"mode": "pre", "close_after_days": 14});
    world.admin().patch("site", json!({"logo": logo, "comment_policy": policy})).await.expect(200);
    world.published(json!({"title": "Trams"})).await;
    world.tamper(include_str!("../../migrations/portable/2026-11-22-000008_site_members/down.sql"));
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261122000008'");
    let node = world.node(&[]).await;
    assert_eq!(node.editor().get(&format!("images/{logo}/usages")).await.expect(200).at("/site"), &json!(true));
    assert_eq!(node.anonymous().get("articles/trams").await.expect(200).at("/comments/open"), &json!(true));
    node.pass(14 * 24 * 60 * 60);
    assert_eq!(node.anonymous().get("articles/trams").await.expect(200).at("/comments/open"), &json!(false));
});

api_test!(texts_of_before_find_their_table, async |world| {
    let body = "The first trams run on **Saturday**.";
    let article = world.published(json!({"title": "Trams", "body": {"markdown": body}})).await;
    world.editor().patch(&format!("articles/{article}"), json!({"body": {"markdown": "On *Sunday*."}})).await.expect(200);
    let right = world.database.dump();
    world.tamper(include_str!("../../migrations/portable/2026-11-28-000026_article_texts/down.sql"));
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000026'");
    assert!(!world.database.dump().contains_key("article_texts"));
    let node = world.node(&[]).await;
    assert_eq!(world.database.dump()["article_texts"], right["article_texts"]);
    let shown = node.editor().get(&format!("articles/{article}?view=editor")).await.expect(200);
    assert_eq!(shown.at("/body/markdown"), &json!("On *Sunday*."));
    assert_eq!(shown.at("/body/html"), &json!("<p>On <em>Sunday</em>.</p>\n"));
    let public = node.anonymous().get("articles/trams").await.expect(200);
    assert!(public.at("/body/html").as_str().unwrap().contains("<strong>Saturday</strong>"));
});

api_test!(comments_of_before_find_their_moderation, async |world| {
    let article = world.published(json!({"title": "Trams", "comments_open": true})).await;
    let comment = world.comment(&article, "A text that is long enough to be compared with https://example.org others").await;
    let decision = json!({"ids": [comment], "status": "rejected", "reason": "It's \"mere\" advertising."});
    world.moderator().post("comments/moderate", decision).await.expect(200);
    world.tamper("UPDATE comment_moderation SET user_agent = 'Lynx', spam_score = 20, spam_signs = '[\"no_form\",\"links\"]'");
    let path = format!("comments/{comment}");
    let (right, seen) = (world.database.dump(), world.moderator().get(&path).await.expect(200).json().clone());
    for name in ["ip", "user_agent", "reason"] {
        assert!(seen[name].is_string(), "{name}: {seen}");
    }
    world.tamper(MODERATION_DOWN);
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000028'");
    assert!(!world.database.dump().contains_key("comment_moderation"));
    let hashes = world.database.lines("SELECT text_hash AS line FROM comments WHERE user_agent = 'Lynx' AND spam_score = 20");
    assert_eq!(hashes.len(), 1, "the older program has all values, too");
    let node = world.node(&[]).await;
    for table in ["comments", "comment_moderation"] {
        assert_eq!(world.database.dump()[table], right[table], "{table}");
    }
    assert_eq!(node.moderator().get(&path).await.expect(200).json(), &seen);
    let found = node.moderator().get(&format!("comments?ip={}", seen["ip"].as_str().unwrap())).await.expect(200);
    assert_eq!(found.at("/data/0/id"), &json!(comment));
});

/// Gives comments the columns that they had before moderation got a table of its own.
const MODERATION_DOWN: &str = include_str!("../../migrations/portable/2026-11-28-000028_comment_moderation/down.sql");

/// The columns with sort keys of names and texts, with their tables.
const KEYS: &[(&str, &str)] = &[
    ("users", "name_key"),
    ("invitations", "name_key"),
    ("authors", "name_key"),
    ("sections", "name_key"),
    ("tags", "name_key"),
    ("newsletter_lists", "name_key"),
    ("ad_placements", "label_key"),
    ("articles", "title_key"),
    ("publications", "title_key"),
    ("comments", "author_name_key"),
    ("comments", "text_hash"),
    ("images", "alt_key"),
    ("images", "caption_key"),
    ("images", "credit_key"),
    ("images", "search_key"),
];

api_test!(keys_of_before_are_renewed, async |world| {
    let article = world.published(json!({"title": "Часы Ø 東京", "tags": ["死", "Öl"], "comments_open": true})).await;
    world.section("Ärzte").await;
    world.author_named("Łukasz Þór").await;
    world.comment(&article, "Это один и тот же длинный комментарий").await;
    let image = world.image_by(Role::Editor, 1).await;
    world.editor().patch(&format!("images/{image}"), json!({"alt": "Straße", "caption": "川", "credit": "Ø"})).await.expect(200);
    world.admin().post("ads/placements", json!({"key": "top", "label": "Öben"})).await.expect(201);
    world.admin().post("newsletter/lists", json!({"key": "weekly", "name": "週刊"})).await.expect(201);
    world.admin().post("users/invitations", json!({"email": "new@example.org", "name": "Ёлка", "role": "author"})).await.expect(201);
    // More rows than the migration holds in memory at a time.
    let rows: Vec<String> = (0..450).map(|n| format!("('t{n:04}', 'many-{n}', 'Маны {n}', 'маны {n}', FALSE, 0, 1, 0, 0)")).collect();
    let columns = "id, slug, name, name_key, listed, article_count, version, created_at, updated_at";
    world.tamper(&format!("INSERT INTO tags ({columns}) VALUES {}", rows.join(",")));

    let right = world.database.dump();
    world.tamper(MODERATION_DOWN);
    for (table, column) in KEYS {
        assert!(!right[*table].is_empty(), "there is a row in {table}");
        world.tamper(&format!("UPDATE {table} SET {column} = 'of before' WHERE {column} IS NOT NULL"));
    }
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version IN ('20261128000018', '20261128000028')");
    assert_ne!(world.database.dump()["tags"], right["tags"]);
    world.node(&[]).await;
    let renewed = world.database.dump();
    for table in KEYS.iter().map(|key| key.0).chain(["comment_moderation"]) {
        assert_eq!(renewed[table], right[table], "{table}");
    }
});

api_test!(reasons_of_before_leave_the_log, async |world| {
    let article = world.published(json!({"title": "Trams"})).await;
    let comment = world.comment(&article, "A word").await;
    let of = |status: &str, reason: &str| {
        let id = format!("0190a0b0-0000-7000-8000-{:012}", status.len());
        let details = json!({"article": article, "status": status, "reason": reason}).to_string().replace('\'', "''");
        let columns = "(id, at, kind, actor_id, subject_kind, subject_id, tags, details)";
        format!("INSERT INTO events {columns} VALUES ('{id}', 1, 'comment.moderated', NULL, 'comment', '{comment}', '[]', '{details}')")
    };
    // A reason that looks like the JSON around it.
    let odd = "It's \",\"status\":\"spam\",\"reason\":\"x";
    for (status, reason) in [("approved", "It is fine."), ("spam", "Boots"), ("pending", odd)] {
        world.tamper(&of(status, reason));
    }
    let others = world.database.lines("SELECT details AS line FROM events WHERE at <> 1 ORDER BY id");
    world.tamper("DELETE FROM __diesel_schema_migrations WHERE version = '20261128000021'");
    world.node(&[]).await;
    let kept = world.database.lines("SELECT details AS line FROM events WHERE at = 1 ORDER BY id");
    let kept: Vec<serde_json::Value> = kept.iter().map(|details| serde_json::from_str(details).expect("JSON")).collect();
    let expected = ["spam", "pending", "approved"].map(|status| json!({"article": article, "status": status}));
    assert_eq!(kept, expected);
    assert_eq!(world.database.lines("SELECT details AS line FROM events WHERE at <> 1 ORDER BY id"), others);
});
