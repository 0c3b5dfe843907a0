//! What readers will see: it is carried out in a transaction that is undone, and read as they will read it.

use super::super::content::content::ArticleId;
use super::super::desk::{plan_queries, queries};
use super::super::publishing::{publish as publishing, schedule};
use crate::app::App;
use crate::db::{Conn, Lock, Timestamp, Transaction};
use crate::error::{Error, Result};
use crate::http::{Limit, Request};
use crate::users::{Caller, Writer};

/// How many plans are looked up at once.
const BATCH: i64 = 50;

/// What is carried out before it is read.
pub(super) enum Simulation {
    /// All that is planned until a time.
    Until(Timestamp),
    /// The publication of one article, as it is, by who made the preview.
    Publication(ArticleId, Caller<Writer>),
}

/// Reads what public reads will find.
///
/// Others wait for it where they write, so that an address may ask `RATE_PREVIEW` times a minute.
pub(super) async fn read<T, F>(request: &Request, simulation: Simulation, reading: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&App, &mut Conn) -> Result<T> + Send + 'static,
{
    let app = &request.app;
    app.limits.check(Limit::Preview, request.address)?;
    // One at a time: others want to write, too.
    let _turn = app.batch_turn().await?;
    let joint = Transaction::new(app.db.clone(), None);
    let read = match simulate(app, &joint, simulation).await {
        Ok(app) => joint.run(move |conn| reading(&app, conn)).await,
        Err(error) => Err(error),
    };
    joint.undo().await;
    read
}

/// Carries it out; gives the program at the time of the reading.
async fn simulate(app: &App, joint: &Transaction, simulation: Simulation) -> Result<App> {
    joint.run(|conn| Lock::Articles.take(conn)).await?;
    match simulation {
        Simulation::Until(at) => {
            carry_out_plans(app, joint, at).await?;
            Ok(app.as_of(at.max(app.now())))
        }
        Simulation::Publication(id, maker) => {
            let inside = app.clone();
            joint.run(move |conn| publish(&inside, conn, id, &maker)).await?;
            Ok(app.clone())
        }
    }
}

/// Carries out what is due by then, in order; what can't be carried out then shows as it is now.
async fn carry_out_plans(app: &App, joint: &Transaction, at: Timestamp) -> Result<()> {
    loop {
        let due = joint.run(|conn| plan_queries::next_due(conn, BATCH)).await?;
        let due: Vec<_> = due.into_iter().filter(|(_, due)| *due <= at).collect();
        if due.is_empty() {
            return Ok(());
        }
        for (id, due) in due {
            // What is overdue happens now.
            let then = app.as_of(due.max(app.now()));
            if joint.run(move |conn| schedule::carry_out(&then, conn, (id, due))).await.is_err() {
                joint.run(move |conn| plan_queries::claim(conn, id, due)).await?;
            }
        }
    }
}

fn publish(app: &App, conn: &mut Conn, id: ArticleId, maker: &Caller<Writer>) -> Result<()> {
    let mut article = queries::look_up(conn, &id.to_string())?.ok_or_else(Error::not_found)?;
    publishing::simulate(app, conn, maker, &mut article)
}
