//! The state of all connections of a process: how many have not sent a request yet, and how many bytes are unsent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// The number of unsent bytes above which pieces become small.
const MAX_UNSENT: usize = 64 * 1024 * 1024;
/// The size of the piece of a response that a connection holds, in bytes.
const MAX_PIECE: usize = 64 * 1024;
/// The size of a piece when many bytes are unsent. The framework takes pieces until it holds this many bytes.
pub(crate) const MIN_PIECE: usize = 4 * 1024;

/// All open connections of a process.
#[derive(Default)]
pub(crate) struct OpenConnections {
    tasks: Mutex<HashMap<u64, Waker>>,
    next: AtomicU64,
    fresh: AtomicUsize,
    unsent: AtomicUsize,
    closing: AtomicBool,
}

impl OpenConnections {
    /// Counts a connection that has not sent a request yet, and returns its number.
    pub(super) fn opened(&self) -> u64 {
        self.fresh.fetch_add(1, Ordering::SeqCst);
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Registers the task that serves a connection.
    pub(super) fn served_by(&self, number: u64, task: &Waker) {
        self.tasks().insert(number, task.clone());
    }

    /// Records that a connection has sent its first head, or has ended without one.
    pub(super) fn no_longer_fresh(&self) {
        self.fresh.fetch_sub(1, Ordering::SeqCst);
    }

    /// Forgets a connection.
    pub(super) fn closed(&self, number: u64) {
        self.tasks().remove(&number);
    }

    /// Updates the number of unsent bytes of a connection.
    pub(super) fn unsent_changed(&self, before: usize, now: usize) {
        if now >= before {
            self.unsent.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.unsent.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Returns the maximum size of the next piece of a response, in bytes.
    pub(super) fn piece(&self) -> usize {
        if self.unsent.load(Ordering::Relaxed) < MAX_UNSENT { MAX_PIECE } else { MIN_PIECE }
    }

    /// Returns the number of connections that have not sent a head yet.
    pub(crate) fn fresh(&self) -> usize {
        self.fresh.load(Ordering::SeqCst)
    }

    /// Returns whether idle connections are to be closed.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Closes idle connections from now on; the others close after their current response.
    pub(crate) fn close_idle(&self) {
        self.closing.store(true, Ordering::SeqCst);
        for task in self.tasks().values() {
            task.wake_by_ref();
        }
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<u64, Waker>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
