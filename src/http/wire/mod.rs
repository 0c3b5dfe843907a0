//! The connection layer: the byte stream below actix, with a deadline for every step that depends on the client.
//!
//! Invariants: every head, drain and write of every request of a connection has a deadline (request bodies have theirs in `body`,
//! `upload` and `tus`). A connection holds one piece of its response, and pieces become small when the total of unsent bytes
//! becomes large. Every response that the framework generates itself is replaced by a problem document.

mod connection;
mod deadlines;
mod open;
mod pieces;
mod refusal;
mod stream;

pub(crate) use connection::Conduct;
pub(crate) use open::{MIN_PIECE, OpenConnections};
pub(super) use stream::Wire;
