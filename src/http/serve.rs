//! The running server: listener, scheduler, housekeeping, and a shutdown that drops no request.

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

/// The maximum time for closing a connection.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum number of open connections, for all workers together.
const MAX_CONNECTIONS: usize = 25_000;
/// The maximum number of connections that wait to be accepted.
const MAX_BACKLOG: i32 = 2048;
/// The maximum time to wait for the system's accept queue to become empty before the server stops listening.
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(1);
/// The interval at which a stopping server checks its conditions.
const STOP_INTERVAL: Duration = Duration::from_millis(10);
/// The minimum time between the first signal and a second one that forces the shutdown.
const MIN_IMPATIENCE: Duration = Duration::from_millis(500);

/// A socket that is bound but does not listen yet. It shows early whether the program can listen later.
pub(crate) struct Bound(Socket);

impl Bound {
    /// Binds the address in `BIND`; the error is a sentence for the operator.
    pub(crate) fn new(bind: SocketAddr) -> Result<Self, String> {
        let open = || {
            let socket = Socket::new(Domain::for_address(bind), Type::STREAM, Some(Protocol::TCP))?;
            // A restart must not wait for the system to forget old connections.
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

/// Serves until a signal arrives; the error is a sentence for the operator.
pub(crate) async fn run(app: App, bound: Bound) -> Result<(), String> {
    let mut signals = Signals::new()?;
    // Publications that came due while no server ran are published before the first request is served.
    if let Err(why) = app.run_due_publications().await {
        tracing::warn!(why, "planned publications that became due while no server was running could not be carried out yet");
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
                    () = second_signal() => handle.stop(false).await,
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

/// Creates a server that accepts connections from a listening socket.
pub(crate) fn server_on(app: &App, listener: TcpListener) -> std::io::Result<Server> {
    let (settings, service) = (&app.config.server, app.clone());
    let server = Server::build()
        .workers(settings.workers)
        .max_concurrent_connections(MAX_CONNECTIONS.div_ceil(settings.workers))
        .disable_signals()
        .shutdown_timeout(settings.shutdown_grace.as_secs());
    Ok(server.listen("masthead", listener, move || connections(&service))?.run())
}

/// Returns the service of a connection: this crate's byte stream below the framework's HTTP/1.1. The framework's own timers for request
/// heads and idle connections are off, because the stream's timers are better.
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

/// Stops in order. First, the server reports that it is not ready, so that load balancers send new requests elsewhere. It still
/// serves all requests, and each response closes its connection. Then it accepts no new connections. Then open connections end
/// after their current response.
async fn stop(app: &App, server: &ServerHandle, listener: &TcpListener) {
    app.begin_stopping();
    tracing::info!("stopping: /readyz fails from now on, open requests are completed");
    tokio::time::sleep(app.config.server.unready_pause).await;
    log::expect_no_connections();
    // Closing the socket would reset connections that the system has accepted and the program has not.
    wait_until(ACCEPT_TIMEOUT, || !somebody_waits(listener)).await;
    // If the system does not support this, the last step closes the socket a moment later.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
    // A connection that was just accepted may still be on its way to the thread that serves it.
    tokio::time::sleep(STOP_INTERVAL).await;
    wait_until(app.config.server.deadlines.head, || app.connections.fresh() == 0).await;
    app.connections.close_idle();
    server.stop(true).await;
}

/// Waits until a condition is true, at most for the timeout.
async fn wait_until(timeout: Duration, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(STOP_INTERVAL).await;
        }
    };
    // After the timeout, the server stops waiting.
    let _ = tokio::time::timeout(timeout, waiting).await;
}

/// Returns whether the system has connections that the program has not accepted yet.
fn somebody_waits(listener: &TcpListener) -> bool {
    let mut asked = [PollFd::new(listener, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
}

/// Waits for a Ctrl-C some time after the first signal: the operator does not want to wait any longer. (Shells and supervisors may pass
/// one signal on more than once. SIGTERM always means an orderly shutdown, however often it is sent.)
async fn second_signal() {
    tokio::time::sleep(MIN_IMPATIENCE).await;
    match signal(SignalKind::interrupt()) {
        Ok(mut interrupt) => {
            interrupt.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

/// SIGTERM, which supervisors send, and SIGINT, which Ctrl-C sends.
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
