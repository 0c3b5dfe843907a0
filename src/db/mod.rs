//! Everything that depends on Diesel: connections, the writer, migrations, portable column types, keyset pagination.
//!
//! Invariants: only this module (and `search/`) knows which engine runs; every write is one transaction, which is durable before its
//! caller gets the result; every read sees one snapshot.

pub(crate) mod columns;
mod conn;
mod days;
mod fold;
mod horizon;
mod id;
mod identity;
mod in_list;
mod json;
mod listing;
mod lock;
mod migrate;
mod pool;
mod private;
mod reassign;
mod scrub;
mod slugs;
mod soundness;
mod sql_fragment;
mod sqlite_file;
mod statement_counter;
mod steps;
mod task;
mod text_enum;
mod timeouts;
mod timestamp;
mod transaction;
mod words;
mod writer;
mod zone;

#[cfg(test)]
mod tests;

pub(crate) use columns::{Column, Key, Op, Predicate, column};
pub(crate) use conn::{Backend, Conn, Location, millis, on_engine};
pub(crate) use fold::{fold, same_name};
pub(crate) use horizon::Horizon;
pub(crate) use id::Id;
pub(crate) use in_list::{InList, in_list};
pub(crate) use json::Json;
pub(crate) use listing::{Field, Listing, PageOf, PageQuery, Position, keyset};
pub(crate) use lock::{Lock, begin_operation};
pub(crate) use migrate::{SchemaState, migrate};
pub(crate) use pool::Db;
pub(crate) use reassign::reassign_references;
pub(crate) use slugs::{IdOrSlug, free_slug, is_id_or_slug, slug_of, slugified};
pub(crate) use sql_fragment::{SqlFragment, sql_fragment};
pub(crate) use task::{ErasedResult, MAX_TRIES, Repeatable, Task, downcast, repeatable, task};
pub(crate) use text_enum::text_enum;
pub(crate) use timeouts::WAIT_TIMEOUT;
pub(crate) use timestamp::Timestamp;
pub(crate) use transaction::{Opening, Transaction};
pub(crate) use words::{clean_line, plain_words};
pub(crate) use zone::{Zone, is_date};
