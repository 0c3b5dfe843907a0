//! Four structs list the content of an article. These tests compare them, so that none lacks a member.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::content::content::ArticleSnapshot;
use super::content::view::ArticleCard;
use super::desk::draft::ArticleDraft;
use super::revisions::RevisionContent;
use crate::input::Selectable;

/// A revision as it is stored.
fn stored() -> Value {
    json!({
        "kind": "article",
        "slug": "tram-line-9-opens",
        "title": "Tram line 9 opens",
        "dek": "The first trams run on Saturday",
        "excerpt": null,
        "markdown": "The first trams run on **Saturday**.",
        "locale": "en",
        "translation_group": "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e42",
        "section": "019343a2-7c5e-7b31-9c2e-5a3d1f0b8e43",
        "hero_image": null,
        "featured": true,
        "comments_open": false,
        "seo": {"title": null, "description": null, "canonical_url": "https://example.com/tram", "image": null, "noindex": true},
        "custom": {"rating": 4.5, "count": 9_007_199_254_740_993_i64},
        "relations": {"authors": ["019343a2-7c5e-7b31-9c2e-5a3d1f0b8e44"], "tags": [], "images": []}
    })
}

/// The names of the content's members in the API; `more` are the further members of a type.
fn expected(translation: &str, comments: &str, more: &[&str]) -> BTreeSet<String> {
    let snapshot: ArticleSnapshot = serde_json::from_value(stored()).unwrap();
    let content = serde_json::to_value(&snapshot.content).unwrap();
    let named = content.as_object().unwrap().keys().map(|name| match name.as_str() {
        "translation_group" => translation.to_owned(),
        "comments_open" => comments.to_owned(),
        name => name.to_owned(),
    });
    named.chain(more.iter().map(|name| (*name).to_owned())).collect()
}

fn members<V: utoipa::ToSchema + 'static>() -> BTreeSet<String> {
    Selectable::of::<V>().members().map(str::to_owned).collect()
}

#[test]
fn every_member_can_be_sent() {
    assert_eq!(members::<ArticleDraft>(), expected("translation_of", "comments_open", &["body", "authors", "tags"]));
}

#[test]
fn every_member_is_shown_on_cards() {
    let live = ["id", "url", "authors", "tags", "word_count", "reading_minutes", "published_at", "updated_at", "corrections", "share"];
    assert_eq!(members::<ArticleCard>(), expected("translations", "comments", &live));
}

#[test]
fn every_member_is_shown_in_revisions() {
    assert_eq!(members::<RevisionContent>(), expected("translation_of", "comments_open", &["body", "authors", "tags"]));
}

#[test]
fn revisions_of_before_are_read_as_they_were_stored() {
    let text = serde_json::to_string(&stored()).unwrap();
    let snapshot: ArticleSnapshot = serde_json::from_str(&text).unwrap();
    let read = serde_json::to_value(&snapshot).unwrap();
    // Members that were added later are not in the stored revision.
    for (name, value) in stored().as_object().unwrap() {
        assert_eq!(read.get(name), Some(value), "{name}");
    }
}
