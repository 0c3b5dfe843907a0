//! The running server: listening, the scheduler, the minute's housekeeping, and an end that drops no request.

use std::net::{Shutdown, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::background::Background;
use crate::log;

/// How long the head of a request may take to arrive.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// How long a connection may take to close.
const DISCONNECT_DEADLINE: Duration = Duration::from_secs(5);
/// How long an idle connection is kept; longer than most load balancers keep theirs, so that they are the ones to close.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How many connections may be open at once, all workers together.
const MOST_CONNECTIONS: usize = 25_000;
/// How many connections may wait to be accepted.
const BACKLOG: i32 = 2048;
/// How long a connection that was just opened gets to send its request when the server no longer listens.
const LAST_REQUESTS: Duration = Duration::from_millis(500);
/// Serves until a signal ends it; the error is a sentence for the operator.
pub(crate) async fn run(app: App) -> Result<(), String> {
    let mut signals = Signals::new()?;
    // Before anybody can read what should have ended while no server ran.
    if let Err(why) = app.run_due_publications().await {
        tracing::warn!(why, "what came due while no server ran could not be published yet");
    }
    let (server, listener) = listen(&app)?;
    let handle = server.handle();
    let metrics = app.config.server.metrics_bind.map(|bind| listen_for_metrics(&app, bind)).transpose()?;
    let background = Background::start(&app);
    tracing::info!(address = %app.config.server.bind, engine = app.config.store.database.engine(), "serving");
    let mut running = actix_web::rt::spawn(server);
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = signals.next() => {
            actix_web::rt::spawn(async move {
                tokio::select! {
                    () = stop(&app, &handle, &listener) => {}
                    () = impatience() => handle.stop(false).await,
                }
            });
            running.await
        }
    };
    background.end().await;
    if let Some(metrics) = metrics {
        metrics.stop(true).await;
    }
    tracing::info!("stopped");
    ended.map_err(|error| error.to_string())?.map_err(|error| format!("the server ended: {error}"))
}

fn listen(app: &App) -> Result<(Server, TcpListener), String> {
    let settings = &app.config.server;
    let (bind, service) = (settings.bind, app.clone());
    let server = HttpServer::new(move || service.service())
        .workers(settings.workers)
        .tcp_nodelay(true)
        .client_request_timeout(HEAD_DEADLINE)
        .client_disconnect_timeout(DISCONNECT_DEADLINE)
        .keep_alive(KEEP_ALIVE)
        .max_connections(MOST_CONNECTIONS.div_ceil(settings.workers))
        .disable_signals()
        .shutdown_timeout(settings.shutdown_grace.as_secs());
    let start = |listener: TcpListener| Ok((server.listen(listener.try_clone()?)?.run(), listener));
    socket(bind).and_then(start).map_err(|error| format!("cannot listen on {bind} (BIND): {error}"))
}

fn socket(bind: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(bind), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for old connections to be forgotten.
    socket.set_reuse_address(true)?;
    socket.bind(&bind.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn listen_for_metrics(app: &App, bind: SocketAddr) -> Result<ServerHandle, String> {
    let server = super::metrics::serve(app.clone(), bind).map_err(|error| format!("cannot listen on {bind} (METRICS_BIND): {error}"))?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}

/// Unready first, so that load balancers turn away while everything is still answered (and each answer closes its
/// connection); then no new connections; then those that are open end when what they asked for is answered.
async fn stop(app: &App, server: &ServerHandle, listener: &TcpListener) {
    app.begin_stopping();
    tracing::info!("stopping: /readyz says so, requests in flight go on");
    tokio::time::sleep(app.config.server.unready_pause).await;
    log::expect_no_connections();
    // Where a system can't do this, the next step closes the socket a moment later.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
    tokio::time::sleep(LAST_REQUESTS).await;
    server.stop(true).await;
}

/// Waits for a Ctrl-C that comes well after the first signal: whoever asks again does not want to wait. (Shells and
/// supervisors pass one signal on more than once, and SIGTERM means "in order" however often it is sent.)
async fn impatience() {
    tokio::time::sleep(LAST_REQUESTS).await;
    match signal(SignalKind::interrupt()) {
        Ok(mut interrupt) => {
            interrupt.recv().await;
        }
        Err(_) => std::future::pending().await,
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
