//! SQL queries for custom fields.

use diesel::prelude::*;
use serde_json::Value;

use super::custom_schema::StoredSchema;
use crate::db::{Conn, Json};
use crate::error::Result;
use crate::input::CustomKind;
use crate::schema::{articles, authors, custom_schemas, images};

/// Returns the schema of a kind.
pub(super) fn stored(conn: &mut Conn, kind: CustomKind) -> Result<StoredSchema> {
    let found = custom_schemas::table.filter(custom_schemas::kind.eq(kind)).select(StoredSchema::as_select()).first(conn).optional()?;
    Ok(found.unwrap_or_else(|| StoredSchema::nothing(kind)))
}

/// Returns all stored schemas, by kind.
pub(super) fn all(conn: &mut Conn) -> Result<Vec<StoredSchema>> {
    Ok(custom_schemas::table.order(custom_schemas::kind).select(StoredSchema::as_select()).load(conn)?)
}

/// Inserts or updates a schema.
pub(super) fn store(conn: &mut Conn, schema: &StoredSchema) -> Result<()> {
    let own = custom_schemas::table.filter(custom_schemas::kind.eq(schema.kind));
    if diesel::update(own).set(schema).execute(conn)? == 0 {
        diesel::insert_into(custom_schemas::table).values(schema).execute(conn)?;
    }
    Ok(())
}

/// Returns the next objects of a kind after an id, with their custom fields; for articles, the working copies.
pub(super) fn objects(conn: &mut Conn, kind: CustomKind, behind: &str, most: i64) -> Result<Vec<(String, Json<Value>)>> {
    Ok(match kind {
        CustomKind::Article => articles::table
            .filter(articles::id.gt(behind))
            .order(articles::id)
            .select((articles::id, articles::custom))
            .limit(most)
            .load(conn)?,
        // A profile that was never saved has no custom fields yet.
        CustomKind::Author => authors::table
            .filter(authors::id.gt(behind))
            .filter(authors::unlisted.eq(false))
            .order(authors::id)
            .select((authors::id, authors::custom))
            .limit(most)
            .load(conn)?,
        CustomKind::Image => {
            images::table.filter(images::id.gt(behind)).order(images::id).select((images::id, images::custom)).limit(most).load(conn)?
        }
    })
}
