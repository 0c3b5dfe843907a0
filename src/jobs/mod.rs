//! What is still to be done outside the database: a durable queue, and the worker that empties it.
//!
//! Invariants: a job is written in the transaction of the change that asks for it, sealed, since it may hold secrets;
//! one worker at a time has it, on however many nodes; it is done at least once, and but for a crash at the wrong moment
//! exactly once; what fails is tried again for days and then kept for the operator to see.

mod bell;
mod job;
mod queries;
mod worker;

#[cfg(test)]
mod tests;

pub(crate) use bell::Bell;
pub(crate) use job::{Failure, Job, TaskId};
pub(crate) use queries::{counts, forget_failed, forget_unstarted};
pub(crate) use worker::work;

use crate::app::App;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use job::Task;

/// Adds a job, in the transaction of the change that asks for it; the worker is woken when that has been committed.
pub(crate) fn enqueue(app: &App, conn: &mut Conn, job: &Job) -> Result<()> {
    enqueue_at(app, conn, job, app.now())
}

/// Forgets mails that are yet to be sent and are about something, for what is erased. What a job says is sealed, so each is opened.
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

/// Adds a job that is due at a time, within some hours.
pub(crate) fn enqueue_at(app: &App, conn: &mut Conn, job: &Job, due: Timestamp) -> Result<()> {
    let plain = serde_json::to_vec(job).map_err(|error| Error::internal(&error.to_string()))?;
    queries::insert(conn, &Task::new(job.kind(), app.secrets.seal(job::SEAL, &plain), (app.now(), due)))?;
    app.bell.ask();
    Ok(())
}
