//! Input from clients, parsed into types that cannot be invalid: one parser for bodies, one for query strings.
//!
//! Invariants: a body is validated with the same schema that the OpenAPI document shows; all validation errors of a request are found at
//! once; no unknown member or parameter is silently ignored.

mod blanks;
mod body;
mod check;
mod custom;
mod custom_rules;
mod exact;
pub(crate) mod formats;
mod json;
mod kind;
mod query;
mod selection;
mod sentences;
mod shape;
mod table;
mod walk;

pub(crate) use body::{BodyOf, Draft, Input, MAX_AT_ONCE, Reference, ReferenceTo, inexact_faults};
pub use check::referenced;
pub(crate) use check::{Checker, escape, nearest};
pub(crate) use custom::{CustomKind, CustomSchema, MAX_SCHEMA};
pub(crate) use custom_rules::moved as moved_schema;
pub(crate) use formats::{
    Address, Custom, Email, HttpUrl, Line, Locale, MAX_CUSTOM, Markdown, Name, Paragraph, SitePath, Slug, TimeZone, Title, is_name,
    max_bytes,
};
pub(crate) use json::parse_json;
pub(crate) use kind::{Kind, ME};
pub(crate) use query::{MAX_FIELDS, Query, seal_cursor};
pub(crate) use selection::{Selectable, Selected, Selection};
pub(crate) use table::{column_names, guarded, table, unguarded};
