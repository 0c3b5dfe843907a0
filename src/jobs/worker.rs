//! The worker: claims due jobs, runs them and records their outcome.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;

use super::job::{Failure, Lane, Task};
use super::queries;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;

/// The interval at which the worker looks for jobs from other processes and for jobs that have become due.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The duration of a claim, in seconds. It is longer than any job may run, even if the time limit takes effect late.
const LEASE_SECONDS: i64 = 5 * 60;
/// The number of attempts to record the outcome of a job. A job whose outcome cannot be recorded runs again.
const SETTLING_TRIES: u32 = 5;

/// Runs due jobs until the server stops.
pub(crate) async fn work(app: App) {
    app.mailer.announce();
    join_all(Lane::ALL.map(|lane| keep_to(&app, lane))).await;
}

/// Runs the jobs of one lane. A slow job occupies one place of its lane; the other places stay usable.
async fn keep_to(app: &App, lane: Lane) {
    let mut running = FuturesUnordered::new();
    while !app.is_stopping() {
        let room = lane.at_once() - running.len();
        if room > 0 {
            match claim(app, lane, room).await {
                Ok(tasks) => running.extend(tasks.into_iter().map(|task| carry_out(app, lane, task))),
                Err(error) => tracing::warn!(%error, "the due jobs could not be read; the next attempt is in a second"),
            }
        }
        tokio::select! {
            Some(()) = running.next(), if !running.is_empty() => {}
            () = app.job_notifier.notified(lane), if running.len() < lane.at_once() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
    while running.next().await.is_some() {}
}

impl App {
    /// Runs all jobs that are due now, as the server's worker does, and returns how many it ran.
    ///
    /// # Errors
    /// Returns a sentence for the operator.
    pub async fn run_due_jobs(&self) -> std::result::Result<usize, String> {
        let mut total = 0;
        loop {
            let mut taken = 0;
            for lane in Lane::ALL {
                taken += take_up(self, lane).await.map_err(|error| error.to_string())?;
            }
            if taken == 0 {
                return Ok(total);
            }
            total += taken;
        }
    }

    /// Counts the jobs that are waiting or running, and the jobs that were given up.
    ///
    /// # Errors
    /// Returns a sentence for the operator.
    pub async fn count_jobs(&self) -> std::result::Result<(i64, i64), String> {
        let counts = self.db.read(queries::counts).await.map_err(|error| error.to_string())?;
        Ok((counts.waiting, counts.failed))
    }
}

/// Claims due jobs of a lane and runs them; returns their number.
async fn take_up(app: &App, lane: Lane) -> Result<usize> {
    let claimed = claim(app, lane, lane.at_once()).await?;
    let taken = claimed.len();
    join_all(claimed.into_iter().map(|task| carry_out(app, lane, task))).await;
    Ok(taken)
}

/// Claims due jobs of a lane, at most `room` of them.
async fn claim(app: &App, lane: Lane, room: usize) -> Result<Vec<Task>> {
    let now = app.now();
    let due = app.db.read(move |conn| queries::due(conn, now, lane, room)).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let claimed = app.db.write_again(move |conn| {
        let mut claimed = Vec::new();
        for task in &due {
            if queries::claim(conn, task, until)? {
                claimed.push(Task { attempts: task.attempts + 1, ..task.clone() });
            }
        }
        Ok(claimed)
    });
    claimed.await
}

async fn carry_out(app: &App, lane: Lane, task: Task) {
    let failure = attempt(app, lane, &task).await.err();
    if let Err(error) = settle(app, &task, failure).await {
        tracing::error!(%error, job = %task.id, kind = %task.kind, "the outcome of a job could not be recorded; the job will run again");
    }
}

/// Runs a job in a task of its own, so that a panic ends only that task.
async fn attempt(app: &App, lane: Lane, task: &Task) -> std::result::Result<(), Failure> {
    let (job, id, inside) = (task.job(app)?, task.id, app.clone());
    let mut running = tokio::spawn(async move { job.run(&inside, id).await });
    match tokio::time::timeout(lane.deadline(), &mut running).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Failure::Later("the job panicked".into())),
        Err(_) => {
            running.abort();
            Err(Failure::Later("the job took too long".into()))
        }
    }
}

async fn settle(app: &App, task: &Task, failure: Option<Failure>) -> Result<()> {
    let next = match &failure {
        Some(Failure::Later(_)) => task.next_try(app.now()),
        _ => None,
    };
    let error = failure.map(|failure| match failure {
        Failure::Later(why) | Failure::Never(why) => why,
    });
    log_failure(task, error.as_deref(), next.is_some());
    for _ in 1..SETTLING_TRIES {
        if write_down(app, task, next, error.as_deref()).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    write_down(app, task, next, error.as_deref()).await
}

async fn write_down(app: &App, task: &Task, next: Option<Timestamp>, error: Option<&str>) -> Result<()> {
    let (task, error) = (task.clone(), error.map(str::to_owned));
    let settled = app.db.write_again(move |conn| match &error {
        None => queries::delete(conn, task.id, task.attempts),
        Some(error) => queries::postpone(conn, &task, next, error),
    });
    settled.await
}

/// Logs the failure of a job, if it failed.
fn log_failure(task: &Task, error: Option<&str>, again: bool) {
    let Some(error) = error else { return };
    let (job, kind, attempts) = (task.id, &task.kind, task.attempts);
    if again {
        tracing::warn!(%job, %kind, attempts, error, "a job failed and will be retried later");
    } else {
        tracing::error!(%job, %kind, attempts, error, "a job failed and was given up");
    }
}
