//! The running server: listening, the scheduler, the minute's housekeeping, and an end that drops no request.

use std::future::ready;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol as HttpVersion};
use actix_service::{ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server, ServerHandle};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::wire::{MIN_PIECE, Wire};
use crate::app::App;
use crate::background::Background;
use crate::log;

/// How long a connection may take to close.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections may be open at once, all workers together.
const MAX_CONNECTIONS: usize = 25_000;
/// How many connections may wait to be accepted.
const MAX_BACKLOG: i32 = 2048;
/// How long the system's queue of connections gets to become empty before the server stops listening.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(1);
/// How often the server looks at what it waits for when it stops.
const STOP_INTERVAL: Duration = Duration::from_millis(10);
/// How long after the first signal a second one means impatience.
const MIN_IMPATIENCE: Duration = Duration::from_millis(500);

/// A socket that has its address and does not listen yet: whoever wants to listen there later knows early whether that works.
pub(crate) struct Bound(Socket);

impl Bound {
    /// Takes the address in `BIND`; the error is a sentence for the operator.
    pub(crate) fn new(bind: SocketAddr) -> Result<Self, String> {
        let open = || {
            let socket = Socket::new(Domain::for_address(bind), Type::STREAM, Some(Protocol::TCP))?;
            // A restart must not wait for old connections to be forgotten.
            socket.set_reuse_address(true)?;
            socket.bind(&bind.into())?;
            Ok(Self(socket))
        };
        open().map_err(|error| cannot_listen(bind, &error))
    }
}

fn cannot_listen(bind: SocketAddr, error: &std::io::Error) -> String {
    format!("cannot listen on {bind} (BIND): {error}")
}

/// Serves until a signal ends it; the error is a sentence for the operator.
pub(crate) async fn run(app: App, bound: Bound) -> Result<(), String> {
    let mut signals = Signals::new()?;
    // Before anybody can read what should have ended while no server ran.
    if let Err(why) = app.run_due_publications().await {
        tracing::warn!(why, "what came due while no server ran could not be published yet");
    }
    let (server, listener) = listen(&app, bound)?;
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

fn listen(app: &App, bound: Bound) -> Result<(Server, TcpListener), String> {
    let start = || {
        bound.0.listen(MAX_BACKLOG)?;
        let listener = TcpListener::from(bound.0);
        Ok((server_on(app, listener.try_clone()?)?, listener))
    };
    start().map_err(|error| cannot_listen(app.config.server.bind, &error))
}

/// A server that answers what comes in by a listening socket.
pub(crate) fn server_on(app: &App, listener: TcpListener) -> std::io::Result<Server> {
    let (settings, service) = (&app.config.server, app.clone());
    let server = Server::build()
        .workers(settings.workers)
        .max_concurrent_connections(MAX_CONNECTIONS.div_ceil(settings.workers))
        .disable_signals()
        .shutdown_timeout(settings.shutdown_grace.as_secs());
    Ok(server.listen("masthead", listener, move || connections(&service))?.run())
}

/// What serves one connection after the other: our byte stream under the framework's HTTP/1.1, whose own timers for heads
/// and idle connections are off, since the stream has better ones.
fn connections(app: &App) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
    let wired = app.clone();
    let http = HttpService::build()
        .keep_alive(KeepAlive::Os)
        .client_request_timeout(Duration::ZERO)
        .client_disconnect_timeout(DISCONNECT_TIMEOUT)
        .h1_write_buffer_size(MIN_PIECE)
        .on_connect_ext(|wire: &Wire, requests| {
            requests.insert(Rc::clone(wire.connection()));
        })
        .finish(map_config(app.service(), |()| AppConfig::default()));
    let accept = fn_service(move |stream: TcpStream| {
        let peer = stream.peer_addr().ok();
        ready(Ok::<_, DispatchError>((Wire::new(stream, &wired), HttpVersion::Http1, peer)))
    });
    accept.and_then(http)
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
    // Closing the socket would reset what the system has accepted and the program has not.
    wait_until(ACCEPT_TIMEOUT, || !somebody_waits(listener)).await;
    // Where a system can't do this, the last step closes the socket a moment later.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
    // What has just been accepted is on its way to the thread that serves it.
    tokio::time::sleep(STOP_INTERVAL).await;
    wait_until(app.config.server.deadlines.head, || app.connections.fresh() == 0).await;
    app.connections.close_idle();
    server.stop(true).await;
}

/// Waits until something is so, as long as that may take.
async fn wait_until(timeout: Duration, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(STOP_INTERVAL).await;
        }
    };
    // Whatever is not so by then never will be.
    let _ = tokio::time::timeout(timeout, waiting).await;
}

/// Whether the system has connections that the program has not accepted yet.
fn somebody_waits(listener: &TcpListener) -> bool {
    let mut asked = [PollFd::new(listener, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
}

/// Waits for a Ctrl-C that comes well after the first signal: whoever asks again does not want to wait. (Shells and
/// supervisors pass one signal on more than once, and SIGTERM means "in order" however often it is sent.)
async fn impatience() {
    tokio::time::sleep(MIN_IMPATIENCE).await;
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
