//! Steps in Rust: the parts of migrations that SQL cannot say.
//!
//! A step belongs to a folder of `migrations/portable` and runs right after its `up.sql`, in the transaction that all
//! pending migrations share, before the row that says that the migration ran. It reads and writes through SQL of its own,
//! never through the types of `schema.rs`, which describe the newest schema and not the one that the step finds.

mod commits;
mod keys;
mod pages;
mod profiles;

use super::conn::Conn;

/// Why a migration failed, for the operator.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;
/// A part of a migration, done on a connection in the migration's transaction.
pub(super) type Step = fn(&mut Conn) -> Result<(), Failure>;

/// All steps, each with the version of its migration: the digits of its folder's name.
const STEPS: &[(&str, Step)] =
    &[("20261128000018", keys::renew), ("20261128000020", profiles::provide), ("20261128000022", commits::number)];

/// The step of a migration, if it has one.
pub(super) fn of(version: &str) -> Option<Step> {
    STEPS.iter().find(|(of, _)| *of == version).map(|(_, step)| *step)
}
