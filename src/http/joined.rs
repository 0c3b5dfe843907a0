//! `Joined`: what a request does when its transaction is not its own alone — one that is repeated safely, one that only
//! tries, one of a batch.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use crate::app::App;
use crate::db::{Joint, Opening, Parcel, Task};
use crate::error::Result;
use crate::events::{self, Heard};

type Effect = Pin<Box<dyn Future<Output = Result<()>>>>;

/// An open transaction, and what is to be done outside the database when it has been committed.
pub(crate) struct Joined {
    app: App,
    joint: Joint,
    effects: RefCell<Vec<Effect>>,
    only_tries: bool,
    heard: RefCell<Heard>,
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
        let overheard = self.joint.run(move |conn| {
            let (result, heard) = events::overhear(|| work(conn));
            result.map(|value| (value, heard))
        });
        let (value, heard) = overheard.await?;
        self.heard.borrow_mut().extend(heard);
        Ok(value)
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
