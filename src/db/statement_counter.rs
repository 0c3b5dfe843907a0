//! Counts the statements that run on the database and, on demand, records their texts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::InstrumentationEvent;

/// A counter of statements.
#[derive(Debug, Default)]
pub(super) struct StatementCounter {
    count: AtomicU64,
    listening: AtomicBool,
    texts: Mutex<Vec<String>>,
}

impl StatementCounter {
    /// Records an event of a connection.
    pub(super) fn note(&self, event: &InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            self.count.fetch_add(1, Ordering::Relaxed);
            if self.listening.load(Ordering::Relaxed) {
                let text = query.to_string();
                // The text after this separator lists the bound values.
                self.texts().push(text.split(" -- binds: ").next().unwrap_or_default().to_owned());
            }
        }
    }

    /// Returns the number of statements.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Returns the texts of the statements since the previous call, and starts or continues recording.
    pub(super) fn heard(&self) -> Vec<String> {
        self.listening.store(true, Ordering::Relaxed);
        std::mem::take(&mut *self.texts())
    }

    fn texts(&self) -> MutexGuard<'_, Vec<String>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
