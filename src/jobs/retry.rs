//! The delays between the attempts of a job that fails.

use super::job::Task;
use crate::db::Timestamp;
use crate::secrets::random;

/// The delay before the first retry, in seconds; each further delay is twice as long.
const FIRST_WAIT: i64 = 30;
/// The longest delay before a retry, in seconds.
pub(super) const MAX_DELAY: i64 = 6 * 60 * 60;
/// The age at which a job that still fails is given up, in seconds.
const MAX_AGE: i64 = 4 * 24 * 60 * 60;

impl Task {
    /// The time of the next attempt after a failure; `None` if the job is so old that it is given up.
    pub(super) fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        if now.millis().abs_diff(self.created_at.millis()) > (MAX_AGE * 1000).unsigned_abs() {
            return None;
        }
        let doublings = u32::try_from(self.attempts - 1).unwrap_or_default().min(20);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(MAX_DELAY);
        // Waits between 75 % and 125 % of the delay, so that jobs that failed together are not retried together.
        let share = i64::from(u16::from_be_bytes(random::<2>())) * wait * 500 / 65_536;
        Some(Timestamp::from_millis(now.millis().saturating_add(wait * 750 + share)))
    }
}
