//! What differs between two saves, member by member.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::super::desk::members::{Member, members};
use super::super::desk::referents::Referents;
use super::words::{self, BodyDiff};

/// What differs between two saves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionDiff {
    /// The save that is looked at.
    #[schema(minimum = 1, example = 5)]
    pub(crate) number: i32,
    /// The save that it is compared with; null where the first is compared with nothing.
    #[schema(minimum = 1, example = 4)]
    pub(crate) against: Option<i32>,
    /// The members that differ, but for the text.
    pub(crate) fields: Vec<FieldChange>,
    /// How the text differs; null where it does not.
    pub(crate) body: Option<BodyDiff>,
}

/// A member that differs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    /// Where it stands in the editor view, as a JSON Pointer (RFC 6901).
    #[schema(example = "/title")]
    pub(crate) pointer: String,
    /// What it was, as the editor view shows it; of what is no longer there, only the id.
    #[schema(example = json!("Tram line 9 is late"))]
    pub(crate) before: Value,
    /// What it became.
    #[schema(example = json!("Tram line 9 opens"))]
    pub(crate) after: Value,
}

/// Two saves of an article that are to be compared.
pub(crate) struct Pair {
    pub(super) article: ArticleId,
    pub(super) number: i32,
    pub(super) after: ArticleSnapshot,
    /// The save compared with, and its number.
    pub(super) before: Option<(i32, ArticleSnapshot)>,
    pub(super) referents: Referents,
}

impl Pair {
    /// Compares them. Long texts take their time, so that no connection should be held meanwhile.
    pub(super) fn difference(&self) -> RevisionDiff {
        let taken_apart = |snapshot: &ArticleSnapshot| members(self.article, snapshot, &self.referents);
        let before = self.before.as_ref().map(|(_, content)| taken_apart(content)).unwrap_or_default();
        let after = taken_apart(&self.after);
        let (text_before, text_after) = (self.before.as_ref().map_or("", |(_, content)| &content.markdown), &self.after.markdown);
        let against = self.before.as_ref().map(|(number, _)| *number);
        let older = against.map_or_else(|| "nothing".to_owned(), |number| format!("revision {number}"));
        let newer = format!("revision {}", self.number);
        let body = (text_before != text_after).then(|| words::compare((&older, text_before), (&newer, text_after)));
        RevisionDiff { number: self.number, against, fields: changes(&before, &after), body }
    }
}

fn changes(before: &[Member], after: &[Member]) -> Vec<FieldChange> {
    let find = |members: &[Member], pointer: &str| members.iter().find(|member| member.pointer == pointer).cloned();
    let gone = before.iter().filter(|member| find(after, &member.pointer).is_none());
    let pointers = after.iter().chain(gone).map(|member| &member.pointer).filter(|pointer| *pointer != "/body/markdown");
    let change = |pointer: &String| {
        let (before, after) = (find(before, pointer), find(after, pointer));
        let value = |member: &Option<Member>| member.as_ref().map_or(Value::Null, |member| member.value.clone());
        let shown = |member: Option<Member>| member.map_or(Value::Null, |member| member.shown);
        (value(&before) != value(&after)).then(|| FieldChange { pointer: pointer.clone(), before: shown(before), after: shown(after) })
    };
    pointers.filter_map(change).collect()
}
