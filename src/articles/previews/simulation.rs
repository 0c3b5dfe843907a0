//! Simulates publications: carries them out in a transaction, reads the result as readers will, and rolls back.

use super::super::content::content::ArticleId;
use super::super::desk::{plan_queries, queries};
use super::super::publishing::{publish as publishing, schedule};
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp, Transaction};
use crate::error::{Error, Result};
use crate::http::{Limit, Request};
use crate::users::{Caller, Writer};

/// The number of plans loaded at once.
const BATCH: i64 = 50;

/// The publications to carry out before reading.
pub(super) enum Simulation {
    /// All publications and ends scheduled until a time.
    Until(Timestamp),
    /// The publication of one article in its current state, by the creator of the preview.
    Publication(ArticleId, Caller<Writer>),
}

/// Reads what readers will see after the simulated publications.
///
/// The simulation blocks other writes, so the setting `RATE_PREVIEW` limits how often an IP address may ask for one.
pub(super) async fn read<T, F>(request: &Request, simulation: Simulation, reading: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&App, &mut Conn) -> Result<T> + Send + 'static,
{
    let app = &request.app;
    app.limits.check(Limit::Preview, request.address)?;
    // Only one simulation runs at a time, so that other writes get their turn.
    let _permit = app.batch_permit().await?;
    let transaction = Transaction::new(app.db.clone(), None);
    let read = match simulate(app, &transaction, simulation).await {
        Ok(app) => transaction.run(move |conn| reading(&app, conn)).await,
        Err(error) => Err(error),
    };
    transaction.undo().await;
    read
}

/// Carries out the simulation. Returns an app whose clock shows the time of reading.
async fn simulate(app: &App, transaction: &Transaction, simulation: Simulation) -> Result<App> {
    transaction.run(|conn| Lock::Articles.take(conn)).await?;
    match simulation {
        Simulation::Until(at) => {
            carry_out_plans(app, transaction, at).await?;
            Ok(app.as_of(at.max(app.now())))
        }
        Simulation::Publication(id, maker) => {
            let inside = app.clone();
            transaction.run(move |conn| publish(&inside, conn, id, &maker)).await?;
            Ok(app.clone())
        }
    }
}

/// Carries out the plans that are due until a time, in order. A plan that fails is skipped.
async fn carry_out_plans(app: &App, transaction: &Transaction, at: Timestamp) -> Result<()> {
    loop {
        let due = transaction.run(|conn| plan_queries::next_due(conn, BATCH)).await?;
        let due: Vec<_> = due.into_iter().filter(|(_, due)| *due <= at).collect();
        if due.is_empty() {
            return Ok(());
        }
        for (id, due) in due {
            // Overdue plans are carried out as of now.
            let then = app.as_of(due.max(app.now()));
            if transaction.run(move |conn| schedule::carry_out(&then, conn, id, due)).await.is_err() {
                transaction.run(move |conn| plan_queries::claim(conn, id, due)).await?;
            }
        }
    }
}

fn publish(app: &App, conn: &mut Conn, id: ArticleId, maker: &Caller<Writer>) -> Result<()> {
    let mut article = queries::look_up(conn, &id.to_string())?.ok_or_else(Error::not_found)?;
    publishing::simulate(app, conn, maker, &mut article)
}
