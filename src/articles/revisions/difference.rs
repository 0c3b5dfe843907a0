//! The differences between two revisions, member by member.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::content::content::{ArticleId, ArticleSnapshot};
use super::super::desk::members::{Member, members};
use super::super::desk::referents::Referents;
use super::words::{self, BodyDiff};

/// The differences between two revisions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RevisionDiff {
    /// The number of the revision.
    #[schema(minimum = 1, example = 5)]
    pub(crate) number: i32,
    /// The number of the other revision; `null` if revision 1 is compared with no other.
    #[schema(minimum = 1, example = 4)]
    pub(crate) against: Option<i32>,
    /// The members that differ, except the text.
    pub(crate) fields: Vec<FieldChange>,
    /// The differences of the text; `null` if there are none.
    pub(crate) body: Option<BodyDiff>,
}

/// A difference in one member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldChange {
    /// The place of the member in the editor view, as a JSON Pointer (RFC 6901).
    #[schema(example = "/title")]
    pub(crate) pointer: String,
    /// The value in the revision `against`, as the editor view shows it; for deleted resources, only the id.
    #[schema(example = json!("Tram line 9 is late"))]
    pub(crate) before: Value,
    /// The value in the revision `number`, in the same form.
    #[schema(example = json!("Tram line 9 opens"))]
    pub(crate) after: Value,
}

/// Two revisions of an article to compare.
pub(crate) struct Pair {
    pub(super) article: ArticleId,
    pub(super) number: i32,
    pub(super) after: ArticleSnapshot,
    /// The number and the content of the other revision; `None` if revision 1 is compared with no other.
    pub(super) before: Option<(i32, ArticleSnapshot)>,
    pub(super) referents: Referents,
}

impl Pair {
    /// Compares the revisions. Long texts take time, so callers should hold no connection meanwhile.
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
