//! Housekeeping: periodic tasks that delete expired data, write counters to the database and check it for damage.

use std::time::Duration;

use diesel::prelude::*;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::{idempotency_keys, sessions};
use crate::scrub::{self, Scrub};
use crate::{articles, comments, images, jobs, newsletter, users};

/// The interval of housekeeping.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);
/// The interval at which counters in memory are written to the database.
const WRITE_INTERVAL: Duration = Duration::from_secs(5);
/// The number of housekeeping runs from one sweep of orphaned files to the next.
const PERIODS_BETWEEN_SWEEPS: u64 = 60;
/// The interval at which all pages of the database are checked for damage.
const DAMAGE_CHECK_INTERVAL: Duration = Duration::from_hours(24);
/// How long the stored response of an idempotent request can be replayed, in seconds.
const ANSWERS_KEPT: i64 = 24 * 60 * 60;
/// How long a job that was given up stays in the database, in seconds.
const FAILED_JOBS_KEPT: i64 = 30 * 24 * 60 * 60;

/// The file in a media store that identifies the store's database.
const MARK: &str = ".database";

/// Runs housekeeping every minute until the process ends.
pub(crate) async fn run(app: App) {
    let mut periods = tokio::time::interval(SWEEP_INTERVAL);
    for period in 0_u64.. {
        periods.tick().await;
        app.limits.evict_idle();
        app.views.forget(app.now());
        app.ad_counts.forget(app.now());
        if let Err(error) = keep(&app, period % PERIODS_BETWEEN_SWEEPS == 0).await {
            tracing::warn!(%error, "housekeeping failed; the next attempt is in a minute");
        }
    }
}

/// Writes the counters in memory to the database every few seconds until the process ends.
pub(crate) async fn write_counts_down(app: App) {
    let mut periods = tokio::time::interval(WRITE_INTERVAL);
    loop {
        periods.tick().await;
        if let Err(why) = app.write_counts_down().await {
            tracing::warn!(why, "view and ad counts could not be written to the database; the next attempt is in a few seconds");
        }
    }
}

/// Checks the database for damage at once, and then every day until the process ends.
pub(crate) async fn look_for_damage(app: App) {
    let mut periods = tokio::time::interval(DAMAGE_CHECK_INTERVAL);
    loop {
        periods.tick().await;
        app.look_for_damage().await;
    }
}

async fn keep(app: &App, sweep: bool) -> Result<()> {
    let now = app.now();
    let inside = app.clone();
    app.db.write(move |conn| delete_expired(&inside, conn, now)).await?;
    if sweep {
        // Removes the deleted rows from SQLite's write-ahead log as well. If readers keep the log busy, the next sweep, an hour
        // later, tries again.
        let _ = app.db.scrub(&[]).await;
    }
    if sweep && owns_media(app).await? {
        let orphans = images::sweep(app).await?;
        if orphans > 0 {
            tracing::info!(orphans, "files that no image refers to were removed");
        }
    }
    Ok(())
}

/// Whether the media store belongs to this database. The first database that uses a store writes its mark there.
///
/// If the store belonged to another database, all its files would look like orphans. A mistyped setting must not delete them.
pub(crate) async fn owns_media(app: &App) -> Result<bool> {
    let own = app.db.identity().to_owned();
    match app.storage.read(MARK).await? {
        Some(owner) if owner.trim_ascii() == own.as_bytes() => Ok(true),
        Some(_) => {
            let place = app.storage.place();
            tracing::warn!(
                place,
                mark = MARK,
                "the media store belongs to another database; orphaned files are kept until the mark file is deleted"
            );
            Ok(false)
        }
        None => {
            app.storage.put(MARK, (own + "\n").into()).await?;
            Ok(true)
        }
    }
}

/// Deletes expired data:
///
/// - sessions with their refresh tokens, previews, email tokens, invitations and uploads;
/// - stored responses older than a day;
/// - subscribers who did not confirm in time, and their stored sign-up emails;
/// - the recipients of notices that were sent, and notices that were sent long ago;
/// - events about votes that all nodes have read;
/// - jobs that were given up long ago;
/// - view counts that are too old for any ranking.
fn delete_expired(app: &App, conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(conn)?;
    articles::forget_expired_previews(conn, now)?;
    let oldest = now.plus_seconds(-ANSWERS_KEPT);
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(oldest))).execute(conn)?;
    let people = users::forget_expired_tokens(conn, now)? + newsletter::delete_unconfirmed(conn, now)?;
    if people > 0 {
        scrub::ask(app, conn, Scrub::People)?;
    }
    images::forget_expired_uploads(conn, now)?;
    comments::forget_sent(conn, now)?;
    crate::events::forget_passing(conn, now)?;
    jobs::forget_failed(conn, now.plus_seconds(-FAILED_JOBS_KEPT))?;
    articles::prune_views(conn, now)
}
