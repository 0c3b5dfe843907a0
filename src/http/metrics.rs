//! Prometheus metrics, served only on a socket address of their own.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{App as Actix, HttpResponse, HttpServer, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::app::App;
use crate::jobs;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answer {
    method: String,
    path: String,
    status: u16,
}

/// The metrics of this process.
pub(crate) struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    seconds: Histogram,
    statements: Gauge,
    connections: Gauge,
    idle_connections: Gauge,
    jobs_waiting: Gauge,
    jobs_failed: Gauge,
    renditions: Gauge,
}

impl Metrics {
    /// Creates metrics that start at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("masthead");
        let answers = Family::default();
        let seconds = Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0]);
        let (statements, connections, idle_connections) = (Gauge::default(), Gauge::default(), Gauge::default());
        let (jobs_waiting, jobs_failed) = (Gauge::default(), Gauge::default());
        registry.register("http_answers", "Responses by method, path template and status", answers.clone());
        registry.register("http_answer_seconds", "Time from request to response", seconds.clone());
        registry.register("database_statements", "Statements run since the start", statements.clone());
        registry.register("database_connections", "Open pooled connections", connections.clone());
        registry.register("database_idle_connections", "Idle pooled connections", idle_connections.clone());
        registry.register("jobs_waiting", "Emails and other jobs that are waiting, on all nodes", jobs_waiting.clone());
        registry.register("jobs_failed", "Emails and other jobs that failed permanently in the last 30 days", jobs_failed.clone());
        let renditions = Gauge::default();
        registry.register("renditions_made", "Renditions of images that this process has made since its start", renditions.clone());
        Self { registry, answers, seconds, statements, connections, idle_connections, jobs_waiting, jobs_failed, renditions }
    }

    /// Counts one response.
    pub(crate) fn answered(&self, method: &str, path: &str, status: u16, took: Duration) {
        // A client can send any text as the method; unknown methods are counted together.
        let method = if ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method) { method } else { "other" };
        self.counter(method, path, status).inc();
        self.took(took);
    }

    /// Returns the counter for responses of a kind.
    pub(super) fn counter(&self, method: &str, path: &str, status: u16) -> Counter {
        self.answers.get_or_create(&Answer { method: method.to_owned(), path: path.to_owned(), status }).clone()
    }

    /// Records the duration of one response.
    pub(super) fn took(&self, took: Duration) {
        self.seconds.observe(took.as_secs_f64());
    }

    /// Updates the number of jobs; keeps the last known number if the database fails.
    async fn look_at_jobs(&self, app: &App) {
        if let Ok(counts) = app.db.read(jobs::counts).await {
            self.jobs_waiting.set(counts.waiting);
            self.jobs_failed.set(counts.failed);
        }
    }

    fn text(&self, app: &App) -> Result<String, std::fmt::Error> {
        self.statements.set(i64::try_from(app.db.statements()).unwrap_or(i64::MAX));
        self.renditions.set(i64::try_from(app.renditions.rendition_count()).unwrap_or(i64::MAX));
        let (open, idle) = app.db.connections();
        self.connections.set(open.into());
        self.idle_connections.set(idle.into());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Serves the metrics until the process ends.
pub(crate) fn serve(app: App, bind: SocketAddr) -> std::io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || Actix::new().app_data(web::Data::new(app.clone())).route("/metrics", web::get().to(read_metrics)))
        .workers(1)
        .disable_signals()
        .bind(bind)?;
    Ok(server.run())
}

async fn read_metrics(app: web::Data<App>) -> HttpResponse {
    app.metrics.look_at_jobs(&app).await;
    match app.metrics.text(&app) {
        Ok(text) => HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
