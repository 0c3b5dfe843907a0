//! The consequences of a change to a comment: visibility, counts, notices and events.

use serde_json::{Map, Value, json};

use super::comment::{Comment, CommentStatus};
use super::draft::CommentRevisionDraft;
use super::policy::{longest, policy};
use super::record::ModerationRecord;
use super::{notices, queries};
use crate::app::App;
use crate::db::Conn;
use crate::error::{Error, Fault, Result};
use crate::events::{self, CacheTag, Event, EventKind, KindTag};
use crate::input::Input;
use crate::site::CommentPolicy;

/// The maximum length that a site can allow, in characters.
const MAX_LENGTH: usize = 20_000;

impl Comment {
    /// Replaces the comment's text and renders it.
    pub(super) fn rewrite(&mut self, app: &App, source: String) {
        (self.html, self.text) = app.renderings.comment(&source).as_ref().clone();
        self.markdown = source;
        self.edited_at = Some(app.now());
    }
}

/// Parses the request body of a change and checks the length against the site's rules.
pub(super) fn revised(app: &App, conn: &mut Conn, input: &Input, current: &Value) -> Result<CommentRevisionDraft> {
    let draft = input.revise::<CommentRevisionDraft>(conn, current)?;
    match length_fault(app, &input.object()?, &policy(conn)?) {
        Some(fault) => Err(Error::invalid(vec![fault])),
        None => Ok(draft),
    }
}

/// Returns the text that can be rendered before the transaction starts. The operation reports validation errors.
pub(super) fn text_to_render(input: &Input) -> Option<String> {
    let sent = input.object().ok()?;
    text_of(&sent).filter(|text| text.chars().count() <= MAX_LENGTH).map(str::to_owned)
}

fn text_of(sent: &Map<String, Value>) -> Option<&str> {
    let body = sent.get("body")?;
    body.as_str().or_else(|| body.get("markdown")?.as_str())
}

/// Returns a validation error if the text is longer than the site allows or would be empty on the page.
pub(super) fn length_fault(app: &App, sent: &Map<String, Value>, policy: &CommentPolicy) -> Option<Fault> {
    let body = text_of(sent)?;
    let longest = longest(policy);
    if body.chars().count() > longest {
        return Some(Fault::at("/body", "too_long", format!("This may have at most {longest} characters.")).bound("max", longest));
    }
    app.renderings.comment(body).1.trim().is_empty().then(|| Fault::at("/body", "empty", "This has no visible text.").bound("min", 1))
}

/// Stores a new comment with its moderation record. An approved comment is shown at once, because the comment that it
/// replies to, if any, is visible. Returns the cache tags of the changed responses.
pub(super) fn add(app: &App, conn: &mut Conn, comment: &mut Comment, record: &ModerationRecord) -> Result<Vec<CacheTag>> {
    comment.shown = comment.status == CommentStatus::Approved;
    queries::insert(conn, comment, record)?;
    if !comment.shown {
        return Ok(Vec::new());
    }
    if let Some(parent) = comment.parent_id {
        queries::count_reply(conn, parent, 1)?;
    }
    queries::count_shown(conn, comment.article_id, 1)?;
    notices::notify_author_of_parent(app, conn, comment)?;
    Ok(tags(comment))
}

/// Stores a comment with its new status, and shows or hides the comment together with the replies beneath it. Returns
/// the cache tags of the changed responses.
pub(super) fn apply(app: &App, conn: &mut Conn, comment: &mut Comment, status: CommentStatus) -> Result<Vec<CacheTag>> {
    let was_approved = comment.status == CommentStatus::Approved;
    let is_approved = status == CommentStatus::Approved;
    comment.status = status;
    queries::update(conn, comment)?;
    if was_approved == is_approved {
        return Ok(Vec::new());
    }
    let mut showing = true;
    if let Some(parent) = comment.parent_id {
        queries::count_reply(conn, parent, if is_approved { 1 } else { -1 })?;
        showing = queries::look_up(conn, parent)?.is_some_and(|parent| parent.shown);
    }
    if !showing {
        return Ok(Vec::new());
    }
    comment.shown = is_approved;
    queries::set_shown(conn, comment, is_approved)?;
    if is_approved {
        notices::notify_authors_of_parents(app, conn, comment.id)?;
    }
    Ok(tags(comment))
}

/// Returns the cache tags of the responses that contain a comment.
pub(super) fn tags(comment: &Comment) -> Vec<CacheTag> {
    vec![comment.article_id.into(), CacheTag::comments_of(comment.article_id), KindTag::CommentCounts.into()]
}

/// Records an event about a comment. `touched` is empty if the change is not visible to readers.
pub(super) fn record_event(
    app: &App,
    conn: &mut Conn,
    actor: Option<String>,
    comment: &Comment,
    kind: EventKind,
    mut touched: Vec<CacheTag>,
) -> Result<()> {
    touched.sort_unstable();
    touched.dedup();
    let details = json!({"article": comment.article_id, "status": comment.status});
    let event = Event { kind, actor, subject_kind: "comment", subject_id: comment.id.to_string(), tags: touched, details };
    events::record(conn, app.now(), event)
}
