//! The running server: listening, the minute's housekeeping, and an end that drops no request.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::{housekeeping, http};

/// How long the head of a request may take to arrive.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection may take to close.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// How long an idle connection is kept; longer than most load balancers keep theirs, so that they are the ones to close.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How many connections may be open at once, all workers together.
const MOST_CONNECTIONS: usize = 25_000;
/// How many connections may wait to be accepted.
const BACKLOG: u32 = 2048;

/// Serves until a signal ends it; the error is a sentence for the operator.
pub(crate) async fn run(app: App) -> Result<(), String> {
    let mut signals = Signals::new()?;
    let server = listen(&app)?;
    let handle = server.handle();
    let metrics = app.config.server.metrics_bind.map(|bind| listen_for_metrics(&app, bind)).transpose()?;
    let housekeeping = actix_web::rt::spawn(housekeeping::run(app.clone()));
    tracing::info!(address = %app.config.server.bind, engine = app.config.store.database.engine(), "serving");
    let mut running = actix_web::rt::spawn(server);
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = signals.next() => {
            actix_web::rt::spawn(stop(app.clone(), handle, signals));
            running.await
        }
    };
    housekeeping.abort();
    if let Some(metrics) = metrics {
        metrics.stop(true).await;
    }
    tracing::info!("stopped");
    ended.map_err(|error| error.to_string())?.map_err(|error| format!("the server ended: {error}"))
}

fn listen(app: &App) -> Result<Server, String> {
    let settings = &app.config.server;
    let (bind, service) = (settings.bind, app.clone());
    let server = HttpServer::new(move || service.service())
        .workers(settings.workers)
        .tcp_nodelay(true)
        .client_request_timeout(HEAD_DEADLINE)
        .client_disconnect_timeout(DISCONNECT_DEADLINE)
        .keep_alive(KEEP_ALIVE)
        .max_connections(MOST_CONNECTIONS.div_ceil(settings.workers))
        .backlog(BACKLOG)
        .disable_signals()
        .shutdown_timeout(settings.shutdown_grace.as_secs());
    Ok(server.bind(bind).map_err(|error| format!("cannot listen on {bind} (BIND): {error}"))?.run())
}

fn listen_for_metrics(app: &App, bind: SocketAddr) -> Result<ServerHandle, String> {
    let server = http::serve_metrics(app.clone(), bind).map_err(|error| format!("cannot listen on {bind} (METRICS_BIND): {error}"))?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}

/// Unready first, so that load balancers turn away while everything is still answered; then no new connections, and
/// those with requests in flight end in their own time. A second signal ends it at once.
async fn stop(app: App, server: ServerHandle, mut signals: Signals) {
    app.begin_stopping();
    tracing::info!("stopping: /readyz says so, requests in flight go on");
    tokio::select! {
        () = tokio::time::sleep(app.config.server.unready_pause) => {}
        () = signals.next() => return server.stop(false).await,
    }
    tokio::select! {
        () = server.stop(true) => {}
        () = signals.next() => server.stop(false).await,
    }
}

/// SIGTERM, as supervisors send it, and SIGINT, as Ctrl-C does.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
