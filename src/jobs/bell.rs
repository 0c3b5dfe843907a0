//! What wakes the worker of this process when there is something to do.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

use super::job::Lane;

/// A bell that is rung when a transaction with a job in it has been committed.
#[derive(Default)]
pub(crate) struct Bell {
    asked: AtomicU64,
    quick: Notify,
    pictures: Notify,
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
        self.quick.notify_one();
        self.pictures.notify_one();
    }

    /// Waits until it rings.
    pub(super) async fn rings(&self, lane: Lane) {
        match lane {
            Lane::Quick => self.quick.notified().await,
            Lane::Pictures => self.pictures.notified().await,
        }
    }
}
