//! Saves based on a stale version: finds the members that both sides have changed, and those members that only the client has
//! changed.

use serde_json::{Value, json};

use super::super::content::content::{ArticleSnapshot, Relations};
use super::article::Article;
use super::draft::ArticleDraft;
use super::members::{Member, members};
use super::parse::{self as bodies, Before, ParsedArticle};
use super::queries;
use super::referents::Referents;
use crate::app::App;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::http::{Precondition, Stale, stale_version};
use crate::input::Input;
use crate::taxonomy;

/// Parses a save. A save based on a stale version may contain that version's read-only members without a validation error.
pub(crate) fn parse(app: &App, conn: &mut Conn, input: &Input, before: Before<'_>, condition: &Precondition) -> Result<ParsedArticle> {
    let parsed = bodies::parse(app, conn, input, Some(before));
    let only_read_only = |error: &Error| {
        error.code() == Code::ValidationFailed && error.faults().iter().all(|fault| matches!(fault.code(), "read_only" | "ambiguous"))
    };
    match parsed {
        Err(error) if only_read_only(&error) && matches!(condition.stale(before.article.version), Ok(Some(_))) => {
            bodies::parse_stale(app, conn, &input.without_read_only::<ArticleDraft>()?, before)
        }
        parsed => parsed,
    }
}

/// A save based on a stale version.
pub(crate) struct StaleSave<'a> {
    pub(crate) input: &'a Input,
    pub(crate) article: &'a Article,
    /// The content of the working copy.
    pub(crate) current: &'a ArticleSnapshot,
    pub(crate) parsed: &'a ParsedArticle,
    pub(crate) stale: Stale,
}

/// Returns the error for a stale save: `412` with the conflicts and the mergeable members.
pub(crate) fn refusal(app: &App, conn: &mut Conn, save: &StaleSave<'_>) -> Result<Error> {
    let base = match save.stale.named {
        Some(version) => queries::at_version(conn, save.article.id, version)?,
        None => None,
    };
    let yours = yours(conn, save)?;
    let snapshots: Vec<&ArticleSnapshot> = base.iter().chain([save.current, &yours]).collect();
    let referents = Referents::load(app, conn, &snapshots)?;
    let sent = Value::Object(save.input.object()?);
    let apart = |snapshot: &ArticleSnapshot| members(save.article.id, snapshot, &referents);
    let sides =
        Sides { base: base.as_ref().map(apart), current: apart(save.current), yours: with_new_tags(apart(&yours), &yours, save, &sent) };
    let (conflicts, mergeable) = sides.compare(&sent, save.input.is_patch());
    Ok(stale_version(save.article.version, conflicts, mergeable))
}

/// Returns the content that the working copy would have after the save.
fn yours(conn: &mut Conn, save: &StaleSave<'_>) -> Result<ArticleSnapshot> {
    let ParsedArticle { draft, markdown, rendered: _ } = save.parsed;
    let mut tags = Vec::new();
    for tag in &draft.tags {
        tags.extend(taxonomy::tag_meant(conn, tag.as_str())?);
    }
    let translation_group = match draft.translation_of {
        None => save.article.id,
        Some(original) => queries::translation_group(conn, original)?.unwrap_or(original),
    };
    let authors = draft.authors.clone().unwrap_or_else(|| save.current.relations.authors.clone());
    let slug = draft.slug.clone().unwrap_or_else(|| save.article.content.slug.clone());
    Ok(ArticleSnapshot {
        content: draft.clone().content(slug, translation_group),
        markdown: markdown.clone(),
        relations: Relations { authors, tags, images: Vec::new() },
    })
}

/// Tags that the save would create have no ids yet. If there are any, the tags are compared and shown as they were sent.
fn with_new_tags(mut members: Vec<Member>, yours: &ArticleSnapshot, save: &StaleSave<'_>, sent: &Value) -> Vec<Member> {
    if yours.relations.tags.len() < save.parsed.draft.tags.len()
        && let (Some(member), Some(tags)) = (members.iter_mut().find(|member| member.pointer == "/tags"), sent.get("tags"))
    {
        member.value = tags.clone();
        member.shown = tags.clone();
    }
    members
}

/// The three sides of a merge.
struct Sides {
    base: Option<Vec<Member>>,
    current: Vec<Member>,
    yours: Vec<Member>,
}

impl Sides {
    /// Returns the conflicting members, and the pointers of the members that only the client has changed.
    fn compare(&self, sent: &Value, patch: bool) -> (Vec<Value>, Vec<Value>) {
        let (mut conflicts, mut mergeable) = (Vec::new(), Vec::new());
        let gone = self.current.iter().filter(|member| !self.yours.iter().any(|other| other.pointer == member.pointer));
        for pointer in self.yours.iter().chain(gone).map(|member| member.pointer.as_str()).filter(|pointer| is_meant(sent, pointer, patch))
        {
            let (current, yours) = (find(&self.current, pointer), find(&self.yours, pointer));
            let base = self.base.as_ref().map(|base| find(base, pointer));
            if current.0 == yours.0 || base.as_ref().is_some_and(|base| base.0 == yours.0) {
                continue;
            }
            if base.as_ref().is_some_and(|base| base.0 == current.0) {
                mergeable.push(json!(pointer));
                continue;
            }
            let mut conflict = json!({"pointer": pointer, "current": current.1, "yours": yours.1});
            if let Some((_, shown)) = base {
                conflict["base"] = shown;
            }
            conflicts.push(conflict);
        }
        (conflicts, mergeable)
    }
}

/// Returns the compared and the shown value of a member; null if the member does not exist.
fn find(members: &[Member], pointer: &str) -> (Value, Value) {
    let found = members.iter().find(|member| member.pointer == pointer);
    found.map(|member| (member.value.clone(), member.shown.clone())).unwrap_or_default()
}

/// Checks whether the request sets a member. A replacement sets all members; `slug` and `authors` only if sent and not `null`.
fn is_meant(sent: &Value, pointer: &str, patch: bool) -> bool {
    if !patch {
        return !["/slug", "/authors"].contains(&pointer) || sent.pointer(pointer).is_some_and(|value| !value.is_null());
    }
    if pointer == "/body/markdown" && sent.pointer("/body/blocks").is_some() {
        return true;
    }
    let mut place = sent;
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        match place.get(&name) {
            None => return !place.is_object(),
            Some(inner) => place = inner,
        }
    }
    true
}
