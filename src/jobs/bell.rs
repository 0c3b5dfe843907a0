//! What wakes the worker of this process when there is something to do.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::job::Lane;

/// A bell that is rung when a transaction with a job in it has been committed.
#[derive(Default)]
pub(crate) struct Bell {
    asked: AtomicU64,
    lanes: [Notify; Lane::ALL.len()],
}

impl Bell {
    /// Notes that a job was written; a transaction that sees the count move rings when it has been committed.
    pub(super) fn ask(&self) {
        self.asked.fetch_add(1, Ordering::SeqCst);
    }

    /// How many jobs this process has written.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Wakes the worker in every lane; where it is awake, it looks once more.
    pub(crate) fn ring(&self) {
        self.lanes.iter().for_each(Notify::notify_one);
    }

    /// Waits until it rings.
    pub(super) async fn rings(&self, lane: Lane) {
        let [mails, checks, pictures] = &self.lanes;
        match lane {
            Lane::Mails => mails.notified().await,
            Lane::Checks => checks.notified().await,
            Lane::Pictures => pictures.notified().await,
        }
    }
}
