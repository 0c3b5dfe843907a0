//! The only place that reads the wall clock, so that tests can control the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::db::Timestamp;

/// A clock.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system clock.
    System,
    /// A clock that only moves when it is advanced.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Creates a manual clock from milliseconds since 1970.
    #[must_use]
    pub fn manual(millis: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(millis)))
    }

    /// Advances a manual clock; does nothing to the system clock.
    pub fn advance(&self, millis: i64) {
        if let Self::Manual(time) = self {
            time.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Returns the current time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(match self {
            Self::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(time) => time.load(Ordering::SeqCst),
        })
    }
}
