//! SQL queries for jobs.

use diesel::prelude::*;

use super::job::{Lane, Task, TaskId};
use super::retry::MAX_DELAY;
use crate::db::{Backend, Conn, Timestamp};
use crate::error::Result;
use crate::schema::jobs;

/// The number of jobs that one query reads.
const AT_ONCE: i64 = 200;
/// The number of characters of an error message that are stored.
const ERROR_LENGTH: usize = 500;

/// Stores a new job.
pub(super) fn insert(conn: &mut Conn, task: &Task) -> Result<()> {
    diesel::insert_into(jobs::table).values(task).execute(conn)?;
    Ok(())
}

/// Lists the jobs of a lane that are due, longest overdue first, at most `room` of them.
///
/// A job is also due if its due time is later than any retry could have set, because the clock must then have been set back.
pub(super) fn due(conn: &mut Conn, now: Timestamp, lane: Lane, room: usize) -> Result<Vec<Task>> {
    let too_far = now.plus_seconds(2 * MAX_DELAY);
    let due = jobs::table.filter(jobs::due_at.le(Some(now)).or(jobs::due_at.gt(Some(too_far))));
    let mut due = due.select(Task::as_select()).into_boxed::<Backend>();
    due = match lane.only() {
        Some(kind) => due.filter(jobs::kind.eq(kind)),
        None => Lane::ALL.into_iter().filter_map(Lane::only).fold(due, |due, kind| due.filter(jobs::kind.ne(kind))),
    };
    Ok(due.order_by((jobs::due_at, jobs::id)).limit(i64::try_from(room).unwrap_or(1)).load(conn)?)
}

/// Claims a job until a time. Returns whether this worker got it: of several workers that try, only one does.
pub(super) fn claim(conn: &mut Conn, task: &Task, until: Timestamp) -> Result<bool> {
    let unclaimed = jobs::table.filter(jobs::id.eq(task.id)).filter(jobs::attempts.eq(task.attempts)).filter(jobs::due_at.is_not_null());
    let claimed = (jobs::attempts.eq(task.attempts + 1), jobs::due_at.eq(Some(until)));
    Ok(diesel::update(unclaimed).set(claimed).execute(conn)? == 1)
}

/// Deletes a finished job, unless another worker has claimed it meanwhile.
pub(super) fn delete(conn: &mut Conn, id: TaskId, attempts: i32) -> Result<()> {
    diesel::delete(jobs::table.filter(jobs::id.eq(id)).filter(jobs::attempts.eq(attempts))).execute(conn)?;
    Ok(())
}

/// Records that a job failed, and when it is due again.
pub(super) fn postpone(conn: &mut Conn, task: &Task, due_at: Option<Timestamp>, error: &str) -> Result<()> {
    let own = jobs::table.filter(jobs::id.eq(task.id)).filter(jobs::attempts.eq(task.attempts));
    let error: String = error.chars().take(ERROR_LENGTH).collect();
    diesel::update(own).set((jobs::due_at.eq(due_at), jobs::last_error.eq(Some(error)))).execute(conn)?;
    Ok(())
}

/// Lists email jobs in the order of their ids, starting after an id.
pub(super) fn mails(conn: &mut Conn, after: Option<TaskId>) -> Result<Vec<Task>> {
    let mut some = jobs::table.filter(jobs::kind.like("%_mail")).select(Task::as_select()).into_boxed::<Backend>();
    if let Some(after) = after {
        some = some.filter(jobs::id.gt(after));
    }
    Ok(some.order(jobs::id).limit(AT_ONCE).load(conn)?)
}

/// Deletes all jobs of a kind that no worker has claimed yet, except one.
pub(crate) fn forget_unstarted(conn: &mut Conn, kind: &str, besides: TaskId) -> Result<()> {
    let others = jobs::table.filter(jobs::kind.eq(kind)).filter(jobs::attempts.eq(0)).filter(jobs::id.ne(besides));
    diesel::delete(others).execute(conn)?;
    Ok(())
}

/// The number of jobs by state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// Jobs that are waiting or running.
    pub(crate) waiting: i64,
    /// Jobs that were given up.
    pub(crate) failed: i64,
}

/// Counts the jobs.
pub(crate) fn counts(conn: &mut Conn) -> Result<Counts> {
    let waiting = jobs::table.filter(jobs::due_at.is_not_null()).count().get_result(conn)?;
    let failed = jobs::table.filter(jobs::due_at.is_null()).count().get_result(conn)?;
    Ok(Counts { waiting, failed })
}

/// Deletes jobs that were given up and were enqueued before a time.
pub(crate) fn forget_failed(conn: &mut Conn, before: Timestamp) -> Result<()> {
    diesel::delete(jobs::table.filter(jobs::due_at.is_null()).filter(jobs::created_at.lt(before))).execute(conn)?;
    Ok(())
}
