//! Splits a snapshot into members that can be compared, each with its JSON Pointer.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::referents::Referents;
use crate::db::Id;
use crate::input::escape;

/// One member of a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The JSON Pointer of the member in the editor view.
    pub(crate) pointer: String,
    /// The value to compare: for embedded resources, the id.
    pub(crate) value: Value,
    /// The value as the editor view shows it; for deleted resources, only the id.
    pub(crate) shown: Value,
}

impl Member {
    fn plain(pointer: impl Into<String>, value: Value) -> Self {
        Self { pointer: pointer.into(), shown: value.clone(), value }
    }

    fn embedded(pointer: &str, value: Value, shown: Value) -> Self {
        Self { pointer: pointer.to_owned(), value, shown }
    }
}

/// Returns all members of a snapshot, in the order of the serialized content, with relations in between. The text comes last except
/// for the custom members.
pub(crate) fn members(article: ArticleId, snapshot: &ArticleSnapshot, referents: &Referents) -> Vec<Member> {
    let ArticleSnapshot { content, markdown, relations } = snapshot;
    let Ok(Value::Object(mut said)) = serde_json::to_value(content) else { return Vec::new() };
    let excerpt = said.shift_remove("excerpt").unwrap_or_default();
    let mut members = Vec::new();
    for (name, value) in said {
        match name.as_str() {
            "dek" => members.extend([Member::plain("/dek", value), Member::plain("/excerpt", excerpt.clone())]),
            "hero_image" => {
                let shown = content.hero_image.map_or(Value::Null, |id| card(&id, referents.images.get(&id)));
                let authors = relations.authors.iter().map(|id| card(id, referents.authors.get(id))).collect();
                members.push(Member::embedded("/hero_image", value, shown));
                members.push(Member::embedded("/authors", json!(relations.authors), authors));
            }
            "section" => {
                let shown = content.section.map_or(Value::Null, |id| card(&id, referents.sections.get(&id)));
                let tags = relations.tags.iter().map(|id| card(id, referents.tags.get(id))).collect();
                members.push(Member::embedded("/section", value, shown));
                members.push(Member::embedded("/tags", json!(relations.tags), tags));
            }
            "translation_group" => {
                let original = (content.translation_group != article).then_some(content.translation_group);
                members.push(Member::plain("/translation_of", json!(original)));
            }
            "seo" => {
                let picture = content.seo.0.image.map(|id| card(&id, referents.images.get(&id).map(|image| image.social()).as_ref()));
                members.extend(parts("/seo", value).into_iter().map(|member| match member.pointer.as_str() {
                    "/seo/image" => Member { shown: picture.clone().unwrap_or_default(), ..member },
                    _ => member,
                }));
                members.push(Member::plain("/body/markdown", json!(markdown)));
            }
            "custom" => members.extend(parts("/custom", value)),
            _ => members.push(Member::plain(format!("/{name}"), value)),
        }
    }
    members
}

/// Returns the members of an object.
fn parts(pointer: &str, value: Value) -> Vec<Member> {
    let Value::Object(parts) = value else { return Vec::new() };
    parts.into_iter().map(|(name, value)| Member::plain(format!("{pointer}/{}", escape(&name)), value)).collect()
}

fn card<T, C: Serialize>(id: &Id<T>, card: Option<&C>) -> Value {
    card.and_then(|card| serde_json::to_value(card).ok()).unwrap_or_else(|| json!({"id": id}))
}
