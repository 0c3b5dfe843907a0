//! Accepted data is stored: each member of a request body shows in later responses, or the response names it as invalid.

mod values;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Contract, Role, World, api_test};
use crate::what_is_sent::resources;
use values::Names;

/// Members that are accepted but never shown: the schema, the place and the reason.
const NOT_SHOWN: &[(&str, &str, &str)] = &[
    ("UserChangePatch", "/password", "passwords are never shown; the tests of accounts log in with it"),
    ("UserChange", "/password", "passwords are never shown; the tests of accounts log in with it"),
    ("UserDraft", "/password", "passwords are never shown; the tests of accounts log in with it"),
    ("UserDraft", "/profile", "it makes a profile, whose author_id the account shows; the tests of accounts read it"),
    ("OwnAccountPatch", "/current_password", "it proves who asks, and changes nothing by itself"),
    ("CommentDraft", "/author_email", "only staff see addresses; the tests of comments read it as they do"),
    ("CommentDraft", "/form", "it shows when the form was loaded, and is judged and not kept"),
    ("CommentDraft", "/notify_replies", "it is a wish for mails; the tests of mails to commenters count them"),
    ("CommentDraft", "/website", "it is the trap for machines, which are not told that they are in it"),
    ("SuppressionDraft", "/email", "of an address that is not written to, a hash is kept"),
];

/// Members that cannot change alone to a generated value and get a validation error; other tests change them.
const REFUSED: &[(&str, &str)] = &[
    // These belong to another kind of creative.
    ("AdCreativeDraft", "/attributes"),
    ("AdCreativeDraft", "/container_id"),
    ("AdCreativeDraft", "/image"),
    ("AdCreativeDraft", "/kind"),
    ("AdCreativeDraft", "/link"),
    ("AdCreativeDraft", "/src"),
    ("AdCreativePatch", "/attributes"),
    ("AdCreativePatch", "/container_id"),
    ("AdCreativePatch", "/image"),
    ("AdCreativePatch", "/kind"),
    ("AdCreativePatch", "/link"),
    ("AdCreativePatch", "/src"),
    // These need an existing comment or a password.
    ("CommentDraft", "/parent_id"),
    ("OwnAccountPatch", "/email"),
];

/// Operations whose request bodies cannot be read again, with the reason.
const OTHERS: &[(&str, &str)] = &[
    ("accept_invitation", "proves a token and gives a password; the account has what the invitation said"),
    ("change_password", "passwords are never shown"),
    ("confirm_email", "proves a token"),
    ("confirm_subscription", "proves a token"),
    ("create_article_preview", "its duration shows as the time at which it expires; the tests of previews read it"),
    ("create_invitation", "answers the same whether the address has an account; the tests of invitations read the list"),
    ("create_site_preview", "its duration and time show in what the preview reads; the tests of previews read it"),
    ("erase_comments", "names what is erased"),
    ("log_in", "proves a password"),
    ("merge_section", "names what is merged"),
    ("merge_tag", "names what is merged"),
    ("moderate_comments", "a decision on many comments; the tests of moderation read each"),
    ("publish_article", "a state; the tests of publishing and scheduling read all of it"),
    ("read_preferences", "proves a token and changes nothing"),
    ("refresh_session", "proves a token"),
    ("refuse_comment_notices", "proves a token"),
    ("replace_preferences", "needs a mailed token; the tests of the newsletter read what it kept"),
    ("replace_schema", "a schema as a whole, and not members; the tests of schemas read it"),
    ("report_comment", "answers nothing; the tests of moderation read reports"),
    ("request_password_reset", "answers the same whether the address has an account"),
    ("reset_password", "passwords are never shown"),
    ("run_batch", "its operations are these"),
    ("submit_article", "a state; the tests of the workflow read the note"),
    ("subscribe", "answers the same whether the address is known; the tests of the newsletter read the subscriber"),
    ("unsubscribe", "proves a token"),
];

/// Checks whether a response contains the sent value: a reference by the id of the embedded resource, a body by each sent form.
fn says(shown: &Value, sent: &Value) -> bool {
    match (sent, shown) {
        (Value::Array(sent), Value::Array(shown)) => {
            sent.len() == shown.len() && sent.iter().zip(shown).all(|(sent, shown)| says(shown, sent))
        }
        (Value::Object(sent), Value::Object(shown)) => {
            sent.iter().all(|(name, sent)| shown.get(name).is_some_and(|shown| says(shown, sent)))
        }
        (Value::String(_), Value::Object(_)) => shown.get("id") == Some(sent),
        _ => shown == sent,
    }
}

/// Returns a body with a value at a place.
fn body_with(mut body: Value, place: &str, value: &Value) -> Value {
    let mut at = &mut body;
    for name in place.split('/').skip(1) {
        at = &mut at[name];
    }
    *at = value.clone();
    body
}

/// The results for all members of all bodies.
#[derive(Default)]
struct Outcome {
    lost: Vec<String>,
    refused: BTreeSet<(String, String)>,
    kept: usize,
}

impl Outcome {
    /// Records the result for a value; `shown` are the values in later responses.
    fn note(&mut self, schema: &str, (place, sent): (&str, &Value), answer: &Answer, shown: &[&Value]) {
        if NOT_SHOWN.iter().any(|(other, at, _)| *other == schema && *at == place) {
            return;
        }
        match answer.status {
            200..=299 => {
                let warned = answer.json()["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
                let has_it = |view: &&Value| view.pointer(place).is_some_and(|shown| says(shown, sent));
                if warned || shown.iter().all(has_it) {
                    self.kept += 1;
                } else {
                    let seen: Vec<_> = shown.iter().map(|view| view.pointer(place)).collect();
                    self.lost.push(format!("{schema} takes {sent} at {place}, and shows {seen:?}"));
                }
            }
            422 => {
                // For a creative, the error may name the members that its new kind needs.
                let is_elsewhere = |at: &str| schema.starts_with("AdCreative") || at == "/current_password";
                let names = |(at, _): &(String, String)| at.starts_with(place) || is_elsewhere(at);
                assert!(answer.faults().iter().any(names), "{schema} refuses {sent} at {place} by another name: {answer}");
                self.refused.insert((schema.to_owned(), place.to_owned()));
            }
            status => panic!("{schema}, {place}, is answered {status}: {answer}"),
        }
    }

    #[track_caller]
    fn hold(self, least: usize) {
        assert!(self.lost.is_empty(), "these were taken and are not shown:\n{}", self.lost.join("\n"));
        let expected = |(schema, place): &(String, String)| REFUSED.contains(&(schema.as_str(), place.as_str()));
        let unexpected: Vec<_> = self.refused.iter().filter(|one| !expected(one)).collect();
        assert!(unexpected.is_empty(), "no value was found that these take: {unexpected:?}");
        assert!(self.kept >= least, "only {} were kept", self.kept);
    }
}

async fn shown(world: &World, path: &str) -> Value {
    let editor = world.admin().get(&format!("{path}?view=editor")).await;
    // Resources with a single view do not know the parameter `view`.
    let shown = if editor.status == 200 { editor } else { world.admin().get(path).await.expect(200) };
    shown.json().clone()
}

fn schema_of(name: &str) -> &'static Value {
    Contract::get().document.pointer(&format!("/components/schemas/{name}")).unwrap_or_else(|| panic!("there is no {name}"))
}

api_test!(what_a_change_says_is_shown_afterwards, async |world| {
    let admin = world.admin();
    let names = Names::of(world).await;
    let mut outcome = Outcome::default();
    let mut all = resources(world).await;
    let articles = [world.draft_by(Role::Editor, "One of a collection").await];
    admin.post("collections", json!({"key": "front", "title": "Front", "items": articles})).await.expect(201);
    all.push(("collections/front".to_owned(), "CollectionPatch"));
    for (mut path, patch) in all {
        for (place, value) in names.places(schema_of(patch), &shown(world, &path).await) {
            let answer = admin.patch(&path, body_with(json!({}), &place, &value)).await;
            if answer.status == 200 && path.starts_with("collections/") {
                path = format!("collections/{}", answer.text_at("/key"));
            }
            let now = shown(world, &path).await;
            outcome.note(patch, (&place, &value), &answer, &[&now, answer.json()]);
            // The same with `PUT`, for resources that can be replaced.
            let Some(draft) = replacement(patch) else { continue };
            let Some((_, other)) = names.places(schema_of(draft), &now).into_iter().find(|(at, _)| *at == place) else { continue };
            let answer = admin.put(&path, whole(draft, &place, body_with(now.clone(), &place, &other))).await;
            if answer.status == 200 && path.starts_with("collections/") {
                path = format!("collections/{}", answer.text_at("/key"));
            }
            outcome.note(draft, (&place, &other), &answer, &[&shown(world, &path).await, answer.json()]);
        }
    }
    outcome.hold(150);
});

/// Returns the schema for `PUT` of a resource with this patch schema, if it can be replaced.
fn replacement(patch: &str) -> Option<&'static str> {
    match patch {
        "SiteSettingsPatch" => Some("SiteSettings"),
        "ArticlePatch" => Some("ArticleDraft"),
        "ImagePatch" => Some("ImageDraft"),
        "UserChangePatch" => Some("UserChange"),
        "SectionPatch" => Some("SectionDraft"),
        "TagPatch" => Some("TagDraft"),
        "AuthorPatch" => Some("AuthorDraft"),
        "RedirectPatch" => Some("RedirectDraft"),
        "NewsletterListPatch" => Some("NewsletterListDraft"),
        "AdCreativePatch" => Some("AdCreativeDraft"),
        "AdPlacementPatch" => Some("AdPlacementDraft"),
        "CollectionPatch" => Some("CollectionDraft"),
        _ => None,
    }
}

/// Returns a whole body; of an article's text, it contains only the form that was changed.
fn whole(draft: &str, place: &str, mut body: Value) -> Value {
    if draft == "ArticleDraft" && place.starts_with("/body/") {
        let name = place.rsplit('/').next().unwrap_or_default();
        body["body"] = json!({name: body["body"][name]});
    }
    body
}

api_test!(what_something_new_is_made_of_is_shown_afterwards, async |world| {
    let names = Names::of(world).await;
    let article = world.published_by(Role::Editor, "Trams").await;
    let comments = format!("articles/{article}/comments");
    let mut outcome = Outcome::default();
    let html = json!({"placement": names.of_member("placement"), "kind": "html", "html": "<b>Boots</b>"});
    let account = json!({"email": "new@private.example", "name": "New", "role": "author", "password": "a passphrase of some length"});
    let new: [(&str, &str, Value); 14] = [
        ("articles", "ArticleDraft", json!({"title": "New"})),
        ("sections", "SectionDraft", json!({"name": "New"})),
        ("tags", "TagDraft", json!({"name": "New"})),
        ("authors", "AuthorDraft", json!({"name": "New"})),
        ("collections", "CollectionDraft", json!({"key": "new", "title": "New"})),
        ("redirects", "RedirectDraft", json!({"from": "/new", "to": "/newer"})),
        ("newsletter/lists", "NewsletterListDraft", json!({"key": "new", "name": "New"})),
        ("newsletter/suppressions", "SuppressionDraft", json!({"email": "new@private.example", "reason": "blocked"})),
        ("ads/placements", "AdPlacementDraft", json!({"key": "new"})),
        ("ads/creatives", "AdCreativeDraft", html),
        ("comments/bans", "CommentBanDraft", json!({"kind": "word", "value": "new@private.example"})),
        ("tokens", "ApiKeyDraft", json!({"name": "New", "scopes": ["content:read"]})),
        ("users", "UserDraft", account),
        (&comments, "CommentDraft", json!({"author_name": "New", "author_email": "new@private.example", "body": "New."})),
    ];
    for (path, draft, least) in new {
        let client = if draft == "CommentDraft" { world.anonymous() } else { world.admin() };
        for (place, value) in names.places(schema_of(draft), &least) {
            let answer = client.post(path, body_with(least.clone(), &place, &value)).await;
            if draft == "CommentDraft" && matches!(answer.status, 200..=299) {
                let seen = world.moderator().get(&format!("comments/{}", answer.id())).await.expect(200);
                outcome.note(draft, (&comment_member(&place), &comment_value(&place, &value)), &answer, &[seen.json()]);
            } else {
                outcome.note(draft, (&place, &value), &answer, &[answer.json()]);
            }
            // Unique names must be free for the next value.
            if matches!(answer.status, 200..=299) && !matches!(draft, "ArticleDraft" | "CommentDraft") {
                let name = if draft == "CollectionDraft" { answer.text_at("/key") } else { answer.id() };
                let gone = world.admin().delete(&format!("{path}/{name}")).await;
                assert!(gone.status == 204, "{gone}");
            }
        }
    }
    outcome.hold(70);
});

/// Returns the place where a comment shows a member of its author.
fn comment_member(place: &str) -> String {
    match place {
        "/author_name" => "/author/name".to_owned(),
        "/author_url" => "/author/url".to_owned(),
        "/body" => "/body/markdown".to_owned(),
        other => other.to_owned(),
    }
}

fn comment_value(place: &str, value: &Value) -> Value {
    if place == "/body" { value.get("markdown").unwrap_or(value).clone() } else { value.clone() }
}

#[test]
fn every_operation_that_takes_a_body_is_looked_at_or_excused() {
    let looked_at = ["create_", "replace_", "revise_"];
    for operation in &Contract::get().operations {
        let content = operation.item["requestBody"]["content"].as_object();
        if !content.into_iter().flatten().any(|(kind, _)| kind.ends_with("json")) {
            continue;
        }
        let excused = OTHERS.iter().any(|(id, why)| *id == operation.id && !why.is_empty());
        let sent = looked_at.iter().any(|kind| operation.id.starts_with(kind)) && !excused;
        assert!(excused || (sent && is_sent(operation.item["requestBody"].to_string().as_str())), "{} is not looked at", operation.id);
    }
    for (id, _) in OTHERS {
        assert!(Contract::get().operations.iter().any(|operation| operation.id == *id), "there is no {id}");
    }
}

/// Checks whether one of the tests above sends bodies of the schema in a request's description.
fn is_sent(description: &str) -> bool {
    let sent = [
        "AdCreative",
        "AdPlacement",
        "ApiKeyDraft",
        "Article",
        "Author",
        "Collection",
        "CommentBanDraft",
        "CommentDraft",
        "CommentRevisionPatch",
        "ImageDraft",
        "ImagePatch",
        "NewsletterList",
        "OwnAccountPatch",
        "Redirect",
        "Section",
        "SiteSettings",
        "SuppressionDraft",
        "Tag",
        "User",
    ];
    sent.iter().any(|name| description.contains(&format!("/schemas/{name}")))
}

api_test!(what_only_the_server_says_is_refused_where_it_says_something_else, async |world| {
    let original = world.published(json!({"title": "Trams", "locale": "en"})).await;
    let translation = world.published(json!({"title": "Bahnen", "locale": "de", "translation_of": original})).await;
    let editor = world.editor();
    let path = format!("articles/{original}");
    let view = editor.get(&format!("{path}?view=editor")).await.expect(200).json().clone();
    assert_eq!(view["translations"][0]["id"], json!(translation));
    // The whole view can be sent back; of embedded resources, only the id counts.
    let mut sent = view.clone();
    sent["translations"][0]["slug"] = json!("renamed-meanwhile");
    editor.put(&path, sent).await.expect(200);
    for (place, value) in [
        ("/translations", json!([])),
        ("/translations", json!([{"id": original}])),
        ("/has_unpublished_changes", json!(true)),
        ("/comments/open", json!(false)),
    ] {
        let refused = editor.patch(&path, body_with(json!({}), place, &value)).await.expect(422);
        refused.expect_faults(&[(place, "read_only")]);
        editor.put(&path, body_with(view.clone(), place, &value)).await.expect(422).expect_faults(&[(place, "read_only")]);
    }
    // Counts may increase meanwhile, so they are ignored.
    editor.patch(&path, json!({"comments": {"open": true, "count": 12}})).await.expect(200);

    let author = world.author_named("Mara").await;
    let refused = editor.patch(&format!("authors/{author}"), json!({"bio": {"html": "<p>Mara</p>"}})).await.expect(422);
    refused.expect_faults(&[("/bio/html", "read_only")]);
    let comment = format!("comments/{}", world.comment(&original, "At last.").await);
    let refused = world.moderator().patch(&comment, json!({"body": {"html": "<p>Never.</p>"}})).await.expect(422);
    refused.expect_faults(&[("/body/html", "read_only")]);
    let site = world.admin().get("site?view=editor").await.expect(200).json().clone();
    world.admin().put("site", site).await.expect(200);
    let refused = world.admin().patch("site", json!({"comment_policy": {"fields": []}})).await.expect(422);
    refused.expect_faults(&[("/comment_policy/fields", "read_only")]);
    world
        .admin()
        .patch("auth/me", json!({"pending_email": "other@private.example"}))
        .await
        .expect(422)
        .expect_faults(&[("/pending_email", "read_only")]);
});
