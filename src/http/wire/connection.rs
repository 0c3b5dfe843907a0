//! The state of a connection that the cache layer and the byte stream share: the phase of its current request.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_http::body::{BoxBody, MessageBody};
use actix_http::error::PayloadError;
use actix_http::{Payload, Request as RawRequest, Response};
use actix_web::http::ConnectionType;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::poll_fn;
use tokio::time::Instant;

use super::deadlines::from_now;
use super::pieces::Pieces;
use crate::app::App;
use crate::config::Deadlines;

/// The maximum number of bytes that are read ahead of the request that is being handled.
const MAX_AHEAD: usize = 16 * 1024;

/// The phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The client has sent no byte since the last response.
    Idle,
    /// A request head is arriving.
    Head,
    /// A handler is processing the request.
    Answering,
    /// The response is being sent.
    Sending,
    /// The response has been sent, and the rest of the request body is discarded.
    Draining,
}

/// Whether a request's body has been received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyState {
    /// The request has no body, or the body was read completely.
    Ended,
    /// The reader has not reached the end of the body.
    Coming,
}

/// The state of one connection, shared by its byte stream and its requests.
pub(crate) struct Wired {
    pub(super) app: App,
    number: u64,
    phase: Cell<Phase>,
    is_fresh: Cell<bool>,
    /// The deadline for the data that the client has to send.
    pub(super) reading: Cell<Option<Instant>>,
    /// The deadline by which the client must accept a byte.
    pub(super) writing: Cell<Option<Instant>>,
    body: Cell<BodyState>,
    had_body: Cell<bool>,
    more: Cell<bool>,
    /// Whether the previous response was still being sent when the request arrived.
    is_crowded: Cell<bool>,
    ahead: Cell<usize>,
    /// The last bytes that were read: the end of a head, or bytes after a head.
    tail: Cell<[u8; 3]>,
    unsent: Cell<usize>,
    held: RefCell<Option<Waker>>,
    is_known: Cell<bool>,
}

impl Wired {
    pub(super) fn new(app: App) -> Self {
        let (number, head) = (app.connections.opened(), app.config.server.deadlines.head);
        Self {
            app,
            number,
            phase: Cell::new(Phase::Head),
            is_fresh: Cell::new(true),
            reading: Cell::new(Some(from_now(head))),
            writing: Cell::new(None),
            body: Cell::new(BodyState::Ended),
            had_body: Cell::new(false),
            more: Cell::new(false),
            is_crowded: Cell::new(false),
            ahead: Cell::new(0),
            tail: Cell::new([0; 3]),
            unsent: Cell::new(0),
            held: RefCell::new(None),
            is_known: Cell::new(false),
        }
    }

    pub(super) fn deadlines(&self) -> Deadlines {
        self.app.config.server.deadlines
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Returns whether reading must pause now; the task is woken when it may continue.
    pub(super) fn holds_back(&self, task: &Waker) -> bool {
        let busy = matches!(self.phase(), Phase::Answering | Phase::Sending) && self.body.get() == BodyState::Ended;
        let holds = busy && self.ahead.get() >= MAX_AHEAD;
        if holds {
            *self.held.borrow_mut() = Some(task.clone());
        }
        holds
    }

    /// Registers the task that serves the connection, once.
    pub(super) fn served_by(&self, task: &Waker) {
        if !self.is_known.replace(true) {
            self.app.connections.served_by(self.number, task);
        }
    }

    /// Records bytes that were read.
    pub(super) fn has_read(&self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut tail = self.tail.get();
        for byte in bytes.iter().skip(bytes.len().saturating_sub(tail.len())) {
            tail.rotate_left(1);
            tail[2] = *byte;
        }
        self.tail.set(tail);
        match self.phase() {
            Phase::Idle => self.expect_head(),
            Phase::Answering | Phase::Sending if self.body.get() == BodyState::Ended => self.ahead.set(self.ahead.get() + bytes.len()),
            Phase::Head | Phase::Answering | Phase::Sending | Phase::Draining => {}
        }
    }

    /// Records the number of bytes that the client has not accepted yet.
    pub(super) fn has_unsent(&self, bytes: usize) {
        let before = self.unsent.replace(bytes);
        if before != bytes {
            self.app.connections.unsent_changed(before, bytes);
        }
    }

    /// Records that everything given to the stream has been written.
    pub(super) fn has_flushed(&self) {
        if self.phase() != Phase::Sending || self.more.get() {
            return;
        }
        if self.body.get() == BodyState::Coming {
            self.phase.set(Phase::Draining);
            self.reading.set(Some(from_now(self.deadlines().drain)));
        } else if self.had_body.get() || self.ends_a_head() {
            self.phase.set(Phase::Idle);
            self.reading.set(Some(from_now(self.deadlines().idle)));
        } else {
            // The beginning of the next head arrived together with the last request.
            self.expect_head();
        }
        self.let_go();
    }

    fn expect_head(&self) {
        self.phase.set(Phase::Head);
        self.reading.set(Some(from_now(self.deadlines().head)));
    }

    /// Returns whether the last bytes that were read end a head.
    fn ends_a_head(&self) -> bool {
        matches!(self.tail.get(), [_, b'\n', b'\n'] | [b'\n', b'\r', b'\n'])
    }

    fn let_go(&self) {
        if let Some(task) = self.held.take() {
            task.wake();
        }
    }

    /// Records a request whose head has arrived, and watches its body.
    fn arrives(self: &Rc<Self>, request: &mut RawRequest) {
        if self.is_fresh.replace(false) {
            self.app.connections.no_longer_fresh();
        }
        self.is_crowded.set(self.phase() == Phase::Sending);
        self.phase.set(Phase::Answering);
        self.reading.set(None);
        self.more.set(false);
        self.ahead.set(0);
        let payload = request.take_payload();
        self.had_body.set(!matches!(payload, Payload::None));
        self.body.set(if self.had_body.get() { BodyState::Coming } else { BodyState::Ended });
        if self.had_body.get() {
            *request.payload() = self.watch(payload);
        }
        self.let_go();
    }

    /// Wraps a body so that its end is recorded.
    fn watch(self: &Rc<Self>, payload: Payload) -> Payload {
        let mut watched = WatchedBody { payload, connection: Rc::clone(self) };
        let stream = poll_fn(move |context| watched.poll_next(context));
        Payload::Stream { payload: Box::pin(stream) }
    }

    /// Prepares a response for sending: in pieces, and as the last one of the connection if the request body is incomplete.
    fn answers(self: &Rc<Self>, mut response: Response<BoxBody>) -> Response<BoxBody> {
        self.phase.set(Phase::Sending);
        if self.body.get() == BodyState::Coming {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.map_body(|_, body| {
            let size = body.size();
            match body.try_into_bytes() {
                // While another response is still being sent, the head of this one may be flushed without its body.
                Ok(bytes) if bytes.len() <= self.app.connections.piece() && !self.is_crowded.get() => BoxBody::new(bytes),
                Ok(bytes) => BoxBody::new(Pieces::of_bytes(bytes, size, self)),
                Err(stream) => BoxBody::new(Pieces::of_stream(stream, size, self)),
            }
        })
    }

    /// Records whether the response has more bytes than those given to the stream.
    pub(super) fn has_more(&self, more: bool) {
        self.more.set(more);
    }
}

impl Drop for Wired {
    fn drop(&mut self) {
        if self.is_fresh.get() {
            self.app.connections.no_longer_fresh();
        }
        self.has_unsent(0);
        self.app.connections.closed(self.number);
    }
}

/// A body that records its end.
struct WatchedBody {
    payload: Payload,
    connection: Rc<Wired>,
}

impl WatchedBody {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let polled = self.payload.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None)) {
            self.connection.body.set(BodyState::Ended);
        }
        polled
    }
}

impl Drop for WatchedBody {
    /// Discards the bytes that have arrived. A small body that the handler did not read has usually arrived completely; then the
    /// connection can be kept.
    fn drop(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while self.connection.body.get() == BodyState::Coming {
            match self.poll_next(&mut context) {
                Poll::Ready(Some(Ok(_))) => {}
                _ => break,
            }
        }
    }
}

/// The connection of a request; `None` if the request was made inside the process.
#[derive(Clone)]
pub(crate) struct Conduct(Option<Rc<Wired>>);

impl Conduct {
    /// Records a request.
    pub(crate) fn of(request: &mut RawRequest) -> Self {
        let connection = request.conn_data::<Rc<Wired>>().cloned();
        if let Some(connection) = &connection {
            connection.arrives(request);
        }
        Self(connection)
    }

    /// Returns whether the request came over a connection.
    pub(crate) fn is_wired(&self) -> bool {
        self.0.is_some()
    }

    /// Prepares a response for sending.
    pub(crate) fn answers(&self, response: Response<BoxBody>) -> Response<BoxBody> {
        match &self.0 {
            Some(connection) => connection.answers(response),
            None => response,
        }
    }
}
