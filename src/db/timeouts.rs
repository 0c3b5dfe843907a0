//! Timeouts: the maximum time that a caller waits for the database, and the maximum time of one transaction.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::time::{Duration, Instant};

/// The maximum time that a caller waits in total: in a queue, for a connection and for its lock.
pub(crate) const WAIT_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum time for which one write may occupy SQLite's only writer.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum time for which a transaction with many steps (a batch has up to a hundred) may stay open. Other callers give up earlier.
pub(super) const OPEN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(15);

/// A statement that takes longer is counted as waiting for a lock, because our own statements are quicker.
const SLOW: Duration = Duration::from_millis(50);

/// The end of a waiting time.
#[derive(Clone, Copy)]
pub(super) struct Until(Instant);

impl Until {
    /// Returns the time that is this far in the future.
    pub(super) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Returns the remaining time; zero after the end.
    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

thread_local! {
    static ENDS: Cell<Option<Until>> = const { Cell::new(None) };
    /// The time for which the statements of this thread's work may still wait; `None` without a limit.
    static WAITS: Cell<Option<Duration>> = const { Cell::new(None) };
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The payload of the unwinding that ends work after its time limit.
pub(super) struct Overdrawn;

/// Runs work with a time limit. After the limit, the work ends at its next statement.
pub(super) fn within<T>(budget: Duration, work: impl FnOnce() -> T) -> T {
    // The limit is also removed after a panic, because the thread then takes other work.
    let _end = End(ENDS.replace(Some(Until::after(budget))));
    work()
}

/// Runs work; its statements may wait for locks for at most `budget` in total. Returns the result and the remaining time.
pub(super) fn waiting<T>(budget: Duration, work: impl FnOnce() -> T) -> (T, Duration) {
    let _end = NoWaits;
    WAITS.set(Some(budget));
    let result = work();
    (result, WAITS.get().unwrap_or_default())
}

/// Removes the limit on waiting when it is dropped.
struct NoWaits;

impl Drop for NoWaits {
    fn drop(&mut self) {
        WAITS.set(None);
    }
}

/// Restores the previous budget when it is dropped.
struct End(Option<Until>);

impl Drop for End {
    fn drop(&mut self) {
        ENDS.set(self.0);
    }
}

/// Returns the remaining time of this thread's work; `None` without a limit.
pub(super) fn left() -> Option<Duration> {
    ENDS.get().map(Until::left)
}

/// Runs before each statement: ends work that exceeds its time limit. The rollback has no limit.
pub(super) fn check() {
    if left() == Some(Duration::ZERO) || WAITS.get() == Some(Duration::ZERO) {
        ENDS.set(None);
        WAITS.set(None);
        resume_unwind(Box::new(Overdrawn));
    }
    ASKED.set(WAITS.get().map(|_| Instant::now()));
}

/// Called after each statement, to count the time that it waited.
pub(super) fn answered() {
    let took = ASKED.take().map(|asked| asked.elapsed()).filter(|took| *took >= SLOW);
    if let (Some(took), Some(left)) = (took, WAITS.get()) {
        WAITS.set(Some(left.saturating_sub(took)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn work_ends_where_its_budget_does() {
        within(Duration::from_mins(1), check);
        let ended = catch_unwind(|| within(Duration::ZERO, check)).unwrap_err();
        assert!(ended.is::<Overdrawn>());
        // The rollback has no time limit.
        check();
    }

    #[test]
    fn waits_are_counted_together_and_quick_statements_are_not() {
        let statement = |took: Duration| {
            check();
            std::thread::sleep(took);
            answered();
        };
        let ((), left) = waiting(Duration::from_millis(150), || (0..100).for_each(|_| statement(Duration::from_millis(2))));
        assert_eq!(left, Duration::from_millis(150));
        let ended = catch_unwind(|| waiting(Duration::from_millis(150), || (0..9).for_each(|_| statement(Duration::from_millis(60)))));
        assert!(ended.unwrap_err().is::<Overdrawn>());
        statement(Duration::from_millis(60));
    }
}
