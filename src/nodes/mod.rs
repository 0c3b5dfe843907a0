//! The servers on one database: each keeps a row while it runs, and none starts beside one that is set otherwise.
//!
//! Invariants: only `serve` joins, so that commands run beside any server; how long ago a node was heard of is told by the
//! database's own clock; the row holds a keyed hash of the secret key, which tells whether two keys are equal and nothing else.

mod membership;
mod queries;

pub(crate) use membership::{Node, keep_seen};
