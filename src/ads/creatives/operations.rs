//! Operations on creatives: functions of a connection, a caller and parsed input.

use serde_json::Value;

use super::creative::{Creative, CreativeDraft};
use super::queries;
use super::rules;
use super::view::{self, CreativeView};
use crate::app::App;
use crate::db::{Conn, Lock, PageOf, PageQuery};
use crate::error::{Error, Result};
use crate::events::{self, CacheTag, Event, EventKind, KindTag};
use crate::http::{Edited, Precondition};
use crate::input::Input;
use crate::users::{Caller, Editor};

/// Returns one page of creatives.
pub(super) fn list(app: &App, conn: &mut Conn, query: &PageQuery) -> Result<PageOf<Edited<CreativeView>>> {
    let page = queries::page(conn, query)?;
    page.with_rows(|rows| view::all(app, conn, rows))
}

/// Returns a creative.
pub(super) fn read(app: &App, conn: &mut Conn, id: &str) -> Result<Edited<CreativeView>> {
    let creative = queries::find(conn, id)?;
    view::one(app, conn, creative)
}

/// Creates a creative.
pub(crate) fn create(app: &App, conn: &mut Conn, caller: &Caller<Editor>, input: &Input) -> Result<Edited<CreativeView>> {
    let draft = checked(input.create(conn)?)?;
    let (creative, sections) = Creative::new(draft, app.now());
    queries::insert(conn, &creative)?;
    queries::put_sections(conn, creative.id, &sections)?;
    events::record(conn, app.now(), event(EventKind::AdCreativeCreated, &creative, caller))?;
    view::one(app, conn, creative)
}

/// Changes a creative, by replacement or merge patch.
pub(super) fn revise(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Editor>,
    id: &str,
    condition: &Precondition,
    input: &Input,
) -> Result<Edited<CreativeView>> {
    Lock::AdCreatives.take(conn)?;
    let mut creative = queries::find(conn, id)?;
    let before = view::one(app, conn, creative.clone())?;
    let current = serde_json::to_value(&before)?;
    let draft = checked(input.revise(conn, &current)?)?;
    condition.check(creative.version, &current, &input.object()?)?;
    let former = picture(&creative);
    let sections = creative.revise(draft, app.now());
    queries::update(conn, &creative)?;
    queries::put_sections(conn, creative.id, &sections)?;
    let after = view::one(app, conn, creative.clone())?;
    if before.same_content(&after)? {
        // Nothing has changed, so the version stays, too.
        creative.version = before.version;
        creative.updated_at = before.updated_at;
        queries::update(conn, &creative)?;
        return Ok(before);
    }
    let mut revised = event(EventKind::AdCreativeRevised, &creative, caller);
    revised.tags.extend(former);
    events::record(conn, app.now(), revised)?;
    Ok(after)
}

/// Deletes a creative and its statistics.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Editor>, id: &str, condition: &Precondition) -> Result<()> {
    Lock::AdCreatives.take(conn)?;
    let Some(creative) = queries::look_up(conn, id)? else { return Ok(()) };
    condition.check_bare(creative.version)?;
    queries::delete(conn, creative.id)?;
    events::record(conn, app.now(), event(EventKind::AdCreativeDeleted, &creative, caller))
}

fn checked(draft: CreativeDraft) -> Result<CreativeDraft> {
    let faults = rules::faults(&draft);
    if faults.is_empty() { Ok(draft) } else { Err(Error::invalid(faults)) }
}

/// Returns the cache tag of a creative's image: the creative affects whether readers can see the image.
fn picture(creative: &Creative) -> Vec<CacheTag> {
    creative.image_id.map(CacheTag::from).into_iter().collect()
}

fn event(kind: EventKind, creative: &Creative, caller: &Caller<Editor>) -> Event {
    Event {
        kind,
        actor: caller.actor(),
        subject_kind: "ad_creative",
        subject_id: creative.id.to_string(),
        tags: [vec![KindTag::Ads.into()], picture(creative)].concat(),
        details: Value::Null,
    }
}
