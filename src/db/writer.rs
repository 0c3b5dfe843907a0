//! SQLite's only writer: a thread that runs its queue in shared transactions, with a savepoint for each job and one sync for all.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use diesel::connection::SimpleConnection;

use super::conn::Conn;
use super::patience::{BUDGET, QueuePlace, Until, within};
use crate::error::{Error, Result};

/// The maximum number of waiting jobs; further writes get 503.
const QUEUE: usize = 1024;
/// The maximum number of jobs in one transaction.
const BATCH: usize = 256;

/// The time for which jobs are added to a transaction, because the first jobs wait for its end.
const MAX_SHARING: Duration = Duration::from_millis(500);

/// Sends the result to the caller, after the commit has succeeded or failed.
pub(super) type Reply = Box<dyn FnOnce(std::result::Result<(), Arc<diesel::result::Error>>) + Send>;
/// Runs inside a savepoint; returns whether to keep its changes, and how to reply.
pub(super) type QueuedWork = Box<dyn FnOnce(&mut Conn) -> (bool, Reply) + Send>;

/// Work that waits in the queue, unless its caller gives up first.
pub(super) struct Job {
    pub(super) place: QueuePlace,
    pub(super) work: QueuedWork,
}

/// The sending end of the writer's queue.
#[derive(Clone)]
pub(super) struct Writer(Sender<Job>);

impl Writer {
    /// Starts the thread, which ends when the last sender is dropped.
    pub(super) fn start(mut conn: Conn) -> std::io::Result<Self> {
        let (sender, receiver) = bounded::<Job>(QUEUE);
        thread::Builder::new().name("masthead-writer".into()).spawn(move || {
            while let Ok(first) = receiver.recv() {
                // If the caller has given up, there is no need to wait for the lock.
                if !first.place.is_given_up() {
                    commit_together(&mut conn, first, &receiver);
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Adds a job to the queue.
    pub(super) fn submit(&self, job: Job) -> Result<()> {
        self.0.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::unavailable("too many writes are waiting"),
            TrySendError::Disconnected(_) => Error::unavailable("the server is stopping"),
        })
    }
}

fn commit_together(conn: &mut Conn, first: Job, queue: &Receiver<Job>) {
    let mut replies = Vec::new();
    let result = conn.begin_write().and_then(|()| {
        let mut kept = false;
        let mut next = Some(first);
        let sharing = Until::after(MAX_SHARING);
        while let Some(job) = next {
            if job.place.begin() {
                conn.batch_execute("SAVEPOINT job")?;
                let (keep, reply) = within(BUDGET, || (job.work)(conn));
                replies.push(reply);
                kept |= keep;
                // If the engine itself has ended the transaction (a full disk), this fails, and no job is acknowledged.
                conn.batch_execute(if keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
            }
            next = if replies.len() < BATCH && !sharing.left().is_zero() { queue.try_recv().ok() } else { None };
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
