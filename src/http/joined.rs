//! `Joined`: a transaction that a request shares with others or with more steps of its own: idempotent requests, dry runs, batches.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::App;
use crate::db::{Joint, MAX_TRIES, Opening, Parcel, Repeatable, Task};
use crate::error::{Error, Result};
use crate::events::{self, Heard};

type Effect = Pin<Box<dyn Future<Output = Result<()>>>>;

/// An open transaction, and the effects outside the database that follow its commit.
pub(crate) struct Joined {
    app: App,
    joint: Joint,
    effects: RefCell<Vec<Effect>>,
    only_tries: bool,
    heard: RefCell<Heard>,
    /// Whether nothing has run in the transaction yet.
    is_fresh: Cell<bool>,
    has_collided: Cell<bool>,
    /// The number of jobs that this process had enqueued when the transaction was created.
    jobs: u64,
}

impl Joined {
    /// Creates a transaction that has not begun yet.
    pub(crate) fn new(app: &App) -> Self {
        Self::opening_with(app, None)
    }

    /// Creates a transaction that will be rolled back.
    pub(super) fn trial(app: &App) -> Self {
        Self { only_tries: true, ..Self::new(app) }
    }

    /// Creates a transaction with a first step; if `opening` fails, everything in the transaction fails.
    pub(super) fn opening_with(app: &App, opening: Option<Opening>) -> Self {
        Self {
            app: app.clone(),
            joint: Joint::new(app.db.clone(), opening),
            effects: RefCell::default(),
            only_tries: false,
            heard: RefCell::default(),
            is_fresh: Cell::new(true),
            has_collided: Cell::new(false),
            jobs: app.bell.asked(),
        }
    }

    /// Returns whether the transaction will be rolled back in any case.
    pub(super) fn only_tries(&self) -> bool {
        self.only_tries
    }

    /// Returns the transaction itself.
    pub(crate) fn joint(&self) -> &Joint {
        &self.joint
    }

    /// Runs a part of the request's work in the transaction.
    pub(super) async fn run(&self, work: Task) -> Result<Parcel> {
        self.is_fresh.set(false);
        let overheard = self.joint.run(move |conn| {
            let (result, heard) = events::overhear(|| work(conn));
            result.map(|value| (value, heard))
        });
        let (value, heard) = overheard.await.inspect_err(|error| self.has_collided.set(self.has_collided.get() || error.has_collided()))?;
        self.heard.borrow_mut().extend(heard);
        Ok(value)
    }

    /// Runs work that can be repeated after a conflict with another transaction. Only the first part of the request is repeated: a later
    /// one would wait again for transactions that wait for the locks of the parts before it.
    pub(super) async fn run_repeatable(&self, work: Repeatable) -> Result<Parcel> {
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
        self.joint.commit().await.inspect_err(|error| self.app.forget_what_failed(error))?;
        self.app.announce(&self.heard.take());
        if self.app.bell.asked() != self.jobs {
            self.app.bell.ring();
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
        self.joint.return_to_mark().await
    }

    /// Rolls everything back.
    pub(crate) async fn undo(&self) {
        self.joint.undo().await;
        self.effects.take();
    }
}
