//! Deadlines, and the timer that wakes a connection at its deadline.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Returns the time that is this far in the future.
pub(super) fn from_now(time: Duration) -> Instant {
    Instant::now() + time
}

/// Wakes a task at the earliest of its deadlines. A connection has one timer for its whole life: a deadline that moves to a later time
/// does not change the timer until it fires, so a request only costs a comparison.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Returns whether the deadline has passed; if not, the task is woken when it passes.
    pub(super) fn has_come(&mut self, due: Instant, context: &mut Context<'_>) -> bool {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if timer.deadline() > due {
            timer.as_mut().reset(due);
        }
        while timer.as_mut().poll(context) == Poll::Ready(()) {
            if timer.deadline() >= due {
                return true;
            }
            timer.as_mut().reset(due);
        }
        false
    }

    /// Returns whether the deadline has passed, for a connection that is always busy.
    pub(super) fn is_past(due: Instant) -> bool {
        Instant::now() >= due
    }
}
