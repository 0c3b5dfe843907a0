//! A durable queue for work outside the database, and the worker that processes it.
//!
//! Invariants: a job is written in the transaction of the change that requires it. Its content is encrypted, because it may hold
//! secrets. A job is never run by two workers at the same time, not even on different nodes. A job that has succeeded runs again
//! only if its outcome could not be recorded, such as after a crash. Failed jobs are retried for days and then kept for the
//! operator.

mod job;
mod notifier;
mod queries;
mod retry;
mod worker;

#[cfg(test)]
mod tests;

pub(crate) use job::{Failure, Job, TaskId};
pub(crate) use notifier::JobNotifier;
pub(crate) use queries::{counts, forget_failed, forget_unstarted};
pub(crate) use worker::work;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use job::Task;

/// Enqueues a job in the transaction of the change that requires it. The worker is woken after the commit.
pub(crate) fn enqueue(app: &App, conn: &mut Conn, job: &Job) -> Result<()> {
    enqueue_at(app, conn, job, app.now())
}

/// Deletes unsent email jobs that `is_about` selects, when data is erased. Jobs are encrypted, so each one is decrypted for the check.
pub(crate) fn forget_mails(app: &App, conn: &mut Conn, is_about: impl Fn(&Job) -> bool) -> Result<()> {
    let mut after = None;
    loop {
        let tasks = queries::mails(conn, after)?;
        let Some(last) = tasks.last() else { return Ok(()) };
        after = Some(last.id);
        for task in tasks {
            if task.job(app).is_ok_and(|job| is_about(&job)) {
                queries::delete(conn, task.id, task.attempts)?;
            }
        }
    }
}

/// Enqueues a job that is due at a later time, at most a few hours ahead.
pub(crate) fn enqueue_at(app: &App, conn: &mut Conn, job: &Job, due: Timestamp) -> Result<()> {
    let plain = serde_json::to_vec(job).map_err(|error| Error::internal(&error.to_string()))?;
    queries::insert(conn, &Task::new(job.kind(), app.secrets.seal(job::SEAL, &plain), app.now(), due))?;
    app.job_notifier.enqueue();
    Ok(())
}
