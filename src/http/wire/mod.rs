//! The connection layer: the byte stream under actix, with deadlines for everything that the other side decides on.
//!
//! Invariants: every head, drain and write of every request of a connection has a deadline (bodies have theirs where they
//! are read); a connection holds one piece of its answer, and pieces get small when the sum of unsent bytes gets large;
//! whatever the framework says by itself leaves as a problem document.

mod connection;
mod deadlines;
mod open;
mod pieces;
mod refusal;
mod stream;

pub(crate) use connection::Conduct;
pub(crate) use open::{MIN_PIECE, OpenConnections};
pub(super) use stream::Wire;
