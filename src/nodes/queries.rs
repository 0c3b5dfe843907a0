//! SQL queries for nodes.

use diesel::prelude::*;

use super::membership::{HEARD_WITHIN_MILLIS, NodeRow};
use crate::db::Conn;
use crate::error::Result;
use crate::schema::nodes;

/// Returns all nodes.
pub(super) fn all(conn: &mut Conn) -> Result<Vec<NodeRow>> {
    Ok(nodes::table.select(NodeRow::as_select()).order_by(nodes::seen_at.desc()).load(conn)?)
}

/// Inserts or updates the row of a node.
pub(super) fn put(conn: &mut Conn, node: &NodeRow) -> Result<()> {
    let found = diesel::update(nodes::table.filter(nodes::id.eq(&node.id))).set(node).execute(conn)?;
    if found == 0 {
        diesel::insert_into(nodes::table).values(node).execute(conn)?;
    }
    Ok(())
}

/// Deletes one node.
pub(super) fn delete(conn: &mut Conn, id: &str) -> Result<()> {
    diesel::delete(nodes::table.filter(nodes::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Deletes nodes that have not renewed their row lately. Also deletes rows with a time in the future, which occur if the clock was
/// set back.
pub(super) fn delete_expired_nodes(conn: &mut Conn, now: i64) -> Result<()> {
    let expired = nodes::seen_at.lt(now - HEARD_WITHIN_MILLIS).or(nodes::seen_at.gt(now + HEARD_WITHIN_MILLIS));
    diesel::delete(nodes::table.filter(expired)).execute(conn)?;
    Ok(())
}
