//! The only place that looks at the wall clock, so that a test can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::db::Timestamp;

/// Tells the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at so many milliseconds after 1970 began.
    #[must_use]
    pub fn manual(millis: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(millis)))
    }

    /// Moves a manual clock; the machine's own stays as it is.
    pub fn advance(&self, millis: i64) {
        if let Self::Manual(time) = self {
            time.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(match self {
            Self::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(time) => time.load(Ordering::SeqCst),
        })
    }
}
