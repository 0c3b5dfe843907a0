//! The operations on custom schemas: plain functions of the connection, the caller and the input.

use serde_json::{Map, Value, json};

use super::custom_schema::{CustomSchemaView, CustomSchemas, Misfit, StoredSchema};
use super::queries;
use crate::app::App;
use crate::db::{Conn, Json, Lock};
use crate::error::{Code, Error, Result};
use crate::events::{self, Event, EventKind, KindTag};
use crate::http::Precondition;
use crate::input::{CustomKind, CustomSchema, Input};
use crate::users::{Admin, Caller};

/// The number of objects read at a time.
const PAGE: i64 = 50;
/// The maximum number of violating objects in a response.
const MAX_OBJECTS_REPORTED: usize = 100;
/// The maximum number of validation errors for each violating object.
const MAX_ERRORS_PER_OBJECT: usize = 10;

/// Parses the kind in a path.
pub(super) fn kind(name: &str) -> Result<CustomKind> {
    CustomKind::parse(name).ok_or_else(Error::not_found)
}

/// Returns the schemas of all kinds.
pub(super) fn list(conn: &mut Conn) -> Result<CustomSchemas> {
    let data = CustomKind::ALL.into_iter().map(|kind| read(conn, kind)).collect::<Result<_>>()?;
    Ok(CustomSchemas { data })
}

/// Returns the schema of a kind.
pub(super) fn read(conn: &mut Conn, kind: CustomKind) -> Result<CustomSchemaView> {
    Ok(queries::stored(conn, kind)?.view())
}

/// The target and the conditions of a replacement.
pub(super) struct Replacement {
    pub(super) kind: CustomKind,
    pub(super) condition: Precondition,
    /// Whether to accept the schema even if existing objects violate it.
    pub(super) force: bool,
}

/// Replaces the schema of a kind.
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
        let detail = format!("Existing objects violate the schema ({total}).");
        return Err(Error::new(Code::Misfits, detail).with("misfits", named).with("total", total));
    }
    keep(app, conn, caller, &stored, sent, json!({"misfits": total}))
}

/// Deletes the schema of a kind; anything is allowed from then on.
pub(super) fn delete(app: &App, conn: &mut Conn, caller: &Caller<Admin>, kind: CustomKind, condition: &Precondition) -> Result<()> {
    lock_kind(conn, kind)?;
    let stored = queries::stored(conn, kind)?;
    condition.check_bare(stored.version)?;
    if stored.content.0.is_empty() {
        return Ok(());
    }
    keep(app, conn, caller, &stored, Map::new(), Value::Null).map(drop)
}

/// Makes saves of the kind wait, so that none is validated by the previous schema.
fn lock_kind(conn: &mut Conn, kind: CustomKind) -> Result<()> {
    let lock = match kind {
        CustomKind::Article => Lock::Articles,
        CustomKind::Author => Lock::Authors,
        CustomKind::Image => Lock::Images,
    };
    lock.take(conn)
}

fn keep(
    app: &App,
    conn: &mut Conn,
    caller: &Caller<Admin>,
    before: &StoredSchema,
    content: Map<String, Value>,
    details: Value,
) -> Result<CustomSchemaView> {
    let stored = StoredSchema { content: Json(content), version: before.version + 1, updated_at: app.now(), ..*before };
    queries::store(conn, &stored)?;
    let event = Event {
        kind: if stored.content.0.is_empty() { EventKind::SchemaRemoved } else { EventKind::SchemaReplaced },
        actor: caller.actor(),
        subject_kind: "schema",
        subject_id: stored.kind.as_str().to_owned(),
        tags: vec![KindTag::Schemas.into()],
        details,
    };
    events::record(conn, app.now(), event)?;
    Ok(stored.view())
}

/// Returns the first objects that violate a schema, with their errors, and the number of all such objects. It reads one page at a
/// time, so that memory is bounded.
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
            if named.len() < MAX_OBJECTS_REPORTED {
                errors.truncate(MAX_ERRORS_PER_OBJECT);
                named.push(Misfit { kind, id, errors });
            }
        }
    }
}
