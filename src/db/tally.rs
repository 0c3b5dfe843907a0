//! What the database is asked: how many statements and, while somebody listens, which.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::InstrumentationEvent;

/// Counts statements.
#[derive(Debug, Default)]
pub(super) struct Tally {
    count: AtomicU64,
    listening: AtomicBool,
    texts: Mutex<Vec<String>>,
}

impl Tally {
    /// Notes what a connection does.
    pub(super) fn note(&self, event: &InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.count.fetch_add(1, Ordering::Relaxed);
            if self.listening.load(Ordering::Relaxed) {
                let text = query.to_string();
                // What stands behind is what was bound.
                self.texts().push(text.split(" -- binds: ").next().unwrap_or_default().to_owned());
            }
        }
    }

    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Gives the texts of the statements since the last time, and goes on listening.
    pub(super) fn heard(&self) -> Vec<String> {
        self.listening.store(true, Ordering::Relaxed);
        std::mem::take(&mut *self.texts())
    }

    fn texts(&self) -> MutexGuard<'_, Vec<String>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
