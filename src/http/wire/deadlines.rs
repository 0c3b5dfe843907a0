//! When a time is over, and the timer that wakes a connection then.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The end of a time that begins now.
pub(super) fn from_now(time: Duration) -> Instant {
    Instant::now() + time
}

/// Wakes a task at the earliest of its deadlines. It is one timer for the whole life of a connection: deadlines that move
/// back leave it alone until it rings, so that a request costs no more than a look at it.
#[derive(Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Whether this time has come; if not, the task is woken when it has.
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

    /// Whether this time has come, for a connection that is kept busy.
    pub(super) fn is_past(due: Instant) -> bool {
        Instant::now() >= due
    }
}
