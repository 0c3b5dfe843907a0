//! What the gate and the byte stream of a connection tell each other: where its current request is.

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

/// How many bytes are read ahead of the request that is being answered.
const MAX_AHEAD: usize = 16 * 1024;

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has been sent since the last answer.
    Idle,
    /// A head is arriving.
    Head,
    /// The request is with its handler.
    Answering,
    /// The answer is leaving.
    Sending,
    /// The answer has left, and the rest of the body is thrown away.
    Draining,
}

/// Whether a request's body has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyState {
    /// It has none, or all of it has been read.
    Ended,
    /// Its reader has not seen the end.
    Coming,
}

/// One connection, as its byte stream and its requests know it.
pub(crate) struct Wired {
    pub(super) app: App,
    number: u64,
    phase: Cell<Phase>,
    is_fresh: Cell<bool>,
    /// By when what the client has to send must be there.
    pub(super) reading: Cell<Option<Instant>>,
    /// By when the client must have taken a byte.
    pub(super) writing: Cell<Option<Instant>>,
    body: Cell<BodyState>,
    had_body: Cell<bool>,
    more: Cell<bool>,
    /// Whether the answer before this one was still leaving when the request arrived.
    is_crowded: Cell<bool>,
    ahead: Cell<usize>,
    /// The last bytes that were read: the end of a head, or something after one.
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

    /// Whether nothing may be read now; the task is woken when it may.
    pub(super) fn holds_back(&self, task: &Waker) -> bool {
        let busy = matches!(self.phase(), Phase::Answering | Phase::Sending) && self.body.get() == BodyState::Ended;
        let holds = busy && self.ahead.get() >= MAX_AHEAD;
        if holds {
            *self.held.borrow_mut() = Some(task.clone());
        }
        holds
    }

    /// Notes the task that serves the connection, once.
    pub(super) fn served_by(&self, task: &Waker) {
        if !self.is_known.replace(true) {
            self.app.connections.served_by(self.number, task);
        }
    }

    /// Takes note of bytes that were read.
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

    /// Takes note of how many bytes the client has yet to take.
    pub(super) fn has_unsent(&self, bytes: usize) {
        let before = self.unsent.replace(bytes);
        if before != bytes {
            self.app.connections.unsent_changed(before, bytes);
        }
    }

    /// Says that everything that was given to the stream has been written.
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
            // The beginning of the next head has come along with the last request.
            self.expect_head();
        }
        self.let_go();
    }

    fn expect_head(&self) {
        self.phase.set(Phase::Head);
        self.reading.set(Some(from_now(self.deadlines().head)));
    }

    /// Whether the last bytes that were read are the end of a head.
    fn ends_a_head(&self) -> bool {
        matches!(self.tail.get(), [_, b'\n', b'\n'] | [b'\n', b'\r', b'\n'])
    }

    fn let_go(&self) {
        if let Some(task) = self.held.take() {
            task.wake();
        }
    }

    /// Takes note of a request whose head has arrived, and watches its body.
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

    /// The same body; it is known when it has ended.
    fn watch(self: &Rc<Self>, payload: Payload) -> Payload {
        let mut watched = WatchedBody { payload, connection: Rc::clone(self) };
        let stream = poll_fn(move |context| watched.poll_next(context));
        Payload::Stream { payload: Box::pin(stream) }
    }

    /// The answer as it leaves: in pieces, and as the last of the connection where the body is not there.
    fn answers(self: &Rc<Self>, mut response: Response<BoxBody>) -> Response<BoxBody> {
        self.phase.set(Phase::Sending);
        if self.body.get() == BodyState::Coming {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.map_body(|_, body| {
            let size = body.size();
            match body.try_into_bytes() {
                // Behind another answer, the head of this one may be flushed without its body.
                Ok(bytes) if bytes.len() <= self.app.connections.piece() && !self.is_crowded.get() => BoxBody::new(bytes),
                Ok(bytes) => BoxBody::new(Pieces::of_bytes(bytes, size, self)),
                Err(stream) => BoxBody::new(Pieces::of_stream(stream, size, self)),
            }
        })
    }

    /// Says whether there is more of the answer than what was given to the stream.
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

/// A body that says when it has ended.
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
    /// A small body that nobody reads is there already, as a rule: then the connection can be kept.
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

/// The connection that a request came over; none where it was made inside.
#[derive(Clone)]
pub(crate) struct Conduct(Option<Rc<Wired>>);

impl Conduct {
    /// Takes note of a request.
    pub(crate) fn of(request: &mut RawRequest) -> Self {
        let connection = request.conn_data::<Rc<Wired>>().cloned();
        if let Some(connection) = &connection {
            connection.arrives(request);
        }
        Self(connection)
    }

    /// Whether the request came over a connection.
    pub(crate) fn is_wired(&self) -> bool {
        self.0.is_some()
    }

    /// The answer as it leaves.
    pub(crate) fn answers(&self, response: Response<BoxBody>) -> Response<BoxBody> {
        match &self.0 {
            Some(connection) => connection.answers(response),
            None => response,
        }
    }
}
