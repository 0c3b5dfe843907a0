//! What can be done with schemas of custom fields: plain functions of connection, caller and input.

use serde_json::{Map, Value, json};

use super::custom_schema::{CustomSchemaView, CustomSchemas, Misfit, Stored};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Json, lock};
use crate::error::{Code, Error, Result};
use crate::events::{self, Event};
use crate::http::Precondition;
use crate::input::{CustomKind, CustomSchema, Input};
use crate::users::{Admin, Caller};

/// How many objects are looked at in one go.
const PAGE: i64 = 50;
/// How many misfits are named.
const NAMED: usize = 100;
/// How many faults of each.
const FAULTS: usize = 10;

/// The kind that a path names.
pub(super) fn kind(name: &str) -> Result<CustomKind> {
    CustomKind::parse(name).ok_or_else(Error::not_found)
}

/// The schemas of all kinds.
pub(super) fn list(conn: &mut Conn) -> Result<CustomSchemas> {
    let data = CustomKind::ALL.into_iter().map(|kind| read(conn, kind)).collect::<Result<_>>()?;
    Ok(CustomSchemas { data })
}

/// The schema of a kind.
pub(super) fn read(conn: &mut Conn, kind: CustomKind) -> Result<CustomSchemaView> {
    Ok(queries::stored(conn, kind)?.view())
}

/// How a schema is meant.
pub(super) struct Replacement {
    pub(super) kind: CustomKind,
    pub(super) condition: Precondition,
    /// Whether to accept it over objects that do not fit.
    pub(super) force: bool,
}

/// Gives a kind a schema.
pub(super) fn replace(app: &App, conn: &mut Conn, caller: &Caller<Admin>, how: &Replacement, input: &Input) -> Result<CustomSchemaView> {
    lock_kind(conn, how.kind)?;
    let stored = queries::stored(conn, how.kind)?;
    let sent = input.object()?;
    let compiled = CustomSchema::of(&sent)?;
    how.condition.check_bare(stored.version)?;
    if stored.content.0 == sent {
        return Ok(stored.view());
    }
    let (misfits, total) = misfits(conn, how.kind, &compiled)?;
    if total > 0 && !how.force {
        let named = serde_json::to_value(&misfits)?;
        let detail = format!("{total} of what is there would not fit.");
        return Err(Error::new(Code::Misfits, detail).with("misfits", named).with("total", total));
    }
    keep(app, conn, caller, (stored, sent), json!({"misfits": total}))
}

/// Takes the schema of a kind away; anything fits from now on.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Admin>, kind: CustomKind, condition: &Precondition) -> Result<()> {
    lock_kind(conn, kind)?;
    let stored = queries::stored(conn, kind)?;
    condition.check_bare(stored.version)?;
    if stored.content.0.is_empty() {
        return Ok(());
    }
    keep(app, conn, caller, (stored, Map::new()), Value::Null).map(drop)
}

/// Saves of the kind wait, so that none slips in by the schema before.
fn lock_kind(conn: &mut Conn, kind: CustomKind) -> Result<()> {
    lock(conn, &format!("{}s", kind.as_str()))
}

fn keep(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Admin>,
    (before, content): (Stored, Map<String, Value>),
    details: Value,
) -> Result<CustomSchemaView> {
    let stored = Stored { content: Json(content), version: before.version + 1, updated_at: app.now(), ..before };
    queries::store(conn, &stored)?;
    let event = Event {
        kind: if stored.content.0.is_empty() { "schema.removed" } else { "schema.replaced" },
        actor: caller.actor(),
        subject_kind: "schema",
        subject_id: stored.kind.as_str().to_owned(),
        tags: vec!["schemas".to_owned()],
        details,
    };
    events::record(conn, app.now(), event)?;
    Ok(stored.view())
}

/// What does not fit: the first of them with what is wrong, and how many there are; page by page, whatever there is.
fn misfits(conn: &mut Conn, kind: CustomKind, schema: &CustomSchema) -> Result<(Vec<Misfit>, usize)> {
    let (mut named, mut total, mut behind) = (Vec::new(), 0, String::new());
    loop {
        let page = queries::objects(conn, kind, &behind, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok((named, total)) };
        behind.clone_from(last);
        for (id, custom) in page {
            let mut errors = schema.faults(&custom.0);
            if errors.is_empty() {
                continue;
            }
            total += 1;
            if named.len() < NAMED {
                errors.truncate(FAULTS);
                named.push(Misfit { kind, id, errors });
            }
        }
    }
}
