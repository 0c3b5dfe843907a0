//! Wakes the workers of this process when a new job has been committed.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::job::Lane;

/// Wakes the workers after the commit of a transaction that enqueued a job.
#[derive(Default)]
pub(crate) struct JobNotifier {
    enqueued_count: AtomicU64,
    lanes: [Notify; Lane::ALL.len()],
}

impl JobNotifier {
    /// Counts an enqueued job. A transaction that sees the count change wakes the workers after its commit.
    pub(super) fn enqueue(&self) {
        self.enqueued_count.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of jobs that this process has enqueued.
    pub(crate) fn enqueued(&self) -> u64 {
        self.enqueued_count.load(Ordering::SeqCst)
    }

    /// Wakes the worker in every lane; a worker that is awake checks its lane once more.
    pub(crate) fn notify(&self) {
        self.lanes.iter().for_each(Notify::notify_one);
    }

    /// Waits until the worker of a lane is woken.
    pub(super) async fn notified(&self, lane: Lane) {
        let [mails, checks, pictures] = &self.lanes;
        match lane {
            Lane::Mails => mails.notified().await,
            Lane::Checks => checks.notified().await,
            Lane::Pictures => pictures.notified().await,
        }
    }
}
