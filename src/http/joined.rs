//! `Joined`: what a request does when its transaction is not its own alone — one that is repeated safely, one that only
//! tries, one of a batch.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::App;
use crate::db::{Joint, MAX_TRIES, Opening, Parcel, Repeatable, Task};
use crate::error::{Error, Result};
use crate::events::{self, Heard};

type Effect = Pin<Box<dyn Future<Output = Result<()>>>>;

/// An open transaction, and what is to be done outside the database when it has been committed.
pub(crate) struct Joined {
    app: App,
    joint: Joint,
    effects: RefCell<Vec<Effect>>,
    only_tries: bool,
    heard: RefCell<Heard>,
    /// Whether no piece of it has been done.
    is_fresh: Cell<bool>,
    has_collided: Cell<bool>,
    /// How many jobs this process had written when it began.
    jobs: u64,
}

impl Joined {
    /// A transaction that nobody has begun yet.
    pub(crate) fn new(app: &App) -> Self {
        Self::opening_with(app, None)
    }

    /// A transaction that will be undone.
    pub(super) fn trial(app: &App) -> Self {
        Self { only_tries: true, ..Self::new(app) }
    }

    /// The same; `opening` is what it does first, and where that fails, everything in it fails.
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

    /// Whether it is known that all will be undone.
    pub(super) fn only_tries(&self) -> bool {
        self.only_tries
    }

    /// The transaction itself.
    pub(crate) fn joint(&self) -> &Joint {
        &self.joint
    }

    /// Runs a piece of a request's work.
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

    /// The same for work that can be done again. Only the first piece is: a later one would wait once more for who waits for what
    /// the pieces before it hold.
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
        Err(Error::internal("work was not tried"))
    }

    /// Whether one of its pieces was undone by another transaction since this was asked last.
    pub(crate) fn take_collision(&self) -> bool {
        self.has_collided.take()
    }

    /// Puts off what is outside the database until everything is durable.
    pub(super) fn put_off(&self, effect: impl Future<Output = Result<()>> + 'static) {
        self.effects.borrow_mut().push(Box::pin(effect));
    }

    /// Makes everything durable, then does what was put off.
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

    /// Undoes what was done since the mark; what was put off is not done.
    pub(crate) async fn undo_to_mark(&self) -> Result<()> {
        self.effects.take();
        self.joint.return_to_mark().await
    }

    /// Undoes everything.
    pub(crate) async fn undo(&self) {
        self.joint.undo().await;
        self.effects.take();
    }
}
