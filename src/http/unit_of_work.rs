//! `UnitOfWork`: the access of an operation to the database, in a transaction of its own or as part of a larger one.

use std::future::Future;
use std::rc::Rc;

use super::request_transaction::RequestTransaction;
use crate::app::App;
use crate::db::{Conn, ErasedResult, Repeatable, Task, downcast, repeatable, task};
use crate::error::Result;

/// Runs the reads and writes of an operation.
pub(crate) struct UnitOfWork {
    /// The application.
    pub(crate) app: App,
    transaction: Option<Rc<RequestTransaction>>,
}

impl UnitOfWork {
    /// Work of the program itself, outside a request.
    pub(crate) fn alone(app: &App) -> Self {
        Self { app: app.clone(), transaction: None }
    }

    /// Work that may be part of a larger transaction.
    pub(super) fn part_of(app: App, transaction: Option<Rc<RequestTransaction>>) -> Self {
        Self { app, transaction }
    }

    /// Runs queries in one snapshot.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&App, &mut Conn) -> Result<T> + Send + 'static,
    {
        let app = self.app.clone();
        downcast(self.read_task(task(move |conn| work(&app, conn))).await)
    }

    async fn read_task(&self, work: Task) -> Result<ErasedResult> {
        match &self.transaction {
            // Only this transaction sees its own writes.
            Some(transaction) if transaction.inner().has_begun().await => transaction.run(work).await,
            _ => self.app.db.read_task(work).await,
        }
    }

    /// Runs one transaction, then purges the cached responses that its events affect. Repeats the work if it conflicts with another
    /// transaction.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&App, &mut Conn) -> Result<T> + Send + 'static,
    {
        let app = self.app.clone();
        downcast(self.write_repeatable(repeatable(move |conn| work(&app, conn))).await)
    }

    async fn write_repeatable(&self, work: Repeatable) -> Result<ErasedResult> {
        match &self.transaction {
            Some(transaction) => transaction.run_repeatable(work).await,
            None => self.app.write_repeatable(work).await,
        }
    }

    /// Runs an effect outside the database after the commit. If the transaction is rolled back, the effect never runs.
    pub(crate) async fn afterwards(&self, effect: impl Future<Output = Result<()>> + 'static) -> Result<()> {
        match &self.transaction {
            Some(transaction) => {
                transaction.put_off(effect);
                Ok(())
            }
            None => effect.await,
        }
    }

    /// Returns whether everything will be rolled back, so that no effect outside the database may happen either.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.transaction.as_ref().is_some_and(|transaction| transaction.is_dry_run())
    }

    /// Returns the larger transaction, if there is one.
    pub(crate) fn request_transaction(&self) -> Option<Rc<RequestTransaction>> {
        self.transaction.clone()
    }
}
