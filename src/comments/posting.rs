//! Posting comments, and changing them with an edit token. These are the operations for guests.

use serde::Serialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::comment::{Comment, CommentId, CommentStatus, CommentView, OwnStatus};
use super::draft::CommentDraft;
use super::notices;
use super::policy::{is_open, policy};
use super::queries::{self, Commentable};
use super::record::ModerationRecord;
use super::removal::{Extent, remove};
use super::spam::{self, CommentCheck, FormSignals};
use super::threads::reply_count;
use super::visibility::{add, apply, length_fault, record_event, revised, tags};
use crate::app::App;
use crate::articles::lock_comments;
use crate::db::{Conn, Id, clean_line, fold};
use crate::error::{Code, Error, Fault, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::Input;
use crate::jobs::{self, Job};
use crate::secrets::{new_token, token_hash};
use crate::site::{CommentMode, CommentPolicy};
use crate::users::{Caller, OldScope, Right, Role};

/// The lifetime of an edit token, in seconds.
const EDIT_SECONDS: i64 = 15 * 60;
/// The maximum depth of a reply. Both engines can delete a thread of this depth with one cascading deletion.
const MAX_DEPTH: i32 = 500;

/// The right to comment under the name of one's account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Commenter {}

impl Right for Commenter {
    const ROLES: &'static [Role] = &[Role::Contributor, Role::Author, Role::Editor, Role::Moderator, Role::Admin];
    const OLD_SCOPE: OldScope = OldScope::Comments;
}

/// The sender of a comment.
pub(crate) struct Poster {
    /// The member of staff; `None` for a guest.
    pub(crate) caller: Option<Caller<Commenter>>,
    /// The IP address.
    pub(crate) address: String,
    /// The user agent.
    pub(crate) user_agent: Option<String>,
}

/// A comment, as its author gets it back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OwnComment {
    /// The comment as readers see it, once it is public.
    #[serde(flatten)]
    pub(crate) view: CommentView,
    /// The status of the comment, as its author sees it.
    pub(crate) status: OwnStatus,
}

/// A new comment with its edit token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PostedComment {
    /// The comment as readers see it, once it is public.
    #[serde(flatten)]
    pub(crate) view: CommentView,
    /// The status of the comment, as its author sees it.
    pub(crate) status: OwnStatus,
    /// The token to change or delete the comment for 15 minutes, as the `X-Edit-Token` header. It is shown only once.
    #[schema(example = "m0tOZSk3H1RbCjX7TgC0pEWrQfnFDoyV2dxlqbYbK3s")]
    pub(crate) edit_token: String,
}

/// Posts a comment.
pub(crate) fn create(app: &App, conn: &mut Conn, name: &str, poster: &Poster, input: &Input) -> Result<PostedComment> {
    let mut article = queries::article_of(conn, name)?;
    lock_comments(conn, article.id)?;
    if conn.has_other_writers() {
        // The article may have been unpublished while this request waited for the lock.
        article = queries::article_of(conn, &article.id.to_string())?;
    }
    let policy = policy(conn)?;
    let (draft, parent) = parse(app, conn, &article, &policy, poster, input)?;
    let now = app.now();
    if !article.comments_open || !is_open(&policy, article.published_at, now) {
        return Err(Error::conflict("This article no longer accepts comments."));
    }
    let token = new_token();
    let signals = FormSignals { trapped: draft.website.as_ref().is_some_and(|website| !website.is_empty()), form: draft.form.clone() };
    let mut comment = build_comment(app, &article, parent.as_ref(), draft);
    comment.edit_token_hash = Some(token_hash(&token));
    let mut record = ModerationRecord::new(&comment, poster);
    match &poster.caller {
        Some(caller) => sign(conn, &mut comment, caller)?,
        None => spam::score(app, conn, &comment, &mut record, &signals)?,
    }
    let verdict = first_status(conn, &comment, &record, &policy)?;
    comment.status = interim_status(app, &comment, verdict);
    let touched = add(app, conn, &mut comment, &record)?;
    record_event(app, conn, poster.caller.as_ref().and_then(Caller::actor), &comment, EventKind::CommentPosted, touched)?;
    queue_check_or_notify(app, conn, &comment, verdict)?;
    let OwnComment { view, status } = own(app, &comment);
    Ok(PostedComment { view, status, edit_token: token })
}

/// Parses the request body. Validation errors from the schema, the article and the site's rules are reported together.
fn parse(
    app: &App,
    conn: &mut Conn,
    article: &Commentable,
    policy: &CommentPolicy,
    poster: &Poster,
    input: &Input,
) -> Result<(CommentDraft, Option<Comment>)> {
    let sent = input.object()?;
    let parsed = input.plain::<CommentDraft>();
    let mut faults = match &parsed {
        Err(error) if error.code() != Code::ValidationFailed => return parsed.map(|draft| (draft, None)),
        Err(error) => error.faults().to_vec(),
        Ok(_) => Vec::new(),
    };
    let mut found = signature_faults(&sent, policy, poster.caller.is_some());
    found.extend(length_fault(app, &sent, policy));
    let parent = match sent.get("parent_id").and_then(Value::as_str) {
        Some(parent) => answerable(conn, article, parent)?.map_err(|fault| found.push(fault)).ok(),
        None => None,
    };
    // If the schema has reported an error for a member, further errors for it are dropped.
    found.retain(|fault| !faults.iter().any(|known| known.pointer() == fault.pointer()));
    faults.extend(found);
    match parsed {
        Ok(draft) if faults.is_empty() => Ok((draft, parent)),
        _ => Err(Error::invalid(faults)),
    }
}

/// Checks the members about the author: guests must send the required ones; staff must send none, because their account supplies
/// them.
fn signature_faults(sent: &Map<String, Value>, policy: &CommentPolicy, staff: bool) -> Vec<Fault> {
    let is_sent = |name: &&str| sent.get(*name).is_some_and(|value| !value.is_null());
    if staff {
        let detail = "Staff members comment under the name of their account; omit this member.";
        let fault = |name: &str| Fault::at(format!("/{name}"), "read_only", detail);
        return ["author_name", "author_email", "author_url"].into_iter().filter(is_sent).map(fault).collect();
    }
    let mut required = vec!["author_name"];
    if policy.email_required || sent.get("notify_replies") == Some(&Value::Bool(true)) {
        required.push("author_email");
    }
    let fault = |name: &str| Fault::at(format!("/{name}"), "required", format!("{name:?} is required."));
    let mut faults: Vec<Fault> = required.into_iter().filter(|name| !is_sent(name)).map(fault).collect();
    if sent.get("author_name").and_then(Value::as_str).is_some_and(|name| clean_line(name).is_empty()) {
        faults.push(Fault::at("/author_name", "empty", "The name has no visible characters.").bound("min", 1));
    }
    faults
}

/// Returns the comment to reply to, if it is public, belongs to the same article and is not too deep.
fn answerable(conn: &mut Conn, article: &Commentable, parent: &str) -> Result<std::result::Result<Comment, Fault>> {
    let found = match parent.parse::<CommentId>() {
        Ok(id) => queries::shown_comment(conn, article.id, id)?,
        Err(_) => None,
    };
    Ok(match found {
        Some(comment) if comment.depth < MAX_DEPTH => Ok(comment),
        Some(_) => Err(Fault::at("/parent_id", "too_deep", "A thread can be at most 500 replies deep.").bound("max", MAX_DEPTH)),
        None => Err(Fault::at("/parent_id", "unknown_reference", format!("This article has no comment with the id {parent:?}."))),
    })
}

/// Builds the comment from a draft.
fn build_comment(app: &App, article: &Commentable, parent: Option<&Comment>, draft: CommentDraft) -> Comment {
    let now = app.now();
    let CommentDraft { author_name, author_email, author_url, body, parent_id, notify_replies, website: _, form: _ } = draft;
    let author_name = author_name.map(|name| clean_line(&name.0)).unwrap_or_default();
    let (html, text) = app.renderings.comment(&body.0).as_ref().clone();
    Comment {
        id: Id::new(now),
        article_id: article.id,
        parent_id: parent_id.and_then(|id| id.parse().ok()),
        depth: parent.map_or(0, |parent| parent.depth + 1),
        author_name_key: fold(&author_name),
        author_name,
        author_email: author_email.map(|email| email.normal()),
        author_url: author_url.map(|url| url.0),
        is_staff: false,
        user_id: None,
        markdown: body.0,
        html,
        text,
        status: CommentStatus::Pending,
        shown: false,
        reply_count: 0,
        score: 0,
        reported: 0,
        edit_token_hash: None,
        version: 1,
        created_at: now,
        edited_at: None,
        pinned: false,
        notify_replies,
        erased: false,
    }
}

fn sign(conn: &mut Conn, comment: &mut Comment, caller: &Caller<Commenter>) -> Result<()> {
    let (name, email) = queries::signature(conn, caller.user, caller.author)?;
    comment.author_name_key = fold(&name);
    comment.author_name = name;
    comment.author_email = Some(email);
    comment.is_staff = true;
    comment.user_id = Some(caller.user);
    Ok(())
}

/// Returns the status that a new comment gets by the site's rules.
fn first_status(conn: &mut Conn, comment: &Comment, record: &ModerationRecord, policy: &CommentPolicy) -> Result<CommentStatus> {
    if comment.is_staff {
        return Ok(CommentStatus::Approved);
    }
    if let Some(status) = spam::verdict(record, policy) {
        return Ok(status);
    }
    let passes = match (policy.mode, &comment.author_email) {
        (CommentMode::Post, _) => true,
        (CommentMode::Trusted, Some(email)) => queries::is_trusted(conn, email)?,
        _ => false,
    };
    Ok(if passes { CommentStatus::Approved } else { CommentStatus::Pending })
}

/// Returns the status until the external checker, if there is one, has responded.
fn interim_status(app: &App, comment: &Comment, verdict: CommentStatus) -> CommentStatus {
    let asks = app.config.comment_check.is_some() && !comment.is_staff;
    if asks && verdict == CommentStatus::Approved { CommentStatus::Pending } else { verdict }
}

/// Queues a pending comment for the external checker, if there is one; otherwise notifies the moderators.
fn queue_check_or_notify(app: &App, conn: &mut Conn, comment: &Comment, verdict: CommentStatus) -> Result<()> {
    if comment.status != CommentStatus::Pending {
        return Ok(());
    }
    if app.config.comment_check.is_none() {
        return notices::notify_moderators(app, conn);
    }
    let check = CommentCheck { comment: comment.id, version: comment.version, shows: verdict == CommentStatus::Approved };
    jobs::enqueue(app, conn, &Job::CommentCheck(check))
}

/// Changes the text of a comment with its edit token.
pub(super) fn revise(app: &App, conn: &mut Conn, id: &str, token: &str, condition: &Precondition, input: &Input) -> Result<OwnComment> {
    queries::lock_thread(conn, id)?;
    let mut comment = unlocked(app, conn, id, token)?.ok_or_else(Error::not_found)?;
    let before = own(app, &comment);
    let mut current = serde_json::to_value(&before)?;
    current["body"]["markdown"] = comment.markdown.clone().into();
    let draft = revised(app, conn, input, &current)?;
    let mut faults = Vec::new();
    if draft.status.as_str() != before.status.as_str() {
        faults.push("/status");
    }
    if draft.pinned != comment.pinned {
        faults.push("/pinned");
    }
    if draft.reason.is_some() {
        faults.push("/reason");
    }
    if !faults.is_empty() {
        let fault = |pointer| Fault::at(pointer, "read_only", "Only moderators can change this.");
        return Err(Error::invalid(faults.into_iter().map(fault).collect()));
    }
    if *condition != Precondition::Missing {
        condition.check(comment.version, &current, &input.object()?)?;
    }
    let markdown = draft.body.markdown();
    if markdown == comment.markdown {
        return Ok(before);
    }
    comment.rewrite(app, markdown);
    let verdict = revised_status(conn, &comment)?;
    comment.version += 1;
    let mut touched = if comment.shown { tags(&comment) } else { Vec::new() };
    let status = interim_status(app, &comment, verdict);
    touched.extend(apply(app, conn, &mut comment, status)?);
    record_event(app, conn, None, &comment, EventKind::CommentRevised, touched)?;
    queue_check_or_notify(app, conn, &comment, verdict)?;
    Ok(own(app, &comment))
}

/// Updates the spam score of a changed comment, and returns the status that it gets by the site's rules.
fn revised_status(conn: &mut Conn, comment: &Comment) -> Result<CommentStatus> {
    if comment.is_staff {
        return Ok(comment.status);
    }
    let policy = policy(conn)?;
    let mut record = queries::record(conn, comment.id)?;
    spam::rescore(conn, comment, &mut record)?;
    queries::update_score(conn, &record)?;
    let stays = matches!(policy.mode, CommentMode::Post | CommentMode::Trusted);
    Ok(match (comment.status, spam::verdict(&record, &policy)) {
        (CommentStatus::Approved | CommentStatus::Pending, Some(CommentStatus::Spam)) => CommentStatus::Spam,
        (CommentStatus::Approved, Some(_)) => CommentStatus::Pending,
        (CommentStatus::Approved, None) if !stays => CommentStatus::Pending,
        (status, _) => status,
    })
}

/// Deletes a comment with its edit token; replies of others are kept. Deleting a missing comment has no effect.
pub(super) fn delete(app: &App, conn: &mut Conn, id: &str, token: &str, condition: &Precondition) -> Result<()> {
    queries::lock_thread(conn, id)?;
    if queries::is_erased(conn, id)? {
        return Ok(());
    }
    let Some(comment) = unlocked(app, conn, id, token)? else { return Ok(()) };
    // The setting that requires `If-Match` does not apply to guests, because they know only the first version.
    if *condition != Precondition::Missing {
        condition.check_bare(comment.version)?;
    }
    remove(app, conn, None, &comment, Extent::One)
}

/// Returns the comment, if it exists, or an error if the token is not valid for it.
fn unlocked(app: &App, conn: &mut Conn, id: &str, token: &str) -> Result<Option<Comment>> {
    let Ok(id) = id.parse::<CommentId>() else { return Ok(None) };
    let Some(comment) = queries::look_up(conn, id)? else { return Ok(None) };
    let known = comment.edit_token_hash.clone().unwrap_or_default();
    let fits = bool::from(token_hash(token).as_bytes().ct_eq(known.as_bytes()));
    if fits && app.now() < comment.created_at.plus_seconds(EDIT_SECONDS) {
        Ok(Some(comment))
    } else {
        Err(Error::forbidden("The edit token does not belong to this comment or has expired."))
    }
}

fn own(app: &App, comment: &Comment) -> OwnComment {
    OwnComment { view: comment.view(reply_count(app, comment)), status: comment.own_status() }
}
