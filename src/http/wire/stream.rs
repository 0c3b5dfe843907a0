//! The byte stream that actix reads and writes, with deadlines.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connection::{Phase, Wired};
use super::deadlines::{Alarm, from_now};
use super::refusal;
use crate::app::App;

/// The maximum number of unsent bytes in the kernel's buffer.
#[cfg(any(target_os = "linux", target_os = "android"))]
const MAX_UNSENT_IN_KERNEL: u32 = 64 * 1024;
/// The maximum number of bytes of one read.
const MAX_READ: usize = 16 * 1024;
/// The maximum number of full buffers that are discarded before other tasks get their turn.
const MAX_DISCARDS: usize = 32;

/// The byte stream of a connection.
pub(crate) struct Wire {
    stream: TcpStream,
    connection: Rc<Wired>,
    alarm: Alarm,
    refusal: Option<Refused>,
    is_over: bool,
}

/// A problem document that replaces a bare response of the framework.
enum Refused {
    /// The bytes, and how many of them have been sent.
    Writing(Vec<u8>, usize),
    /// Reads and discards the bytes that the client is still sending: closing the connection earlier could destroy the response.
    Lingering,
}

impl Wire {
    /// Wraps a connection that was just accepted.
    pub(crate) fn new(stream: TcpStream, app: &App) -> Self {
        // Both options are only optimizations.
        let _ = stream.set_nodelay(true);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_IN_KERNEL);
        Self { stream, connection: Rc::new(Wired::new(app.clone())), alarm: Alarm::default(), refusal: None, is_over: false }
    }

    /// Returns the state that requests share.
    pub(crate) fn connection(&self) -> &Rc<Wired> {
        &self.connection
    }

    /// Returns whether the client has been too slow in sending; if it was sending a head, it gets a problem document.
    fn is_too_slow(&mut self, context: &mut Context<'_>) -> bool {
        let Some(due) = self.connection.reading.get() else { return false };
        if !self.alarm.has_come(due, context) {
            return false;
        }
        if self.connection.phase() == Phase::Head {
            // One attempt is enough: a client that reads nothing would not read the rest either.
            let _ = self.stream.try_write(&refusal::too_slow(&self.connection.app));
        }
        true
    }

    /// Returns whether the client has been too slow in receiving its response. If so, the connection is set to be reset when it is
    /// closed, so that the system does not keep the unsent bytes for a client that receives nothing.
    fn takes_nothing(&mut self, context: &mut Context<'_>) -> bool {
        let takes_nothing = self.connection.writing.get().is_some_and(|due| self.alarm.has_come(due, context));
        if takes_nothing {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
        takes_nothing
    }

    /// Reads at most a few kilobytes: the framework checks the size of a head between reads.
    fn poll_some(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        if buffer.remaining() <= MAX_READ {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let mut some = ReadBuf::new(buffer.initialize_unfilled_to(MAX_READ));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut some))?;
        let read = some.filled().len();
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }

    /// Writes a problem document instead of a bare response of `length` bytes.
    fn refuse(&mut self, context: &mut Context<'_>, length: usize) -> Poll<Result<usize>> {
        if let Some(Refused::Writing(bytes, sent)) = &mut self.refusal {
            while let Some(rest) = bytes.get(*sent..).filter(|rest| !rest.is_empty()) {
                match Pin::new(&mut self.stream).poll_write(context, rest) {
                    Poll::Ready(written) => *sent += written?,
                    Poll::Pending => return self.await_writing(context, length),
                }
            }
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.connection.writing.set(None);
            self.connection.reading.set(Some(from_now(self.connection.deadlines().drain)));
            self.refusal = Some(Refused::Lingering);
        }
        let mut bytes = [0; 8192];
        for _ in 0..MAX_DISCARDS {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(length)),
                Poll::Pending if self.connection.reading.get().is_none_or(|due| self.alarm.has_come(due, context)) => {
                    return Poll::Ready(Ok(length));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        if self.connection.reading.get().is_none_or(Alarm::is_past) {
            return Poll::Ready(Ok(length));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Waits until the client accepts a byte, or the deadline passes.
    fn await_writing(&mut self, context: &mut Context<'_>, unsent: usize) -> Poll<Result<usize>> {
        if self.connection.writing.get().is_none() {
            self.connection.writing.set(Some(from_now(self.connection.deadlines().write)));
        }
        self.connection.has_unsent(unsent);
        if self.takes_nothing(context) { Poll::Ready(Err(too_late())) } else { Poll::Pending }
    }

    /// Creates the problem document that replaces a response of the framework.
    fn begin_refusal(&mut self, answer: &[u8]) {
        if self.refusal.is_none() && matches!(self.connection.phase(), Phase::Idle | Phase::Head) {
            self.refusal = refusal::in_place_of(&self.connection.app, answer).map(|bytes| Refused::Writing(bytes, 0));
        }
    }
}

fn too_late() -> Error {
    Error::new(ErrorKind::TimedOut, "the client did not accept any byte of the response in time")
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        this.connection.served_by(context.waker());
        let is_kept_busy = this.connection.reading.get().is_some_and(Alarm::is_past) && this.connection.phase() == Phase::Draining;
        if this.is_over || is_kept_busy {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        if !this.connection.holds_back(context.waker())
            && let Poll::Ready(read) = this.poll_some(context, buffer)
        {
            this.connection.has_read(buffer.filled().get(before..).unwrap_or_default());
            return Poll::Ready(read);
        }
        if this.takes_nothing(context) {
            return Poll::Ready(Err(too_late()));
        }
        let is_unneeded = this.connection.phase() == Phase::Idle && this.connection.app.connections.is_closing();
        if is_unneeded || this.is_too_slow(context) {
            this.is_over = true;
            return Poll::Ready(Ok(()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = self.get_mut();
        this.begin_refusal(bytes);
        if this.refusal.is_some() {
            return this.refuse(context, bytes.len());
        }
        let Poll::Ready(written) = Pin::new(&mut this.stream).poll_write(context, bytes) else {
            return this.await_writing(context, bytes.len());
        };
        this.connection.writing.set(None);
        this.connection.has_unsent(0);
        Poll::Ready(written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        this.connection.has_flushed();
        if this.connection.reading.get().is_some_and(|due| this.alarm.has_come(due, context)) {
            // The next read reports the missed deadline.
            context.waker().wake_by_ref();
        }
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
