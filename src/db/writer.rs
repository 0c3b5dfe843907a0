//! SQLite's only writer: a thread that runs its queue in shared transactions, with a savepoint for each job and one sync for all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use diesel::connection::SimpleConnection;

use super::conn::Conn;
use super::timeouts::{Until, WRITE_TIMEOUT, within};
use crate::error::{Error, Result};

/// The maximum number of waiting jobs; further writes get 503.
const MAX_QUEUED_WRITES: usize = 1024;
/// The maximum number of jobs in one transaction.
const MAX_JOBS_PER_TRANSACTION: usize = 256;

/// The time for which jobs may be added to a transaction. It is limited, because the first jobs wait for the end of the
/// transaction.
const MAX_SHARING: Duration = Duration::from_millis(500);

/// Sends the result to the caller, after the commit has succeeded or failed.
pub(super) type Reply = Box<dyn FnOnce(std::result::Result<(), Arc<diesel::result::Error>>) + Send>;
/// Runs inside a savepoint; returns whether to keep its changes, and how to reply.
pub(super) type QueuedWork = Box<dyn FnOnce(&mut Conn) -> (bool, Reply) + Send>;

/// Work that waits in the queue, until the writer or its caller takes it out.
struct QueuedJob(Arc<Mutex<Option<QueuedWork>>>);

impl QueuedJob {
    fn take(&self) -> Option<QueuedWork> {
        self.work().take()
    }

    fn is_given_up(&self) -> bool {
        self.work().is_none()
    }

    fn work(&self) -> MutexGuard<'_, Option<QueuedWork>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle with which a caller can give up its job.
pub(super) struct QueuePlace(Weak<Mutex<Option<QueuedWork>>>);

impl QueuePlace {
    /// Gives the job up if it has not begun, and returns whether the job was given up. Values held by its work are dropped at once.
    pub(super) fn give_up(&self) -> bool {
        self.0.upgrade().is_some_and(|job| QueuedJob(job).take().is_some())
    }
}

/// The sending end of the writer's queue.
#[derive(Clone)]
pub(super) struct Writer(Sender<QueuedJob>);

impl Writer {
    /// Starts the thread, which ends when the last sender is dropped.
    pub(super) fn start(mut conn: Conn) -> std::io::Result<Self> {
        let (sender, receiver) = bounded::<QueuedJob>(MAX_QUEUED_WRITES);
        thread::Builder::new().name("masthead-writer".into()).spawn(move || {
            while let Ok(first) = receiver.recv() {
                // If the caller has given up, there is no need to wait for the lock.
                if !first.is_given_up() {
                    commit_together(&mut conn, first, &receiver);
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Adds a job to the queue.
    pub(super) fn submit(&self, work: QueuedWork) -> Result<QueuePlace> {
        let job = Arc::new(Mutex::new(Some(work)));
        let place = QueuePlace(Arc::downgrade(&job));
        self.0.try_send(QueuedJob(job)).map_err(|error| match error {
            TrySendError::Full(_) => Error::unavailable("too many writes are waiting"),
            TrySendError::Disconnected(_) => Error::unavailable("the server is stopping"),
        })?;
        Ok(place)
    }
}

fn commit_together(conn: &mut Conn, first: QueuedJob, queue: &Receiver<QueuedJob>) {
    let mut replies = Vec::new();
    let result = conn.begin_write().and_then(|()| {
        let mut kept = false;
        let mut next = Some(first);
        let sharing = Until::after(MAX_SHARING);
        while let Some(job) = next {
            if let Some(work) = job.take() {
                conn.batch_execute("SAVEPOINT job")?;
                let (keep, reply) = within(WRITE_TIMEOUT, || work(conn));
                replies.push(reply);
                kept |= keep;
                // If the engine itself has ended the transaction (as on a full disk), this statement fails, and so do all jobs.
                conn.batch_execute(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
            }
            next = if replies.len() < MAX_JOBS_PER_TRANSACTION && !sharing.left().is_zero() { queue.try_recv().ok() } else { None };
        }
        conn.batch_execute(if kept { "COMMIT" } else { "ROLLBACK" })
    });
    let result = result.map_err(|error| {
        // If the transaction has already ended, there is nothing to roll back.
        let _ = conn.batch_execute("ROLLBACK");
        Arc::new(error)
    });
    for reply in replies {
        reply(result.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> (QueuedJob, QueuePlace, Arc<()>) {
        let held = Arc::new(());
        let copy = Arc::clone(&held);
        let work: QueuedWork = Box::new(move |_| {
            drop(copy);
            (true, Box::new(|_| {}))
        });
        let job = QueuedJob(Arc::new(Mutex::new(Some(work))));
        let place = QueuePlace(Arc::downgrade(&job.0));
        (job, place, held)
    }

    #[test]
    fn a_job_is_either_given_up_or_begun() {
        let (job, place, held) = self::job();
        assert!(place.give_up() && job.is_given_up() && job.take().is_none() && !place.give_up());
        // The work is dropped at once, so its waiters are told, although the job is still in the queue.
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn a_job_that_has_begun_or_failed_is_not_given_up() {
        let (job, place, _held) = self::job();
        assert!(job.take().is_some() && !place.give_up());
        let (job, place, held) = self::job();
        drop(job);
        assert!(!place.give_up());
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
