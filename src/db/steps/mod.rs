//! Steps in Rust: the parts of migrations that SQL cannot express.
//!
//! A step belongs to a folder of `migrations/portable`. It runs right after the folder's `up.sql`, in the transaction that all
//! pending migrations share, and before the migration is recorded. A step uses SQL of its own, never the types of `schema.rs`,
//! because these types describe the newest schema and not the schema that the step finds.

mod commits;
mod keys;
mod pages;
mod profiles;

use super::conn::Conn;

/// The reason why a migration failed, for the operator.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;
/// A part of a migration, which runs in the migration's transaction.
pub(super) type Step = fn(&mut Conn) -> Result<(), Failure>;

/// All steps, with the version of their migration: the digits of its folder's name.
const STEPS: &[(&str, Step)] =
    &[("20261128000018", keys::renew), ("20261128000020", profiles::provide), ("20261128000022", commits::number)];

/// Returns the step of a migration, if it has one.
pub(super) fn of(version: &str) -> Option<Step> {
    STEPS.iter().find(|(of, _)| *of == version).map(|(_, step)| *step)
}
