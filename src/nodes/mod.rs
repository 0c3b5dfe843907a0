//! The nodes (servers) on one database: each keeps a row while it runs, and none starts beside one with conflicting settings.
//!
//! Invariants: only `serve` joins, so other commands run beside any server; the age of a row is measured with the database's own clock;
//! the row holds a keyed hash of the secret key, which tells only whether two keys are equal.

mod membership;
mod queries;

pub(crate) use membership::{Node, keep_seen};
