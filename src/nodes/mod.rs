//! The nodes (servers) on one database. Each running node keeps a row. A node does not start if another one runs with conflicting
//! settings.
//!
//! Invariants: only the command `serve` creates a row, so other commands can run beside any server. The age of a row is measured
//! with the database's own clock. The row contains a keyed hash of the secret key, which tells only whether two keys are equal.

mod membership;
mod queries;

pub(crate) use membership::{Node, heartbeat};
