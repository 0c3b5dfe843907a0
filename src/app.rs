//! `App`: everything that one process holds, and the service built of it, the same for `main` and for tests.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, ServiceFactory, ServiceResponse};
use actix_web::middleware::from_fn;
use tokio::sync::Semaphore;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::articles::{self, Views};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Db, Timestamp};
use crate::error::Error;
use crate::fields::ServedDocument;
use crate::http::{self, Cache, InFlight, Limits, Metrics};
use crate::images::{Renditions, Storage};
use crate::input::Checker;
use crate::jobs::Bell;
use crate::mail::Mailer;
use crate::markdown::Renderings;
use crate::secrets::Secrets;
use crate::users::{FailedLogins, KeyRing, PasswordHasher};
use crate::{openapi, routes};

/// Everything that one process holds; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
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
    pub(crate) views: Views,
    pub(crate) metrics: Metrics,
    pub(crate) mailer: Mailer,
    pub(crate) bell: Bell,
    pub(crate) renderings: Renderings,
    pub(crate) in_flight: InFlight,
    pub(crate) batches: Semaphore,
    stopping: AtomicBool,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens and migrates the database, reads or makes the secret key, opens the media store.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn open(config: Config, clock: Clock) -> Result<Self, String> {
        let secrets = Secrets::load_or_create(&config.store.secret_key_file)?;
        let db = Db::open(&config.store.database, config.store.connections)?;
        Self::assemble(config, clock, secrets, db)
    }

    fn assemble(config: Config, clock: Clock, secrets: Secrets, db: Db) -> Result<Self, String> {
        let storage = Storage::open(&config.store.media)?;
        let limits = Limits::new(config.rates);
        let mailer = Mailer::open(&config.mail)?;
        Ok(Self(Arc::new(Parts {
            db,
            cache: Cache::new(config.server.cache_bytes, clock.clone()),
            views: Views::default(),
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
            mailer,
            bell: Bell::default(),
            renderings: Renderings::default(),
            in_flight: InFlight::default(),
            batches: Semaphore::new(1),
            stopping: AtomicBool::new(false),
            config,
        })))
    }

    /// Runs one transaction; no answer that was begun before it is served after it.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Self, &mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let result = self.write_unseen(work).await;
        // Where it is not known whether the commit came through, the cache has to think that it did.
        self.cache.turn();
        result
    }

    /// Runs one transaction that no public answer shows anything of; the worker is woken where there is a job in it.
    pub(crate) async fn write_unseen<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Self, &mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let app = self.clone();
        let result = self.db.write(move |conn| {
            let jobs = app.bell.asked();
            work(&app, conn).map(|value| (value, app.bell.asked() != jobs))
        });
        let (value, has_jobs) = result.await?;
        if has_jobs {
            self.bell.ring();
        }
        Ok(value)
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Writes down what is counted in memory; done every few seconds, and at the end.
    ///
    /// # Errors
    /// A sentence for the operator; what was not written is kept for the next time.
    pub async fn write_counts_down(&self) -> Result<(), String> {
        articles::write_views_down(self).await.map_err(|error| error.to_string())
    }

    /// How many statements the database has run for this process, `BEGIN` and `COMMIT` among them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.db.statements()
    }

    /// How many renditions of pictures this process has made.
    #[must_use]
    pub fn renditions_made(&self) -> u64 {
        self.renditions.made()
    }

    /// Says that requests should go elsewhere from now on.
    pub fn begin_stopping(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether the server is about to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// The service that answers requests.
    #[must_use]
    pub fn service(
        &self,
    ) -> impl ServiceFactory<
        actix_http::Request,
        Config = AppConfig,
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    > + use<> {
        let app = self.clone();
        http::around(move || {
            actix_web::App::new()
                .app_data(app.clone())
                .configure(|config| routes::configure(&mut ServiceConfig::new(config)))
                .wrap(from_fn(http::front))
        })
    }
}
