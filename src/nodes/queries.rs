//! All SQL of nodes.

use diesel::prelude::*;

use super::membership::{HEARD_WITHIN_MILLIS, NodeRow};
use crate::db::Conn;
use crate::error::Result;
use crate::schema::nodes;

/// All nodes.
pub(super) fn all(conn: &mut Conn) -> Result<Vec<NodeRow>> {
    Ok(nodes::table.select(NodeRow::as_select()).order_by(nodes::seen_at.desc()).load(conn)?)
}

/// Stores a node's row, or renews it.
pub(super) fn put(conn: &mut Conn, node: &NodeRow) -> Result<()> {
    let found = diesel::update(nodes::table.filter(nodes::id.eq(&node.id))).set(node).execute(conn)?;
    if found == 0 {
        diesel::insert_into(nodes::table).values(node).execute(conn)?;
    }
    Ok(())
}

/// Forgets one node.
pub(super) fn delete(conn: &mut Conn, id: &str) -> Result<()> {
    diesel::delete(nodes::table.filter(nodes::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Forgets those that were not heard of lately, and those whose time lies ahead because the clock was set back.
pub(super) fn forget_the_silent(conn: &mut Conn, now: i64) -> Result<()> {
    let silent = nodes::seen_at.lt(now - HEARD_WITHIN_MILLIS).or(nodes::seen_at.gt(now + HEARD_WITHIN_MILLIS));
    diesel::delete(nodes::table.filter(silent)).execute(conn)?;
    Ok(())
}
