//! `App`: the state of one process, and the service built from it. `main` and the tests use the same service.

use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Response, Server, ServiceFactory};
use actix_web::middleware::from_fn;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::ads::{self, AdCounts};
use crate::articles::{self, Views};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Db, ErasedResult, Repeatable, Timestamp, WAIT_TIMEOUT, downcast, repeatable};
use crate::error::Error;
use crate::events::{Follower, RecordedEvents};
use crate::fields::ServedDocument;
use crate::http::{self, Cache, InFlight, Limits, Metrics, OpenConnections, RefusedOrigins};
use crate::images::{Renditions, Storage};
use crate::input::Checker;
use crate::jobs::JobNotifier;
use crate::mail::Mailer;
use crate::markdown::Renderings;
use crate::nodes::Node;
use crate::outbound::Outbound;
use crate::secrets::Secrets;
use crate::users::{FailedLogins, KeyRing, PasswordHasher};
use crate::{events, openapi, routes};

pub use crate::users::Newcomer;

/// The state of one process; cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    /// Overrides `now()` (previews of a later time).
    at: Option<Timestamp>,
}

/// The parts of an [`App`].
pub struct Parts {
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) secrets: Secrets,
    pub(crate) storage: Storage,
    pub(crate) renditions: Renditions,
    pub(crate) keys: KeyRing,
    pub(crate) passwords: PasswordHasher,
    pub(crate) failed_logins: FailedLogins,
    pub(crate) checker: Arc<Checker>,
    pub(crate) document: ServedDocument,
    pub(crate) limits: Limits,
    pub(crate) cache: Cache,
    pub(crate) follower: Follower,
    pub(crate) views: Views,
    pub(crate) ad_counts: AdCounts,
    pub(crate) metrics: Metrics,
    pub(crate) connections: OpenConnections,
    pub(crate) refused_origins: RefusedOrigins,
    pub(crate) mailer: Mailer,
    pub(crate) outbound: Option<Outbound>,
    pub(crate) job_notifier: JobNotifier,
    pub(crate) renderings: Renderings,
    pub(crate) in_flight: InFlight,
    batches: Semaphore,
    pub(crate) node: Node,
    stopping: AtomicBool,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl App {
    /// Opens and migrates the database, reads or creates the secret key, and opens the media store.
    ///
    /// # Errors
    /// Returns a sentence for the operator.
    pub fn open(config: Config, clock: Clock) -> Result<Self, String> {
        let secrets = Secrets::load_or_create(&config.store.secret_key_file)?;
        let db = Db::open(&config.store.database, config.store.connections)?;
        Self::assemble(config, clock, secrets, db)
    }

    fn assemble(config: Config, clock: Clock, secrets: Secrets, db: Db) -> Result<Self, String> {
        let storage = Storage::open(&config.store.media)?;
        let limits = Limits::new(config.rates);
        let mailer = Mailer::open(&config.mail)?;
        let outbound = config.comment_check.as_ref().map(|_| Outbound::open(config.outbound_private)).transpose()?;
        let parts = Parts {
            db,
            cache: Cache::new(config.server.cache_bytes, clock.clone()),
            follower: Follower::default(),
            views: Views::default(),
            ad_counts: AdCounts::default(),
            clock,
            secrets,
            storage,
            renditions: Renditions::default(),
            keys: KeyRing::default(),
            passwords: PasswordHasher::new(),
            failed_logins: FailedLogins::default(),
            checker: Arc::new(Checker::new(openapi::document)),
            document: ServedDocument::default(),
            limits,
            metrics: Metrics::new(),
            connections: OpenConnections::default(),
            refused_origins: RefusedOrigins::default(),
            mailer,
            outbound,
            job_notifier: JobNotifier::default(),
            renderings: Renderings::default(),
            in_flight: InFlight::default(),
            batches: Semaphore::new(1),
            node: Node::default(),
            stopping: AtomicBool::new(false),
            config,
        };
        Ok(Self { parts: Arc::new(parts), at: None })
    }

    /// Runs one transaction, then purges the cached responses tagged by its events, and wakes the job worker if the transaction has
    /// enqueued jobs.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&Self, &mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let app = self.clone();
        downcast(self.write_repeatable(repeatable(move |conn| work(&app, conn))).await)
    }

    /// Same as [`Self::write`], for boxed work.
    pub(crate) async fn write_repeatable(&self, work: Repeatable) -> Result<ErasedResult, Error> {
        let app = self.clone();
        self.finish_transaction(self.db.write_repeatable(Box::new(move |conn| collected(&app, conn, &work))).await)
    }

    /// Purges the cache and wakes the worker after a commit; clears the cache after a failure.
    fn finish_transaction(&self, done: Result<ErasedResult, Error>) -> Result<ErasedResult, Error> {
        match downcast::<TransactionOutcome>(done) {
            Ok((value, recorded, has_jobs)) => {
                self.purge_after_commit(&recorded);
                if has_jobs {
                    self.job_notifier.notify();
                }
                Ok(value)
            }
            Err(error) => {
                self.clear_cache_after_failure(&error);
                Err(error)
            }
        }
    }

    /// Waits for the permit of a transaction that stays open between its steps. There is one permit; waiting for it is limited to
    /// [`WAIT_TIMEOUT`].
    pub(crate) async fn batch_permit(&self) -> Result<SemaphorePermit<'_>, Error> {
        let waited = tokio::time::timeout(WAIT_TIMEOUT, self.batches.acquire()).await;
        waited.ok().and_then(Result::ok).ok_or_else(|| Error::unavailable("too many batches are waiting"))
    }

    /// Clears the cache after a 5xx error, if the transaction may have been committed.
    pub(crate) fn clear_cache_after_failure(&self, error: &Error) {
        if error.status().is_server_error() && !error.left_all_untouched() {
            self.cache.clear();
        }
    }

    /// Returns the current time.
    pub(crate) fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(|| self.clock.now())
    }

    /// Returns the same app at another time, for previews.
    pub(crate) fn as_of(&self, time: Timestamp) -> Self {
        Self { parts: Arc::clone(&self.parts), at: Some(time) }
    }

    /// Writes the counters in memory to the database; called every few seconds and when the server stops.
    ///
    /// # Errors
    /// Returns a sentence for the operator; unwritten counts are kept for the next call.
    pub async fn write_counts_down(&self) -> Result<(), String> {
        let (views, ads) = (articles::write_views_down(self).await, ads::write_counts_down(self).await);
        views.and(ads).map_err(|error| error.to_string())
    }

    /// Checks the whole database for damage; damage makes `/readyz` fail.
    pub async fn look_for_damage(&self) {
        self.db.look_for_damage().await;
    }

    /// Returns the number of statements that the database has run for this process, including `BEGIN` and `COMMIT`.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.db.statements()
    }

    /// Returns the texts of the statements since the previous call, without bound values; none at the first call. For tests that examine
    /// query plans.
    #[must_use]
    pub fn heard_statements(&self) -> Vec<String> {
        self.db.heard()
    }

    /// Returns the number of image renditions that this process has made.
    #[must_use]
    pub fn renditions_made(&self) -> u64 {
        self.renditions.rendition_count()
    }

    /// Marks the server as stopping, so that `/readyz` fails.
    pub fn begin_stopping(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Returns whether the server is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Creates a server that accepts connections from a listening socket.
    ///
    /// # Errors
    /// Returns an error if the socket cannot be polled.
    pub fn listen(&self, listener: TcpListener) -> std::io::Result<Server> {
        http::server_on(self, listener)
    }

    /// Returns the HTTP service.
    #[must_use]
    pub fn service(
        &self,
    ) -> impl ServiceFactory<actix_http::Request, Config = AppConfig, Response = Response<BoxBody>, Error = actix_web::Error, InitError = ()>
    + use<> {
        let app = self.clone();
        http::around(self.clone(), move || {
            let mut services = http::Services::default();
            routes::mount(&mut services);
            actix_web::App::new().app_data(app.clone()).configure(|config| services.mount(config)).wrap(from_fn(http::middleware))
        })
    }
}

/// The result of a transaction, its events, and whether it has enqueued jobs.
type TransactionOutcome = (ErasedResult, RecordedEvents, bool);

fn collected(app: &App, conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<ErasedResult, Error>) -> Result<ErasedResult, Error> {
    let jobs = app.job_notifier.enqueued();
    let (result, recorded) = events::collect(|| work(conn));
    let all: TransactionOutcome = (result?, recorded, app.job_notifier.enqueued() != jobs);
    Ok(Box::new(all))
}
