//! A content taken apart into the members that can be compared, each under its JSON Pointer.

use serde::Serialize;
use serde_json::{Value, json};

use super::content::Around;
use crate::articles::article::{ArticleId, Content};
use crate::db::Id;
use crate::input::escape;

/// One member of a content.
#[derive(Clone, Debug)]
pub(in crate::articles) struct Member {
    /// Where it stands in the editor view.
    pub(in crate::articles) pointer: String,
    /// What it is compared by: of what is embedded, the id.
    pub(in crate::articles) value: Value,
    /// As the editor view shows it; of what is no longer there, the id alone.
    pub(in crate::articles) shown: Value,
}

/// Every member of a content of an article, the text last but for the site's own.
pub(in crate::articles) fn members(article: ArticleId, content: &Content, around: &Around) -> Vec<Member> {
    let plain = |pointer: &str, value: Value| Member { pointer: pointer.to_owned(), shown: value.clone(), value };
    let (relations, seo) = (&content.relations, &content.seo);
    let authors = relations.authors.iter().map(|id| card(id, around.authors.get(id))).collect();
    let tags = relations.tags.iter().map(|id| card(id, around.tags.get(id))).collect();
    let section = content.section.map_or(Value::Null, |id| card(&id, around.sections.get(&id)));
    let hero_image = content.hero_image.map_or(Value::Null, |id| card(&id, around.images.get(&id)));
    let seo_image = seo.image.map_or(Value::Null, |id| card(&id, around.images.get(&id).map(|image| image.social()).as_ref()));
    let original = (content.translation_group != article).then_some(content.translation_group);
    let mut members = vec![
        plain("/kind", json!(content.kind)),
        plain("/slug", json!(content.slug)),
        plain("/title", json!(content.title)),
        plain("/dek", json!(content.dek)),
        plain("/excerpt", json!(content.excerpt)),
        Member { pointer: "/hero_image".into(), value: json!(content.hero_image), shown: hero_image },
        Member { pointer: "/authors".into(), value: json!(relations.authors), shown: authors },
        Member { pointer: "/section".into(), value: json!(content.section), shown: section },
        Member { pointer: "/tags".into(), value: json!(relations.tags), shown: tags },
        plain("/locale", json!(content.locale)),
        plain("/translation_of", json!(original)),
        plain("/featured", json!(content.featured)),
        plain("/comments_open", json!(content.comments_open)),
        plain("/seo/title", json!(seo.title)),
        plain("/seo/description", json!(seo.description)),
        plain("/seo/canonical_url", json!(seo.canonical_url)),
        Member { pointer: "/seo/image".into(), value: json!(seo.image), shown: seo_image },
        plain("/seo/noindex", json!(seo.noindex)),
        plain("/body/markdown", json!(content.markdown)),
    ];
    members.extend(content.custom.iter().map(|(name, value)| plain(&format!("/custom/{}", escape(name)), value.clone())));
    members
}

fn card<T, C: Serialize>(id: &Id<T>, card: Option<&C>) -> Value {
    card.and_then(|card| serde_json::to_value(card).ok()).unwrap_or_else(|| json!({"id": id}))
}
