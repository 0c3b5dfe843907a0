//! Looking after comments: the queue, and what is let through.

use serde::Serialize;
use utoipa::ToSchema;

use super::changes::{announce, apply, revised, tags};
use super::comment::{Comment, CommentId, CommentStatus};
use super::draft::ModerationDraft;
use super::queries;
use super::queue::{OWN_QUEUE, QUEUE, StaffComment, Traces};
use super::removal::{Extent, remove};
use super::threads::counted;
use crate::app::App;
use crate::db::{Conn, PageOf, PageQuery};
use crate::error::{Error, Fault, Result};
use crate::http::Precondition;
use crate::input::{Input, Query};
use crate::users::{Caller, Moderator, OldScope, Right, Role};

/// The right to look after everybody's comments, and to know who wrote them.
#[derive(Clone, Copy, Debug)]
pub(super) enum CommentDesk {}

impl Right for CommentDesk {
    const ROLES: &'static [Role] = &[Role::Editor, Role::Moderator, Role::Admin];
    const OLD_SCOPE: OldScope = OldScope::Comments;
}

/// What became of one comment of many.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Which comment.
    pub(crate) id: CommentId,
    /// What it is now.
    pub(crate) status: CommentStatus,
    /// Whether it was something else before.
    #[schema(example = true)]
    pub(crate) changed: bool,
}

/// What became of many comments.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Decisions {
    /// One for each id, in the order in which they were sent.
    #[schema(max_items = 100)]
    pub(crate) data: Vec<Decision>,
}

/// Authors look after their own articles' comments, and may not know who wrote them.
fn sees_all(caller: &Caller<Moderator>) -> bool {
    matches!(caller.role, Role::Editor | Role::Moderator | Role::Admin)
}

/// Reads what the queue is asked, as far as the caller may ask.
pub(super) fn asked(app: &App, caller: &Caller<Moderator>, mut query: Query) -> Result<PageQuery> {
    let list = if sees_all(caller) {
        query.listing(&QUEUE, &app.secrets, "queue of comments")
    } else {
        query.listing(&OWN_QUEUE, &app.secrets, &format!("queue of {}", caller.user))
    };
    query.finish()?;
    Ok(list.of_texts())
}

/// One page of the queue.
pub(super) fn list(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, query: &PageQuery) -> Result<PageOf<StaffComment>> {
    let only = (!sees_all(caller)).then_some(caller);
    queries::queue(conn, only, query)?.with_rows(|rows| views(app, conn, caller, &rows))
}

/// One comment.
pub(super) fn read(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, id: &str) -> Result<StaffComment> {
    let comment = found(conn, caller, id)?.ok_or_else(Error::not_found)?;
    view(app, conn, caller, &comment)
}

/// Changes what a comment says or what is made of it.
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
        return Err(Error::conflict("What it said was erased; delete it, or decide on it with POST /comments/moderate."));
    }
    let before = view(app, conn, caller, &comment)?;
    let current = serde_json::to_value(&before)?;
    let draft = revised(app, conn, input, &current)?;
    condition.check(comment.version, &current, &input.object()?)?;
    let markdown = draft.body.markdown();
    let rewritten = markdown != comment.markdown;
    let decided = draft.status != comment.status;
    // What was said of the last decision says nothing of this one.
    let reason = draft.reason.filter(|_| !decided || input.object().is_ok_and(|sent| sent.contains_key("reason")));
    let reason = reason.map(|reason| reason.0).filter(|reason| !reason.trim().is_empty());
    let pins = draft.pinned != comment.pinned;
    if !rewritten && !decided && !pins && reason == comment.decision_reason {
        return Ok(before);
    }
    if draft.pinned && comment.depth > 0 {
        return Err(Error::invalid(vec![Fault::at("/pinned", "not_possible", "Only a comment that answers no other can be pinned.")]));
    }
    if pins && draft.pinned {
        queries::unpin(conn, comment.article_id)?;
    }
    let mut touched = if comment.shown && (rewritten || pins) { tags(&comment) } else { Vec::new() };
    if rewritten {
        comment.rewrite(app, markdown);
    }
    comment.pinned = draft.pinned;
    comment.decision_reason = reason;
    comment.version += 1;
    touched.extend(apply(app, conn, &mut comment, draft.status)?);
    announce(app, conn, caller.actor(), &comment, if rewritten { "comment.revised" } else { "comment.moderated" }, touched)?;
    view(app, conn, caller, &comment)
}

/// Decides on many comments: on all of them, or on none.
pub(crate) fn moderate(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, input: &Input) -> Result<Decisions> {
    let ModerationDraft { ids, status, reason } = input.plain::<ModerationDraft>()?;
    let reason = reason.map(|reason| reason.0).filter(|reason| !reason.trim().is_empty());
    queries::lock_threads(conn, &ids)?;
    let mut comments = queries::by_ids(conn, &ids)?;
    require_own(conn, caller, &comments.values().collect::<Vec<_>>())?;
    let unknown = |(index, id): (usize, &CommentId)| {
        Fault::at(format!("/ids/{index}"), "unknown_reference", format!("There is no such comment as \"{id}\"."))
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
            // One decision may have shown or hidden what the next is about.
            let fresh = queries::look_up(conn, id)?.ok_or_else(Error::not_found)?;
            *comment = Comment { version: fresh.version + 1, decision_reason: reason.clone(), ..fresh };
            let touched = apply(app, conn, comment, status)?;
            announce(app, conn, caller.actor(), comment, "comment.moderated", touched)?;
        }
        data.push(Decision { id, status, changed });
    }
    Ok(Decisions { data })
}

/// Deletes a comment or, where that is asked for, its whole thread; what is gone already, stays gone.
pub(super) fn delete(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Moderator>,
    (id, extent): (&str, Extent),
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

/// The comment, if there is one, where the caller looks after it.
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
    Err(Error::forbidden("Authors look after the comments on their own articles."))
}

fn view(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, comment: &Comment) -> Result<StaffComment> {
    views(app, conn, caller, std::slice::from_ref(comment))?.pop().ok_or_else(Error::not_found)
}

fn views(app: &App, conn: &mut Conn, caller: &Caller<Moderator>, comments: &[Comment]) -> Result<Vec<StaffComment>> {
    let articles: Vec<_> = comments.iter().map(|comment| comment.article_id).collect();
    let cards = queries::article_cards(conn, &articles)?;
    let view = |comment: &Comment| {
        let card = cards.get(&comment.article_id).cloned()?;
        let traces = if sees_all(caller) { Traces::of(comment) } else { Traces::default() };
        Some(comment.staff_view(card, counted(app, comment), traces))
    };
    Ok(comments.iter().filter_map(view).collect())
}
