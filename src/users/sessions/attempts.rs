//! Failed logins: after a few failures for an account from one network, each further failure doubles the wait of that
//! network. The account's owner on another network does not wait.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::session::Client;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::{Error, Result};

/// The number of failures without a wait.
const MAX_FREE_FAILURES: u32 = 5;
/// The maximum wait, in milliseconds.
const MAX_DELAY: u64 = 15 * 60 * 1000;
/// The age at which failures are forgotten if there are too many entries, in milliseconds.
const FAILURE_RETENTION: u64 = 60 * 60 * 1000;
/// The maximum number of entries.
const MAX_ENTRIES: usize = 20_000;

/// Failed logins of this process, by account and network. Accounts that do not exist are counted, too.
#[derive(Default)]
pub(crate) struct FailedLogins(Mutex<HashMap<String, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// Returns the remaining wait, in milliseconds.
    fn wait(self, now: Timestamp) -> u64 {
        let Some(doublings) = self.count.checked_sub(MAX_FREE_FAILURES) else { return 0 };
        let wait = 1000_u64.saturating_mul(1 << doublings.min(20)).min(MAX_DELAY);
        wait.saturating_sub(now.millis().abs_diff(self.last.millis()))
    }
}

/// A login attempt. It counts as failed until it is marked as succeeded, so that parallel attempts are all counted.
pub(in crate::users) struct Attempt(String);

impl FailedLogins {
    /// Counts an attempt, or returns an error with the time to wait.
    pub(in crate::users) fn attempt(&self, app: &App, email: &str, client: &Client) -> Result<Attempt> {
        let key = app.secrets.digest("failed login", format!("{} {email}", client.network).as_bytes());
        let now = app.now();
        let mut places = self.places();
        make_room(&mut places, now);
        let failures = places.entry(key.clone()).or_insert(Failures { count: 0, last: now });
        let wait = failures.wait(now);
        if wait > 0 {
            return Err(Error::too_many(Duration::from_millis(wait)));
        }
        *failures = Failures { count: failures.count.saturating_add(1), last: now };
        Ok(Attempt(key))
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Deletes the failures counted so far.
    pub(in crate::users) fn succeeded(self, app: &App) {
        app.failed_logins.places().remove(&self.0);
    }
}

fn make_room(places: &mut HashMap<String, Failures>, now: Timestamp) {
    if places.len() < MAX_ENTRIES {
        return;
    }
    places.retain(|_, failures| now.millis().abs_diff(failures.last.millis()) < FAILURE_RETENTION);
    if places.len() >= MAX_ENTRIES {
        places.retain(|_, failures| failures.wait(now) > 0);
    }
    if places.len() >= MAX_ENTRIES {
        places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let now = Timestamp::from_millis(1_000_000);
        let wait = |count| Failures { count, last: now }.wait(now);
        assert_eq!([wait(4), wait(5), wait(6), wait(8), wait(60)], [0, 1000, 2000, 8000, MAX_DELAY]);
        assert_eq!(Failures { count: 6, last: now }.wait(now.plus_seconds(2)), 0);
    }

    #[test]
    fn the_memory_is_bounded() {
        let now = Timestamp::from_millis(1_000_000);
        let mut places: HashMap<_, _> = (0..MAX_ENTRIES).map(|n| (n.to_string(), Failures { count: 1, last: now })).collect();
        places.insert("guesser".into(), Failures { count: 9, last: now });
        make_room(&mut places, now);
        assert_eq!(places.keys().collect::<Vec<_>>(), ["guesser"]);
    }
}
