//! What is sent is kept: a body with every member that an operation takes is read back with all of them.

use serde_json::{Map, Value, json};

use crate::support::{Client, Contract, Role, World, api_test};

/// A resource: the schema of what is sent, where it is made, what is sent, and what is asked for to read it.
struct Resource {
    schema: &'static str,
    path: &'static str,
    body: Value,
    /// Replaced where it stands, and not made.
    single: bool,
    view: &'static str,
}

fn made(schema: &'static str, path: &'static str, body: Value) -> Resource {
    Resource { schema, path, body, single: false, view: "?view=editor" }
}

/// Members that are sent and can't be read, and why; those of a kind that has no use for them, too.
const NOT_READ: [(&str, &str, &str); 8] = [
    ("UserDraft", "password", "a password is not shown"),
    ("BodyDraft", "blocks", "the text is sent as Markdown here; blocks are what the tests of the text send"),
    ("AdCreativeDraft", "src", "only scripts have it"),
    ("AdCreativeDraft", "container_id", "only scripts have it"),
    ("AdCreativeDraft", "attributes", "only scripts have it"),
    ("AdCreativeDraft", "link", "only pictures have it"),
    ("AdCreativeDraft", "image", "only pictures have it"),
    ("AdCreativeDraft", "html", "only HTML has it"),
];

fn is_not_read(schema: &str, member: &str) -> bool {
    NOT_READ.iter().any(|(known, name, _)| (*known, *name) == (schema, member))
}

/// The schema that a property is, past references and choices with null.
fn resolved(schema: &Value) -> (String, Value) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return (name.to_owned(), Contract::get().document["components"]["schemas"][name].clone());
    }
    let branches = schema["oneOf"].as_array().into_iter().flatten().filter(|branch| branch["type"] != "null");
    match branches.collect::<Vec<_>>().as_slice() {
        [one] => resolved(one),
        _ => (String::new(), schema.clone()),
    }
}

/// The members that a body lacks, so that a new one does not go untried.
fn lacking(place: &str, (name, schema): (String, Value), body: &Value) -> Vec<String> {
    let (Some(properties), Some(members)) = (schema["properties"].as_object(), body.as_object()) else { return Vec::new() };
    let wanted = properties.iter().filter(|(member, schema)| schema.get("readOnly").is_none() && !is_not_read(&name, member));
    let missing = |(member, schema): (&String, &Value)| match members.get(member) {
        None => vec![format!("{place}/{member}")],
        Some(inner) => lacking(&format!("{place}/{member}"), resolved(schema), inner),
    };
    wanted.flat_map(missing).collect()
}

/// The places at which something else is read than was sent. A reference is read as what it names.
fn lost(place: &str, sent: &Value, read: &Value) -> Vec<String> {
    let names = |read: &Value| ["id", "slug", "name", "key"].iter().any(|member| read[*member] == *sent);
    match (sent, read) {
        (Value::Object(sent), Value::Object(_)) => {
            sent.iter().flat_map(|(name, inner)| lost(&format!("{place}/{name}"), inner, &read[name])).collect()
        }
        (Value::Array(sent), Value::Array(got)) if sent.len() == got.len() => {
            sent.iter().zip(got).enumerate().flat_map(|(index, (sent, read))| lost(&format!("{place}/{index}"), sent, read)).collect()
        }
        (Value::String(_), Value::Object(_)) if names(read) => Vec::new(),
        (sent, read) if sent == read => Vec::new(),
        _ => vec![format!("{place}: sent {sent}, read {read}")],
    }
}

async fn resources(world: &World) -> Vec<Resource> {
    let image = world.image_by(Role::Editor, 1).await;
    let original = world.published_by(Role::Editor, "Das Original").await;
    world.section("City").await;
    world.tag("Rails").await;
    world.author_named("Mara").await;
    world.admin().post("ads/placements", json!({"key": "top", "label": "Top"})).await.expect(201);
    let (admin, account) =
        (world.admin(), json!({"email": "new@private.example", "name": "New", "role": "author", "password": "one more good password"}));
    let user = admin.post("users", account).await.expect(201).id();
    let creative = |more: Value| {
        let mut body = json!({"placement": "top", "name": "Boots", "label": "Ad", "active": false, "weight": 3,
            "starts_at": "2026-04-01T00:00:00.000Z", "ends_at": "2026-05-01T00:00:00.000Z", "sections": ["city"], "locales": ["en"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        made("AdCreativeDraft", "ads/creatives", body)
    };
    vec![
        made(
            "ArticleDraft",
            "articles",
            json!({"title": "Tram line 9 opens", "kind": "article", "slug": "line-nine", "dek": "Eleven stops.", "excerpt": "A line.",
                "body": {"markdown": "The first trams run."}, "hero_image": image, "authors": ["mara"], "section": "city", "tags": ["rails"],
                "locale": "en", "translation_of": original, "featured": true, "comments_open": false,
                "seo": {"title": "Trams", "description": "About trams", "canonical_url": "https://example.org/trams", "noindex": true, "image": image},
                "custom": {"rating": 4, "deep": {"a": [1, "two", null]}}}),
        ),
        made(
            "AuthorDraft",
            "authors",
            json!({"name": "Ada", "slug": "ada-l", "role_title": "Reporter", "bio": {"markdown": "Writes."}, "avatar": image,
                "links": [{"kind": "website", "url": "https://example.org/ada"}], "user": user, "custom": {"room": 7}}),
        ),
        made(
            "SectionDraft",
            "sections",
            json!({"name": "East", "slug": "far-east", "description": "The east.", "parent": "city", "position": 7}),
        ),
        made("TagDraft", "tags", json!({"name": "Trams", "slug": "all-trams", "description": "Trams."})),
        made("CollectionDraft", "collections", json!({"key": "front-page", "title": "Front page", "items": [original]})),
        made("RedirectDraft", "redirects", json!({"from": "/old", "to": "/new", "status": 302})),
        made(
            "NewsletterListDraft",
            "newsletter/lists",
            json!({"key": "weekly", "name": "Weekly", "description": "On Sundays.", "is_public": false, "is_default": true}),
        ),
        made("AdPlacementDraft", "ads/placements", json!({"key": "aside", "label": "Aside", "description": "Beside the text."})),
        creative(
            json!({"kind": "script", "src": "https://ads.example/a.js", "container_id": "ad-1", "attributes": {"data-zone": "47", "async": ""}}),
        ),
        creative(json!({"kind": "image", "image": image, "link": "https://ads.example/boots"})),
        creative(json!({"kind": "html", "html": "<p>Boots</p>"})),
        made(
            "UserDraft",
            "users",
            json!({"email": "ada@private.example", "name": "Ada", "role": "contributor", "password": "yet another good password", "suspended": true}),
        ),
        made("CommentBanDraft", "comments/bans", json!({"kind": "word", "value": "casino", "note": "Spam of March"})),
        made("SuppressionDraft", "newsletter/suppressions", json!({"email": "gone@private.example", "reason": "bounced"})),
        Resource {
            schema: "SiteSettings",
            path: "site",
            body: json!({"name": "The Paper", "tagline": "Since 1900", "locale": "de", "timezone": "Europe/Berlin", "logo": image,
                "social_links": [{"kind": "mastodon", "url": "https://social.example/@paper"}], "share_networks": ["mastodon", "email"],
                "newsletter": {"heading": "News", "pitch": "By mail", "promise": "No spam"},
                "comment_policy": {"mode": "post", "email_required": false, "close_after_days": 7, "max_length": 1500, "hold_at": 41,
                    "spam_at": 71},
                "navigation": [{"label": "City", "url": "/sections/city"}]}),
            single: true,
            view: "?view=editor",
        },
    ]
}

async fn read_back(admin: &Client, resource: &Resource, id: &str) -> Value {
    let path = if resource.single { resource.path.to_owned() } else { format!("{}/{id}", resource.path) };
    let editor = admin.get(&format!("{path}{}", resource.view)).await;
    if editor.status == 200 { editor.json().clone() } else { admin.get(&path).await.expect(200).json().clone() }
}

api_test!(what_a_body_may_have_is_stored, async |world| {
    let (admin, mut complaints) = (world.admin(), Vec::new());
    let resources = resources(world).await;
    for resource in &resources {
        let schema = Contract::get().document["components"]["schemas"][resource.schema].clone();
        assert!(schema.is_object(), "there is no {}", resource.schema);
        complaints.extend(
            lacking(resource.schema, (resource.schema.to_owned(), schema), &resource.body)
                .into_iter()
                .map(|place| format!("{place} is not tried")),
        );
        let answer = if resource.single {
            admin.put(resource.path, resource.body.clone()).await
        } else {
            admin.post(resource.path, resource.body.clone()).await
        };
        let status = if resource.single { 200 } else { 201 };
        let answer = answer.expect(status);
        let id = answer.json().get("id").or_else(|| answer.json().get("key")).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sent: Map<String, Value> = resource.body.as_object().unwrap().clone();
        let sent: Map<String, Value> =
            sent.into_iter().filter(|(name, _)| !(resource.schema == "UserDraft" && name == "password")).collect();
        let sent = Value::Object(sent);
        for read in [answer.json().clone(), read_back(&admin, resource, &id).await] {
            complaints.extend(lost(resource.schema, &sent, &read));
        }
    }
    complaints.dedup();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
});
