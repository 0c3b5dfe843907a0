//! `Db`: access to the database by `read` and `write`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::r2d2::{self, ManageConnection, Pool, PooledConnection};
use scheduled_thread_pool::ScheduledThreadPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::conn::{Conn, Location};
use super::identity;
use super::lock::begin_operation;
use super::migrate::{self, SchemaState};
use super::soundness::Soundness;
use super::statement_counter::StatementCounter;
use super::task::{Effort, ErasedResult, MAX_TRIES, Repeatable, Task, downcast, repeatable, task};
use super::timeouts::{Overdrawn, Until, WAIT_TIMEOUT, answered, check, waiting};
use super::writer::{Reply, Writer};
use crate::error::{Error, Result};
use crate::secrets::random;

/// The database. The process opens it once, and clones are cheap.
#[derive(Clone)]
pub(crate) struct Db {
    pub(super) location: Location,
    pool: Pool<Manager>,
    /// One permit per connection; waiters are async and hold no thread.
    permits: Arc<Semaphore>,
    writer: Option<Writer>,
    statement_counter: Arc<StatementCounter>,
    identity: Arc<str>,
    soundness: Soundness,
}

impl Db {
    /// Migrates and opens the database; the error is a sentence for the operator.
    pub(crate) fn open(location: &Location, connections: u32) -> std::result::Result<Self, String> {
        migrate::migrate(location)?;
        let identity = identity::ensure(location)?;
        Self::open_migrated(location, connections, identity.into())
    }

    /// Opens a database whose schema is known to be current.
    fn open_migrated(location: &Location, connections: u32, identity: Arc<str>) -> std::result::Result<Self, String> {
        let statement_counter = Arc::new(StatementCounter::default());
        let manager = Manager { location: location.clone(), statement_counter: Arc::clone(&statement_counter) };
        let writer = match location {
            Location::Sqlite(_) => {
                let conn = manager.connect().map_err(|error| error.to_string())?;
                Some(Writer::start(conn.conn).map_err(|error| format!("cannot start the writer: {error}"))?)
            }
            Location::Postgres(_) => None,
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(WAIT_TIMEOUT)
            .idle_timeout(Some(Duration::from_mins(5)))
            // One thread is enough to open connections; each thread costs memory, its own and SQLite's.
            .thread_pool(Arc::new(ScheduledThreadPool::new(1)))
            .error_handler(Box::new(LogPoolErrors))
            .build(manager)
            .map_err(|error| format!("cannot open the database: {error}"))?;
        let permits = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(1)));
        Ok(Self { location: location.clone(), pool, permits, writer, statement_counter, identity, soundness: Soundness::default() })
    }

    /// Runs queries in one snapshot, on a blocking thread.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        downcast(self.read_task(task(work)).await)
    }

    /// Same as [`Self::read`], for a task.
    pub(crate) async fn read_task(&self, work: Task) -> Result<ErasedResult> {
        let until = Until::after(WAIT_TIMEOUT);
        let (pool, permit) = (self.pool.clone(), self.permit(until).await?);
        blocking(permit, move || {
            let mut pooled = begun(&pool, Conn::begin_read, until)?;
            let result = guarded(&mut pooled.conn, work);
            // `COMMIT` also ends the transaction of a failed read.
            pooled.end("COMMIT")?;
            result
        })
        .await
    }

    /// Runs one transaction and returns when it is durable; an error rolls it back.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        downcast(self.write_task(task(work)).await)
    }

    /// Same as [`Self::write`]; the work is repeated after a deadlock.
    pub(crate) async fn write_again<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
    {
        downcast(self.write_repeatable(repeatable(work)).await)
    }

    /// Same as [`Self::write`], for a task.
    pub(crate) async fn write_task(&self, work: Task) -> Result<ErasedResult> {
        match &self.writer {
            Some(writer) => write_queued(writer, work).await,
            None => self.write_pooled(Effort::Once(Some(work))).await,
        }
    }

    /// Same as [`Self::write_task`]; the work is repeated after a conflict with another transaction.
    pub(crate) async fn write_repeatable(&self, work: Repeatable) -> Result<ErasedResult> {
        match &self.writer {
            Some(writer) => write_queued(writer, Box::new(move |conn| work(conn))).await,
            None => self.write_pooled(Effort::Repeatable(work)).await,
        }
    }

    async fn write_pooled(&self, mut effort: Effort) -> Result<ErasedResult> {
        let until = Until::after(WAIT_TIMEOUT);
        let (pool, permit) = (self.pool.clone(), self.permit(until).await?);
        blocking(permit, move || {
            let mut tries = 1;
            // The budget for all waits for locks, in all attempts.
            let mut lock_wait_budget = WAIT_TIMEOUT;
            loop {
                let done = transaction(&pool, until, &mut lock_wait_budget, &mut effort);
                let collided = done.as_ref().is_err_and(Error::has_collided);
                if !collided || tries == MAX_TRIES || !effort.can_go_on() {
                    return done;
                }
                pause_after(tries);
                tries += 1;
            }
        })
        .await
    }

    async fn permit(&self, until: Until) -> Result<OwnedSemaphorePermit> {
        let permits = Arc::clone(&self.permits);
        if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            return Ok(permit);
        }
        let waited = tokio::time::timeout(until.left(), permits.acquire_owned()).await;
        waited.ok().and_then(std::result::Result::ok).ok_or_else(no_connection)
    }

    /// Returns whether the schema is current or migrations are pending.
    pub(crate) async fn schema(&self) -> Result<SchemaState> {
        let location = self.location.clone();
        blocking((), move || migrate::inspect(&location).map_err(|why| Error::unavailable(&why))).await
    }

    /// Returns the name that identifies this database wherever it is moved.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// Looks for damaged pages on a thread of low priority, and logs the first damage. On PostgreSQL, this does nothing, because
    /// the PostgreSQL server is responsible for its files.
    pub(crate) async fn look_for_damage(&self) {
        self.soundness.look(&self.location).await;
    }

    /// Returns the damage that was found.
    pub(crate) fn damage(&self) -> Option<&str> {
        self.soundness.damage()
    }

    /// Returns the number of statements that were run, including `BEGIN` and `COMMIT`.
    pub(crate) fn statements(&self) -> u64 {
        self.statement_counter.count()
    }

    /// Returns the texts of the statements since the previous call; none at the first call.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.statement_counter.heard()
    }

    /// Returns the numbers of open and of idle connections.
    pub(crate) fn connections(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections, state.idle_connections)
    }
}

/// Runs one transaction; an error rolls it back.
fn transaction(pool: &Pool<Manager>, until: Until, lock_wait_budget: &mut Duration, effort: &mut Effort) -> Result<ErasedResult> {
    let mut pooled = begun(pool, Conn::begin_write, until)?;
    let result = guarded(&mut pooled.conn, |conn| {
        let (result, left) = waiting(*lock_wait_budget, || effort.go(conn));
        *lock_wait_budget = left;
        result
    });
    let ended = pooled.end(if result.is_ok() { "COMMIT" } else { "ROLLBACK" });
    result.and_then(|value| ended.map(|()| value))
}

/// Waits before the next attempt, so that the conflicting transactions can finish.
fn pause_after(tries: u32) {
    let [share] = random::<1>();
    std::thread::sleep(Duration::from_millis(10 * u64::from(tries) + u64::from(share) / 8));
}

async fn write_queued(writer: &Writer, work: Task) -> Result<ErasedResult> {
    let (sender, mut receiver) = oneshot::channel();
    let place = writer.submit(Box::new(move |conn: &mut Conn| {
        let result = guarded(conn, work);
        let keep = result.is_ok();
        let reply: Reply = Box::new(move |committed: std::result::Result<(), Arc<diesel::result::Error>>| {
            let answer = match (result, committed) {
                (Ok(value), Ok(())) => Ok(value),
                (Ok(_), Err(cause)) => Err(Error::from_commit(&cause)),
                (Err(error), _) => Err(error),
            };
            // The transaction stays committed, even if the caller no longer waits for the result.
            let _ = sender.send(answer);
        });
        (keep, reply)
    }))?;
    let not_done = |_| Error::unavailable("the write was not executed");
    match tokio::time::timeout(WAIT_TIMEOUT, &mut receiver).await {
        Ok(answer) => answer.map_err(not_done)?,
        // A write that has not begun after the timeout is abandoned, however long the queue is.
        Err(_) if place.give_up() => Err(Error::unavailable("the write waited too long in the queue").before_anything()),
        Err(_) => receiver.await.map_err(not_done)?,
    }
}

/// Returns a connection with an open transaction; discards connections that broke while idle.
fn begun(pool: &Pool<Manager>, begin: fn(&mut Conn) -> diesel::QueryResult<()>, until: Until) -> Result<PooledConnection<Manager>> {
    for _ in 0..=pool.max_size() {
        let mut pooled = pool.get_timeout(until.left()).map_err(|_| no_connection())?;
        match begin(&mut pooled.conn) {
            Ok(()) => return Ok(pooled),
            Err(_) => pooled.broken = true,
        }
    }
    Err(Error::unavailable("the database does not respond"))
}

/// Catches a panic, so that only one request fails, and the writer and the connections stay usable.
pub(super) fn guarded(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<ErasedResult>) -> Result<ErasedResult> {
    begin_operation();
    catch_unwind(AssertUnwindSafe(|| work(conn))).unwrap_or_else(|why| {
        Err(if why.is::<Overdrawn>() {
            Error::unavailable("the write exceeded its time limit, or waited too long for other writes")
        } else {
            Error::internal("a database operation panicked")
        })
    })
}

fn no_connection() -> Error {
    Error::unavailable("no database connection is free").before_anything()
}

/// Runs blocking work away from the async threads. `held` is released after the work, even if the caller is gone.
pub(super) async fn blocking<T: Send + 'static>(held: impl Send + 'static, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let work = move || {
        let result = work();
        drop(held);
        result
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(&error.to_string()))?
}

/// A pooled connection, and whether it must be discarded.
pub(crate) struct Pooled {
    conn: Conn,
    broken: bool,
}

impl Pooled {
    fn end(&mut self, statement: &str) -> Result<()> {
        self.conn.batch_execute(statement).map_err(|error| {
            self.broken = true;
            Error::from(error)
        })
    }
}

#[derive(Debug)]
struct Manager {
    location: Location,
    statement_counter: Arc<StatementCounter>,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = r2d2::Error;

    fn connect(&self) -> std::result::Result<Pooled, r2d2::Error> {
        let mut conn = Conn::open(&self.location).map_err(r2d2::Error::ConnectionError)?;
        let statement_counter = Arc::clone(&self.statement_counter);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            statement_counter.note(&event);
            match event {
                InstrumentationEvent::StartQuery { .. } => check(),
                InstrumentationEvent::FinishQuery { .. } => answered(),
                _ => {}
            }
        });
        Ok(Pooled { conn, broken: false })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> std::result::Result<(), r2d2::Error> {
        pooled.conn.batch_execute("SELECT 1").map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken
    }
}

#[derive(Debug)]
struct LogPoolErrors;

impl diesel::r2d2::HandleError<r2d2::Error> for LogPoolErrors {
    fn handle_error(&self, error: r2d2::Error) {
        tracing::error!(%error, "database connection failed");
    }
}
