//! A response body in pieces: a connection holds one piece; the rest is shared memory or has not been read yet.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use super::connection::Wired;

/// A body that is given to its connection piece by piece.
pub(super) struct Pieces {
    rest: Bytes,
    source: Option<Pin<Box<BoxBody>>>,
    size: BodySize,
    connection: Rc<Wired>,
}

impl Pieces {
    /// Splits bytes, which other connections may share.
    pub(super) fn of_bytes(bytes: Bytes, size: BodySize, connection: &Rc<Wired>) -> Self {
        Self::new(bytes, None, size, connection)
    }

    /// Splits a body that is read while it is sent.
    pub(super) fn of_stream(stream: BoxBody, size: BodySize, connection: &Rc<Wired>) -> Self {
        Self::new(Bytes::new(), Some(Box::pin(stream)), size, connection)
    }

    fn new(rest: Bytes, source: Option<Pin<Box<BoxBody>>>, size: BodySize, connection: &Rc<Wired>) -> Self {
        connection.has_more(true);
        Self { rest, source, size, connection: Rc::clone(connection) }
    }
}

impl MessageBody for Pieces {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        while this.rest.is_empty() {
            let Some(source) = &mut this.source else {
                this.connection.has_more(false);
                return Poll::Ready(None);
            };
            match std::task::ready!(source.as_mut().poll_next(context)) {
                Some(Ok(chunk)) => this.rest = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => this.source = None,
            }
        }
        let length = this.rest.len().min(this.connection.app.connections.piece());
        Poll::Ready(Some(Ok(this.rest.split_to(length))))
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.connection.has_more(false);
    }
}
