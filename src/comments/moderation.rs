//! Moderation: the queue and the decisions.

use serde::Serialize;
use utoipa::ToSchema;

use super::comment::{Comment, CommentId, CommentStatus};
use super::draft::ModerationDraft;
use super::queries;
use super::queue::{OWN_QUEUE, QUEUE, StaffComment};
use super::removal::{Extent, remove};
use super::threads::reply_count;
use super::visibility::{apply, record_event, revised, tags};
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::events::EventKind;
use crate::http::Precondition;
use crate::input::{Input, Query};
use crate::users::{Caller, Moderator, OldScope, Right, Role};

/// The right to moderate everybody's comments and to see their authors' data.
#[derive(Clone, Copy, Debug)]
pub(super) enum CommentDesk {}

impl Right for CommentDesk {
    const ROLES: &'static [Role] = &[Role::Editor, Role::Moderator, Role::Admin];
    const OLD_SCOPE: OldScope = OldScope::Comments;
}

/// The result of a decision on one of many comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// The id of the comment.
    pub(crate) id: CommentId,
    /// The status of the comment now.
    pub(crate) status: CommentStatus,
    /// Whether the status changed.
    #[schema(example = true)]
    pub(crate) changed: bool,
}

/// The results of a decision on many comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Decisions {
    /// The results, one for each id, in the order of the request.
    #[schema(max_items = 100)]
    pub(crate) data: Vec<Decision>,
}

/// Checks whether the caller may see the data of the people who comment. Authors of articles moderate the comments on
/// their own articles without this data.
fn sees_all(caller: &Caller<Moderator>) -> bool {
    matches!(caller.role, Role::Editor | Role::Moderator | Role::Admin)
}

/// Parses the query for the queue, with the filters that the caller may use.
pub(super) fn parse_query(app: &App, caller: &Caller<Moderator>, mut query: Query) -> Result<PageQuery> {
    let list = if sees_all(caller) {
        query.listing(&QUEUE, &app.secrets, "queue of comments")
    } else {
        query.listing(&OWN_QUEUE, &app.secrets, &format!("queue of {}", caller.user))
    };
    query.finish()?;
    Ok(list.of_texts())
}

/// Returns one page of the queue.
pub(super) fn list(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, query: &PageQuery) -> Result<PageOf<StaffComment>> {
    let only = (!sees_all(caller)).then_some(caller);
    queries::queue(conn, only, query)?.with_rows(|rows| views(app, conn, caller, &rows))
}

/// Returns one comment.
pub(super) fn read(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, id: &str) -> Result<StaffComment> {
    let comment = found(conn, caller, id)?.ok_or_else(Error::not_found)?;
    view(app, conn, caller, &comment)
}

/// Changes a comment's text, status or pin.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Moderator>,
    id: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<StaffComment> {
    queries::lock_thread(conn, id)?;
    let mut comment = found(conn, caller, id)?.ok_or_else(Error::not_found)?;
    if comment.erased {
        return Err(Error::conflict("The comment's text was erased. Delete the comment, or set its status with POST /comments/moderate."));
    }
    let before = view(app, conn, caller, &comment)?;
    let current = serde_json::to_value(&before)?;
    let draft = revised(app, conn, input, &current)?;
    condition.check(comment.version, &current, &input.object()?)?;
    let markdown = draft.body.markdown();
    let rewritten = markdown != comment.markdown;
    let decided = draft.status != comment.status;
    // A reason belongs to one decision and does not carry over to the next.
    let reason = draft.reason.filter(|_| !decided || input.object().is_ok_and(|sent| sent.contains_key("reason")));
    let reason = reason.map(|reason| reason.0).filter(|reason| !reason.trim().is_empty());
    let pins = draft.pinned != comment.pinned;
    if !rewritten && !decided && !pins && reason == before.reason {
        return Ok(before);
    }
    if draft.pinned && comment.depth > 0 {
        return Err(Error::invalid(vec![Fault::at("/pinned", "not_possible", "Only top-level comments can be pinned.")]));
    }
    if pins && draft.pinned {
        queries::unpin(conn, comment.article_id)?;
    }
    let mut touched = if comment.shown && (rewritten || pins) { tags(&comment) } else { Vec::new() };
    if rewritten {
        comment.rewrite(app, markdown);
    }
    comment.pinned = draft.pinned;
    if reason != before.reason {
        queries::update_reason(conn, &[comment.id], reason.as_deref())?;
    }
    comment.version += 1;
    touched.extend(apply(app, conn, &mut comment, draft.status)?);
    record_event(
        app,
        conn,
        caller.actor(),
        &comment,
        if rewritten { EventKind::CommentRevised } else { EventKind::CommentModerated },
        touched,
    )?;
    view(app, conn, caller, &comment)
}

/// Applies one decision to many comments: to all of them or to none.
pub(crate) fn moderate(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, input: &Input) -> Result<Decisions> {
    let ModerationDraft { ids, status, reason } = input.plain::<ModerationDraft>()?;
    let reason = reason.map(|reason| reason.0).filter(|reason| !reason.trim().is_empty());
    queries::lock_threads(conn, &ids)?;
    let mut comments = queries::by_ids(conn, &ids)?;
    require_own(conn, caller, &comments.values().collect::<Vec<_>>())?;
    let unknown = |(index, id): (usize, &CommentId)| {
        Fault::at(format!("/ids/{index}"), "unknown_reference", format!("There is no comment with the id \"{id}\"."))
    };
    let faults: Vec<Fault> = ids.iter().enumerate().filter(|(_, id)| !comments.contains_key(id)).map(unknown).collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let mut data = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(comment) = comments.get_mut(&id) else { continue };
        let changed = comment.status != status;
        if changed {
            // An earlier decision may have shown or hidden this comment.
            let fresh = queries::look_up(conn, id)?.ok_or_else(Error::not_found)?;
            *comment = Comment { version: fresh.version + 1, ..fresh };
            let touched = apply(app, conn, comment, status)?;
            record_event(app, conn, caller.actor(), comment, EventKind::CommentModerated, touched)?;
        }
        data.push(Decision { id, status, changed });
    }
    let decided: Vec<CommentId> = data.iter().filter(|decision| decision.changed).map(|decision| decision.id).collect();
    if !decided.is_empty() {
        queries::update_reason(conn, &decided, reason.as_deref())?;
    }
    Ok(Decisions { data })
}

/// Deletes a comment or its whole thread. Deleting a missing comment has no effect.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Moderator>,
    id: &str,
    extent: Extent,
    condition: &Precondition,
) -> Result<()> {
    queries::lock_thread(conn, id)?;
    let Some(comment) = found(conn, caller, id)? else { return Ok(()) };
    condition.check_bare(comment.version)?;
    if comment.erased && extent == Extent::One && queries::has_replies(conn, comment.id)? {
        return Ok(());
    }
    remove(app, conn, caller.actor(), &comment, extent)
}

/// Returns the comment, if it exists, or an error if the caller may not moderate it.
pub(super) fn found(conn: &mut Conn, caller: &Caller<Moderator>, id: &str) -> Result<Option<Comment>> {
    let Ok(id) = id.parse::<CommentId>() else { return Ok(None) };
    let Some(comment) = queries::look_up(conn, id)? else { return Ok(None) };
    require_own(conn, caller, &[&comment])?;
    Ok(Some(comment))
}

fn require_own(conn: &mut Conn, caller: &Caller<Moderator>, comments: &[&Comment]) -> Result<()> {
    if sees_all(caller) {
        return Ok(());
    }
    let articles: Vec<_> = comments.iter().map(|comment| comment.article_id).collect();
    let own = queries::own_articles(conn, caller, &articles)?;
    if articles.iter().all(|article| own.contains(article)) {
        return Ok(());
    }
    Err(Error::forbidden("Authors can moderate only the comments on their own articles."))
}

fn view(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, comment: &Comment) -> Result<StaffComment> {
    views(app, conn, caller, std::slice::from_ref(comment))?.pop().ok_or_else(Error::not_found)
}

fn views(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, comments: &[Comment]) -> Result<Vec<StaffComment>> {
    let articles: Vec<_> = comments.iter().map(|comment| comment.article_id).collect();
    let cards = queries::article_cards(conn, &articles)?;
    let mut records = queries::records(conn, &comments.iter().map(|comment| comment.id).collect::<Vec<_>>())?;
    let view = |comment: &Comment| {
        let card = cards.get(&comment.article_id).cloned()?;
        let view = comment.staff_view(records.remove(&comment.id)?, card, reply_count(app, comment));
        Some(if sees_all(caller) { view } else { view.without_identity() })
    };
    Ok(comments.iter().filter_map(view).collect())
}
