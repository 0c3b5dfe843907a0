//! Operations on placements: functions of a connection, a caller and parsed input.

use serde_json::{Value, json};

use super::placement::{Placement, PlacementDraft, PlacementId, PlacementView};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Code, Error, Fault, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::users::{Caller, Editor};

/// Keys that would collide with other paths below `/ads/`.
const RESERVED: [&str; 2] = ["placements", "creatives"];

/// Returns one page of placements.
pub(super) fn list(conn: &mut Conn, query: &PageQuery) -> Result<PageOf<PlacementView>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| Ok(rows.iter().map(Placement::view).collect()))
}

/// Returns a placement.
pub(super) fn read(conn: &mut Conn, name: &str) -> Result<Edited<PlacementView>> {
    Ok(edited(&queries::find(conn, name)?))
}

/// Creates a placement.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<Edited<PlacementView>> {
    Lock::AdPlacements.take(conn)?;
    let draft = input.create::<PlacementDraft>(conn)?;
    refuse_reserved(&draft)?;
    refuse_taken(conn, &draft.key, None)?;
    let now = app.now();
    let mut placement = Placement::new(now);
    placement.revise(draft, now);
    queries::insert(conn, &placement)?;
    events::record(conn, now, event(EventKind::AdPlacementCreated, &placement, caller))?;
    Ok(edited(&placement))
}

/// Changes a placement, by replacement or merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    name: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<PlacementView>> {
    Lock::AdPlacements.take(conn)?;
    let mut placement = queries::find(conn, name)?;
    let before = edited(&placement);
    let current = serde_json::to_value(&before)?;
    let draft = input.revise::<PlacementDraft>(conn, &current)?;
    refuse_reserved(&draft)?;
    condition.check(placement.version, &current, &input.object()?)?;
    refuse_taken(conn, &draft.key, Some(placement.id))?;
    placement.revise(draft, app.now());
    let after = edited(&placement);
    if before.same_content(&after)? {
        return Ok(before);
    }
    queries::update(conn, &placement)?;
    events::record(conn, app.now(), event(EventKind::AdPlacementRevised, &placement, caller))?;
    Ok(after)
}

/// Refuses a key that another placement has; the error names that placement.
fn refuse_taken(conn: &mut Conn, key: &str, own: Option<PlacementId>) -> Result<()> {
    match queries::look_up(conn, key)? {
        Some(other) if Some(other.id) != own => Err(queries::key_conflict(key).taken_by("placement", &other.id.to_string(), &other.label)),
        _ => Ok(()),
    }
}

/// Deletes a placement. A placement with creatives is deleted only with `force`, together with them.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, name: &str, condition: &Precondition, force: bool) -> Result<()> {
    Lock::AdPlacements.take(conn)?;
    let Some(placement) = queries::look_up(conn, name)? else { return Ok(()) };
    condition.check_bare(placement.version)?;
    let creatives = queries::count_creatives(conn, placement.id)?;
    if creatives > 0 && !force {
        let detail = format!("The placement has creatives ({creatives}); force=true deletes them, too.");
        return Err(Error::new(Code::InUse, detail).with("usages", json!({"creatives": creatives})));
    }
    queries::delete(conn, placement.id)?;
    events::record(conn, app.now(), event(EventKind::AdPlacementDeleted, &placement, caller))
}

fn refuse_reserved(draft: &PlacementDraft) -> Result<()> {
    if RESERVED.contains(&draft.key.as_str()) {
        return Err(Error::invalid(vec![Fault::at("/key", "reserved", "This key is reserved: it is part of another path.")]));
    }
    Ok(())
}

fn event(kind: EventKind, placement: &Placement, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "ad_placement",
        subject_id: placement.id.to_string(),
        tags: vec![placement.id.into(), KindTag::Ads.into()],
        details: Value::Null,
    }
}

fn edited(placement: &Placement) -> Edited<PlacementView> {
    Edited { view: placement.view(), version: placement.version, created_at: placement.created_at, updated_at: placement.updated_at }
}
