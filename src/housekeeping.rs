//! What is done every minute and every hour: forgetting what time has made useless.

use std::time::Duration;

use diesel::prelude::*;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::{idempotency_keys, sessions};
use crate::{articles, comments, images, jobs, newsletter, users};

/// How often.
const PERIOD: Duration = Duration::from_mins(1);
/// How often what is counted in memory is written down.
const WRITING_PERIOD: Duration = Duration::from_secs(5);
/// How many periods pass between two looks for files that nothing is left for.
const PERIODS_BETWEEN_SWEEPS: u64 = 60;
/// How often all pages of the database are looked at.
const DAMAGE_PERIOD: Duration = Duration::from_hours(24);
/// How long the answer to an idempotent request can be asked for again, in seconds.
const ANSWERS_KEPT: i64 = 24 * 60 * 60;
/// How long a job that was given up can be looked at, in seconds.
const FAILED_JOBS_KEPT: i64 = 30 * 24 * 60 * 60;

/// The file of the media store that names the database which the store belongs to.
const MARK: &str = ".database";

/// Keeps house until the process ends.
pub(crate) async fn run(app: App) {
    let mut periods = tokio::time::interval(PERIOD);
    for period in 0_u64.. {
        periods.tick().await;
        app.limits.forget_the_quiet();
        app.views.forget(app.now());
        app.ad_counts.forget(app.now());
        if let Err(error) = keep(&app, period % PERIODS_BETWEEN_SWEEPS == 0).await {
            tracing::warn!(%error, "housekeeping failed; it is tried again in a minute");
        }
    }
}

/// Writes down what is counted in memory, every few seconds until the process ends.
pub(crate) async fn write_counts_down(app: App) {
    let mut periods = tokio::time::interval(WRITING_PERIOD);
    loop {
        periods.tick().await;
        if let Err(why) = app.write_counts_down().await {
            tracing::warn!(why, "views and counts of ads could not be written down; it is tried again in a few seconds");
        }
    }
}

/// Looks for damage in the database, now and every day until the process ends.
pub(crate) async fn look_for_damage(app: App) {
    let mut periods = tokio::time::interval(DAMAGE_PERIOD);
    loop {
        periods.tick().await;
        app.look_for_damage().await;
    }
}

async fn keep(app: &App, sweep: bool) -> Result<()> {
    let now = app.now();
    app.db.write(move |conn| forget_the_expired(conn, now)).await?;
    if sweep {
        // What was forgotten leaves the log, too; where others read from it all the time, in an hour.
        let _ = app.db.scrub(&[]).await;
    }
    if sweep && owns_media(app).await? {
        let orphans = images::sweep(app).await?;
        if orphans > 0 {
            tracing::info!(orphans, "files that no picture is left for");
        }
    }
    Ok(())
}

/// Whether the media store is this database's: the first one that is served with it leaves its mark there.
///
/// To another database all files would look like orphans, and a mistyped setting would cost every picture.
pub(crate) async fn owns_media(app: &App) -> Result<bool> {
    let own = app.db.identity().to_owned();
    match app.storage.read(MARK).await? {
        Some(owner) if owner.trim_ascii() == own.as_bytes() => Ok(true),
        Some(_) => {
            let place = app.storage.place();
            tracing::warn!(place, mark = MARK, "the media store is another database's; its files are left alone until the mark is deleted");
            Ok(false)
        }
        None => {
            app.storage.put(MARK, (own + "\n").into()).await?;
            Ok(true)
        }
    }
}

/// Deletes sessions past their end, their refresh tokens with them, previews past theirs, kept answers that are a day old, mailed tokens and
/// invitations that nobody can use any more, uploads past theirs, subscribers who never confirmed, mails of replies that were sent long ago, votes that everybody has
/// heard of, jobs that were given up long ago, and counts of views that no ranking looks back to.
fn forget_the_expired(conn: &mut Conn, now: Timestamp) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(conn)?;
    articles::forget_expired_previews(conn, now)?;
    let oldest = now.plus_seconds(-ANSWERS_KEPT);
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(oldest))).execute(conn)?;
    users::forget_expired_tokens(conn, now)?;
    newsletter::forget_the_unconfirmed(conn, now)?;
    images::forget_expired_uploads(conn, now)?;
    comments::forget_sent(conn, now)?;
    crate::events::forget_passing(conn, now)?;
    jobs::forget_failed(conn, now.plus_seconds(-FAILED_JOBS_KEPT))?;
    articles::prune_views(conn, now)
}
