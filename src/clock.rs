//! The only code that reads the wall clock, so that tests can set the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::db::Timestamp;

/// The source of the current time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system clock.
    System,
    /// A clock that stands still until a test moves it.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A manual clock that is set to a number of milliseconds after 1970-01-01 UTC.
    #[must_use]
    pub fn manual(millis: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(millis)))
    }

    /// Moves a manual clock by a number of milliseconds; does nothing to the system clock.
    pub fn advance(&self, millis: i64) {
        if let Self::Manual(time) = self {
            time.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(match self {
            Self::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(time) => time.load(Ordering::SeqCst),
        })
    }
}
