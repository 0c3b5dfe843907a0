//! `RequestTransaction`: one transaction for several steps of a request, or for several requests. Idempotent requests, dry runs and
//! batches use it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::App;
use crate::db::{ErasedResult, MAX_TRIES, Opening, Repeatable, Task, Transaction};
use crate::error::{Error, Result};
use crate::events::{self, RecordedEvents};

type Effect = Pin<Box<dyn Future<Output = Result<()>>>>;

/// An open transaction, and the effects outside the database that follow its commit.
pub(crate) struct RequestTransaction {
    app: App,
    transaction: Transaction,
    effects: RefCell<Vec<Effect>>,
    is_dry_run: bool,
    recorded: RefCell<RecordedEvents>,
    /// Whether nothing has run in the transaction yet.
    is_fresh: Cell<bool>,
    has_collided: Cell<bool>,
    /// The number of jobs that this process had enqueued when the transaction was created.
    jobs: u64,
}

impl RequestTransaction {
    /// Creates a transaction that has not begun yet.
    pub(crate) fn new(app: &App) -> Self {
        Self::opening_with(app, None)
    }

    /// Creates a transaction that will be rolled back.
    pub(super) fn trial(app: &App) -> Self {
        Self { is_dry_run: true, ..Self::new(app) }
    }

    /// Creates a transaction with a first step; if `opening` fails, everything in the transaction fails.
    pub(super) fn opening_with(app: &App, opening: Option<Opening>) -> Self {
        Self {
            app: app.clone(),
            transaction: Transaction::new(app.db.clone(), opening),
            effects: RefCell::default(),
            is_dry_run: false,
            recorded: RefCell::default(),
            is_fresh: Cell::new(true),
            has_collided: Cell::new(false),
            jobs: app.job_notifier.enqueued(),
        }
    }

    /// Returns whether the transaction will be rolled back in any case.
    pub(super) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// Returns the transaction itself.
    pub(crate) fn inner(&self) -> &Transaction {
        &self.transaction
    }

    /// Runs a part of the request's work in the transaction.
    pub(super) async fn run(&self, work: Task) -> Result<ErasedResult> {
        self.is_fresh.set(false);
        let collected = self.transaction.run(move |conn| {
            let (result, recorded) = events::collect(|| work(conn));
            result.map(|value| (value, recorded))
        });
        let (value, recorded) =
            collected.await.inspect_err(|error| self.has_collided.set(self.has_collided.get() || error.has_collided()))?;
        self.recorded.borrow_mut().extend(recorded);
        Ok(value)
    }

    /// Runs work that can be repeated after a conflict with another transaction. Only the first part of the request is repeated. A
    /// later part could deadlock again, because other transactions may wait for locks that the earlier parts hold.
    pub(super) async fn run_repeatable(&self, work: Repeatable) -> Result<ErasedResult> {
        let (is_fresh, work) = (self.is_fresh.get(), Arc::new(Mutex::new(work)));
        for tries in 1.. {
            let copy = Arc::clone(&work);
            let done = self.run(Box::new(move |conn| copy.lock().unwrap_or_else(PoisonError::into_inner)(conn))).await;
            let collided = done.as_ref().is_err_and(Error::has_collided);
            if !collided || !is_fresh || tries == MAX_TRIES {
                return done;
            }
            self.has_collided.set(false);
        }
        Err(Error::internal("the work was not attempted"))
    }

    /// Returns whether another transaction has forced one of the parts to roll back since the last call.
    pub(crate) fn take_collision(&self) -> bool {
        self.has_collided.take()
    }

    /// Queues an effect outside the database until the commit.
    pub(super) fn put_off(&self, effect: impl Future<Output = Result<()>> + 'static) {
        self.effects.borrow_mut().push(Box::pin(effect));
    }

    /// Commits, then runs the queued effects.
    pub(crate) async fn commit(&self) -> Result<()> {
        self.transaction.commit().await.inspect_err(|error| self.app.clear_cache_after_failure(error))?;
        self.app.purge_after_commit(&self.recorded.take());
        if self.app.job_notifier.enqueued() != self.jobs {
            self.app.job_notifier.notify();
        }
        let effects = self.effects.take();
        for effect in effects {
            effect.await?;
        }
        Ok(())
    }

    /// Rolls back to the savepoint and drops the queued effects.
    pub(crate) async fn undo_to_mark(&self) -> Result<()> {
        self.effects.take();
        self.transaction.return_to_mark().await
    }

    /// Rolls everything back.
    pub(crate) async fn undo(&self) {
        self.transaction.undo().await;
        self.effects.take();
    }
}
