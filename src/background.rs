//! The background loops of the server, started and stopped together.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::{articles, events, housekeeping, jobs, nodes};

/// The time that a running job has to finish when the server stops; an aborted job is repeated by the next worker.
const JOB_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// The background loops.
pub(crate) struct Background {
    app: App,
    /// The loops that may be aborted at any time.
    loops: Vec<JoinHandle<()>>,
    jobs: JoinHandle<()>,
}

impl Background {
    /// Starts all loops.
    pub(crate) fn start(app: &App) -> Self {
        let loops = vec![
            tokio::task::spawn_local(housekeeping::run(app.clone())),
            tokio::task::spawn_local(housekeeping::write_counts_down(app.clone())),
            tokio::task::spawn_local(articles::keep_schedule(app.clone())),
            tokio::task::spawn_local(events::follow(app.clone())),
            tokio::task::spawn_local(housekeeping::look_for_damage(app.clone())),
            tokio::task::spawn_local(nodes::heartbeat(app.clone())),
        ];
        Self { app: app.clone(), loops, jobs: tokio::task::spawn_local(jobs::work(app.clone())) }
    }

    /// Stops all loops after the last request has been served, and saves the counters.
    pub(crate) async fn end(mut self) {
        self.loops.iter().for_each(JoinHandle::abort);
        if let Err(why) = self.app.write_counts_down().await {
            tracing::warn!(why, "view and ad counts of the last seconds could not be written to the database and are lost");
        }
        self.app.begin_stopping();
        if tokio::time::timeout(JOB_SHUTDOWN_TIMEOUT, &mut self.jobs).await.is_err() {
            self.jobs.abort();
        }
    }
}
