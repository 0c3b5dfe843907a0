//! Everything that depends on Diesel: connections, the writer, migrations, portable column types, keyset pagination.
//!
//! Invariants: only this module (and `search/`) knows which engine runs; every write is one transaction, which is durable before its
//! caller gets the result; every read sees one snapshot.

mod among;
pub(crate) mod columns;
mod conn;
mod days;
mod fold;
mod hand_over;
mod horizon;
mod id;
mod identity;
mod joint;
mod json;
mod listing;
mod migrate;
mod patience;
mod phrase;
mod pool;
mod private;
mod scrub;
mod slugs;
mod soundness;
mod sqlite_file;
mod steps;
mod tally;
mod task;
mod text_enum;
mod timestamp;
mod words;
mod writer;
mod zone;

#[cfg(test)]
mod tests;

pub(crate) use among::{Among, among};
pub(crate) use columns::{Column, Key, Op, Predicate, column};
pub(crate) use conn::{Backend, Conn, Location, lock, millis, straight};
pub(crate) use fold::{fold, same_name};
pub(crate) use hand_over::hand_over;
pub(crate) use horizon::Horizon;
pub(crate) use id::Id;
pub(crate) use joint::{Joint, Opening};
pub(crate) use json::Json;
pub(crate) use listing::{Field, Listing, PageOf, PageQuery, Position, keyset};
pub(crate) use migrate::{SchemaState, migrate};
pub(crate) use patience::PATIENCE;
pub(crate) use phrase::{Phrase, phrase};
pub(crate) use pool::Db;
pub(crate) use slugs::{Slugged, free_slug, is_id_or_slug, slug_of, slugified};
pub(crate) use task::{MAX_TRIES, Parcel, Repeatable, Task, repeatable, task, unpacked};
pub(crate) use text_enum::text_enum;
pub(crate) use timestamp::Timestamp;
pub(crate) use words::{clean_line, plain_words};
pub(crate) use zone::{Zone, is_date};
