//! The site as readers will see it at some time: what is planned until then is carried out in a transaction that is undone.

use crate::app::App;
use crate::articles::{plan_queries, schedule};
use crate::db::{Conn, Joint, Timestamp, lock};
use crate::error::{Error, Result};
use crate::http::{Limit, Request};

/// How many plans are looked up at once.
const BATCH: i64 = 50;

/// Reads in the state that public reads will find at a time.
///
/// Others wait for it where they write, so that an address may ask `RATE_PREVIEW` times a minute.
pub(super) async fn read<T, F>(request: &Request, at: Timestamp, reading: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&App, &mut Conn) -> Result<T> + Send + 'static,
{
    let app = &request.app;
    app.limits.check(Limit::Preview, request.address)?;
    // One at a time: others want to write, too.
    let _turn = app.batches.acquire().await.map_err(|error| Error::internal(&error.to_string()))?;
    let joint = Joint::new(app.db.clone(), None);
    let read = match rehearse(app, &joint, at).await {
        Ok(()) => {
            let app = app.clone();
            joint.run(move |conn| reading(&app, conn)).await
        }
        Err(error) => Err(error),
    };
    joint.undo().await;
    read
}

/// Carries out what is due by then, in order; what can't be carried out then shows as it is now.
async fn rehearse(app: &App, joint: &Joint, at: Timestamp) -> Result<()> {
    joint.run(|conn| lock(conn, "articles")).await?;
    loop {
        let due = joint.run(|conn| plan_queries::next_due(conn, BATCH)).await?;
        let due: Vec<_> = due.into_iter().filter(|(_, due)| *due <= at).collect();
        if due.is_empty() {
            return Ok(());
        }
        for (id, due) in due {
            let inside = app.clone();
            if joint.run(move |conn| schedule::carry_out(&inside, conn, (id, due), at)).await.is_err() {
                joint.run(move |conn| plan_queries::claim(conn, id, due)).await?;
            }
        }
    }
}
