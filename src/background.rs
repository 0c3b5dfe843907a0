//! What the server does besides answering: its loops, started and ended together.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::{articles, events, housekeeping, jobs, nodes};

/// How long a job that is being done gets at the end; what is cut off is done again by the next worker.
const LAST_JOBS: Duration = Duration::from_secs(10);

/// The loops.
pub(crate) struct Background {
    app: App,
    /// Those that may be cut off anywhere.
    loops: Vec<JoinHandle<()>>,
    jobs: JoinHandle<()>,
}

impl Background {
    /// Starts them all.
    pub(crate) fn start(app: &App) -> Self {
        let loops = vec![
            tokio::task::spawn_local(housekeeping::run(app.clone())),
            tokio::task::spawn_local(housekeeping::write_counts_down(app.clone())),
            tokio::task::spawn_local(articles::keep_schedule(app.clone())),
            tokio::task::spawn_local(events::follow(app.clone())),
            tokio::task::spawn_local(housekeeping::look_for_damage(app.clone())),
            tokio::task::spawn_local(nodes::keep_seen(app.clone())),
        ];
        Self { app: app.clone(), loops, jobs: tokio::task::spawn_local(jobs::work(app.clone())) }
    }

    /// Ends them, after the last request has been answered; nothing is lost that can be kept.
    pub(crate) async fn end(mut self) {
        self.loops.iter().for_each(JoinHandle::abort);
        if let Err(why) = self.app.write_counts_down().await {
            tracing::warn!(why, "the views of the last seconds are lost");
        }
        self.app.begin_stopping();
        if tokio::time::timeout(LAST_JOBS, &mut self.jobs).await.is_err() {
            self.jobs.abort();
        }
    }
}
