//! What is done every minute: forgetting what time has made useless.

use std::time::Duration;

use diesel::prelude::*;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::{idempotency_keys, sessions};

/// How often.
const PERIOD: Duration = Duration::from_mins(1);
/// How long the answer to an idempotent request can be asked for again, in seconds.
const ANSWERS_KEPT: i64 = 24 * 60 * 60;

/// Keeps house until the process ends.
pub(crate) async fn run(app: App) {
    let mut minutes = tokio::time::interval(PERIOD);
    loop {
        minutes.tick().await;
        app.limits.forget_the_quiet();
        let now = app.now();
        if let Err(error) = app.db.write(move |conn| forget_the_expired(conn, now)).await {
            tracing::warn!(%error, "housekeeping failed; it is tried again in a minute");
        }
    }
}

/// Deletes sessions past their end, their refresh tokens with them, and kept answers that are a day old.
fn forget_the_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(conn)?;
    let oldest = now.plus_seconds(-ANSWERS_KEPT);
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(oldest))).execute(conn)?;
    Ok(())
}
