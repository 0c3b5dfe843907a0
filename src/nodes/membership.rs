//! Joining and leaving the nodes, and the row of a node.

use std::time::Duration;

use diesel::prelude::*;

use super::queries;
use crate::app::App;
use crate::db::{Conn, Lock, millis};
use crate::error::Result;
use crate::schema::nodes;
use crate::secrets::{hex, random};

/// The interval at which a node renews its row.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
/// A node that has not renewed its row for this time, in milliseconds, has ended.
pub(super) const HEARD_WITHIN_MILLIS: i64 = 30_000;

/// This process as a node.
pub(crate) struct Node {
    id: String,
}

impl Default for Node {
    fn default() -> Self {
        Self { id: hex(&random::<16>()) }
    }
}

/// The row of a node.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = nodes)]
pub(super) struct NodeRow {
    pub(super) id: String,
    api_url: String,
    secret_key_digest: String,
    pub(super) seen_at: i64,
}

impl NodeRow {
    fn of(app: &App, now: i64) -> Self {
        Self {
            id: app.node.id.clone(),
            api_url: app.config.links.api_url.clone(),
            secret_key_digest: app.secrets.digest("secret key of a node", app.db.identity().as_bytes()),
            seen_at: now,
        }
    }

    /// Returns the reason why this node cannot run beside another one.
    fn complaint(&self, other: &Self) -> Option<String> {
        let difference = if self.secret_key_digest != other.secret_key_digest {
            "has another secret key (SECRET_KEY_FILE): all servers on a database must have the same key file".to_owned()
        } else if self.api_url != other.api_url {
            let (ours, theirs) = (&self.api_url, &other.api_url);
            format!(
                "has the API_URL {theirs}, but this server has {ours} (derived from BIND if API_URL is not set): all servers on a database \
                 must have the same API_URL"
            )
        } else {
            return None;
        };
        let ago = self.seen_at.abs_diff(other.seen_at) / 1000;
        Some(format!(
            "another server on this database, last seen {ago} s ago, {difference}; \
             use the same value, or stop the other server (a killed server is forgotten after {} s)",
            HEARD_WITHIN_MILLIS / 1000
        ))
    }
}

impl App {
    /// Registers this process as a node of the database.
    ///
    /// # Errors
    /// Returns a sentence for the operator if another node has conflicting settings.
    pub(crate) async fn join_nodes(&self) -> std::result::Result<(), String> {
        let app = self.clone();
        let joined = self.db.write(move |conn| join(&app, conn)).await;
        joined.map_err(|error| format!("cannot look for other servers on the database: {error}"))?.map_or(Ok(()), Err)
    }

    /// Removes this node's row; if that fails, the row expires after half a minute.
    pub(crate) async fn leave_nodes(&self) {
        let id = self.node.id.clone();
        if let Err(error) = self.db.write(move |conn| queries::delete(conn, &id)).await {
            tracing::debug!(%error, "the row of this node could not be deleted");
        }
    }
}

/// Stores this node's row, or returns the reason why this node cannot run.
fn join(app: &App, conn: &mut Conn) -> Result<Option<String>> {
    // Two nodes that start at the same time must see each other.
    Lock::Nodes.take(conn)?;
    let now = millis(conn)?;
    queries::delete_expired_nodes(conn, now)?;
    let own = NodeRow::of(app, now);
    let complaint = queries::all(conn)?.iter().find_map(|other| own.complaint(other));
    if complaint.is_none() {
        queries::put(conn, &own)?;
    }
    Ok(complaint)
}

/// Renews the row of this node until the server stops.
pub(crate) async fn heartbeat(app: App) {
    let mut beats = tokio::time::interval(HEARTBEAT_INTERVAL);
    loop {
        beats.tick().await;
        let own = app.clone();
        let seen = app.db.write(move |conn| {
            let now = millis(conn)?;
            queries::put(conn, &NodeRow::of(&own, now))
        });
        if let Err(error) = seen.await {
            tracing::debug!(%error, "the row of this node could not be renewed; next attempt in a few seconds");
        }
    }
}
