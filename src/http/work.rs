//! `Work`: the doors through which an operation reads and writes, whether it has a transaction of its own or is part of one.

use std::future::Future;
use std::rc::Rc;

use super::joined::Joined;
use crate::app::App;
use crate::db::{Conn, Parcel, Repeatable, Task, repeatable, task, unpacked};
use crate::error::Result;

/// Where an operation reads and writes.
pub(crate) struct Work {
    /// The whole program.
    pub(crate) app: App,
    joined: Option<Rc<Joined>>,
}

impl Work {
    /// Work of the program's own.
    pub(crate) fn alone(app: &App) -> Self {
        Self { app: app.clone(), joined: None }
    }

    /// Work that may be part of a larger transaction.
    pub(super) fn part_of(app: App, joined: Option<Rc<Joined>>) -> Self {
        Self { app, joined }
    }

    /// Runs queries in one snapshot.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&App, &mut Conn) -> Result<T> + Send + 'static,
    {
        let app = self.app.clone();
        unpacked(self.read_task(task(move |conn| work(&app, conn))).await)
    }

    async fn read_task(&self, work: Task) -> Result<Parcel> {
        match &self.joined {
            // What this transaction has written is seen in it alone.
            Some(joined) if joined.joint().has_begun().await => joined.run(work).await,
            _ => self.app.db.read_task(work).await,
        }
    }

    /// Runs one transaction; ready answers that its events touch are made anew after it. Where another transaction and this one
    /// waited for each other, the work is done again.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&App, &mut Conn) -> Result<T> + Send + 'static,
    {
        let app = self.app.clone();
        unpacked(self.write_repeatable(repeatable(move |conn| work(&app, conn))).await)
    }

    async fn write_repeatable(&self, work: Repeatable) -> Result<Parcel> {
        match &self.joined {
            Some(joined) => joined.run_repeatable(work).await,
            None => self.app.write_repeatable(work).await,
        }
    }

    /// Does what is outside the database and follows from a write: once that is durable, and never where it is undone.
    pub(crate) async fn afterwards(&self, effect: impl Future<Output = Result<()>> + 'static) -> Result<()> {
        match &self.joined {
            Some(joined) => {
                joined.put_off(effect);
                Ok(())
            }
            None => effect.await,
        }
    }

    /// Whether nothing of it will be kept, so that nothing outside the database should be done either.
    pub(crate) fn only_tries(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| joined.only_tries())
    }

    /// The transaction that it is part of, where there is one.
    pub(crate) fn joined(&self) -> Option<Rc<Joined>> {
        self.joined.clone()
    }
}
