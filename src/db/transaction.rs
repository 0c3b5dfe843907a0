//! `Transaction`: one transaction over several steps that do not run in one function.
//!
//! The transaction begins with the first step. Each step has its own savepoint, so a failed step rolls back only itself. A transaction
//! that is not committed is rolled back, even if its owner is dropped.

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use diesel::connection::SimpleConnection;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;

use super::conn::Conn;
use super::pool::{Db, guarded};
use super::task::{ErasedResult, Task, downcast, task};
use super::timeouts::{OPEN_TRANSACTION_TIMEOUT, Until, within};
use crate::error::{Error, Result};

/// A command to the thread that owns the transaction.
enum Step {
    UnitOfWork(Box<dyn FnOnce(&mut Conn) + Send>),
    Commit,
}

/// A first step; if it fails, every later step fails, too.
pub(crate) type Opening = Box<dyn FnOnce(&mut Conn) -> Result<()> + Send>;

/// A transaction that has begun.
struct Open {
    steps: Sender<Step>,
    ended: JoinHandle<Result<()>>,
}

enum TransactionState {
    Waiting(Option<Opening>),
    Begun(Open),
    Over,
}

/// A transaction that stays open between its steps.
pub(crate) struct Transaction {
    db: Db,
    state: Mutex<TransactionState>,
}

impl Transaction {
    /// Creates a transaction that has not begun; `opening` is its first step.
    pub(crate) fn new(db: Db, opening: Option<Opening>) -> Self {
        Self { db, state: Mutex::new(TransactionState::Waiting(opening)) }
    }

    /// Returns whether the transaction has begun. From then until the commit, only its own steps see its writes.
    pub(crate) async fn has_begun(&self) -> bool {
        matches!(*self.state.lock().await, TransactionState::Begun(_))
    }

    /// Runs one step; an error rolls back this step only.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        downcast(self.run_task(task(work)).await)
    }

    /// Same as [`Self::run`], for a task.
    pub(crate) async fn run_task(&self, work: Task) -> Result<ErasedResult> {
        let mut state = self.state.lock().await;
        if let TransactionState::Waiting(opening) = &mut *state {
            let opening = opening.take();
            let open = begin(self.db.clone());
            // Dropping `open` rolls the transaction back.
            *state = TransactionState::Over;
            if let Some(opening) = opening {
                piece(&open, task(opening)).await?;
            }
            *state = TransactionState::Begun(open);
        }
        match &*state {
            TransactionState::Begun(open) => piece(open, work).await,
            TransactionState::Waiting(_) | TransactionState::Over => Err(Error::unavailable("the transaction has ended")),
        }
    }

    /// Commits the writes of all steps.
    pub(crate) async fn commit(&self) -> Result<()> {
        match std::mem::replace(&mut *self.state.lock().await, TransactionState::Over) {
            TransactionState::Begun(open) => {
                let _ = open.steps.send(Step::Commit);
                open.ended.await.map_err(|error| Error::internal(&error.to_string()))?
            }
            TransactionState::Waiting(_) | TransactionState::Over => Ok(()),
        }
    }

    /// Rolls everything back; when this returns, other transactions can write.
    pub(crate) async fn undo(&self) {
        if let TransactionState::Begun(open) = std::mem::replace(&mut *self.state.lock().await, TransactionState::Over) {
            drop(open.steps);
            let _ = open.ended.await;
        }
    }

    /// Sets the savepoint for [`Transaction::return_to_mark`].
    pub(crate) async fn mark(&self) -> Result<()> {
        self.run(|_| Ok(())).await?;
        self.command("SAVEPOINT mark").await
    }

    /// Rolls back to the savepoint.
    pub(crate) async fn return_to_mark(&self) -> Result<()> {
        self.command("ROLLBACK TO mark").await
    }

    async fn command(&self, sql: &'static str) -> Result<()> {
        match &*self.state.lock().await {
            TransactionState::Begun(open) => downcast(send(open, task(move |conn| Ok(conn.batch_execute(sql)?))).await),
            TransactionState::Waiting(_) | TransactionState::Over => Err(Error::unavailable("the transaction has ended")),
        }
    }
}

fn begin(db: Db) -> Open {
    let (steps, coming) = unbounded();
    Open { steps, ended: tokio::spawn(async move { db.write(move |conn| carry_out(conn, &coming)).await }) }
}

fn carry_out(conn: &mut Conn, coming: &Receiver<Step>) -> Result<()> {
    let until = Until::after(OPEN_TRANSACTION_TIMEOUT);
    within(OPEN_TRANSACTION_TIMEOUT, || {
        loop {
            match coming.recv_timeout(until.left()) {
                Ok(Step::UnitOfWork(work)) => work(conn),
                Ok(Step::Commit) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::unavailable("the transaction was rolled back")),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Error::unavailable("the transaction exceeded its time limit"));
                }
            }
        }
    })
}

async fn piece(open: &Open, work: Task) -> Result<ErasedResult> {
    let within = move |conn: &mut Conn| {
        conn.batch_execute("SAVEPOINT piece")?;
        let result = guarded(conn, work);
        conn.batch_execute(if result.is_ok() {
            "RELEASE SAVEPOINT piece"
        } else {
            "ROLLBACK TO SAVEPOINT piece; RELEASE SAVEPOINT piece"
        })?;
        result
    };
    send(open, Box::new(within)).await
}

async fn send(open: &Open, work: Task) -> Result<ErasedResult> {
    let (sender, receiver) = oneshot::channel();
    let step = Step::UnitOfWork(Box::new(move |conn| {
        let _ = sender.send(work(conn));
    }));
    open.steps.send(step).map_err(|_| Error::unavailable("the transaction was aborted"))?;
    receiver.await.map_err(|_| Error::unavailable("the transaction was aborted"))?
}
