//! Whole pages: all content of a reader's page in one response; and the resolution of paths.
//!
//! Invariants: a page contains only what its parts show to readers; its number of queries does not depend on the amount of
//! content; its cached response has the tags of everything in it.

mod handlers;
mod operations;
mod page;
mod pattern;
mod resolve;

pub(crate) use handlers::routes;
pub(crate) use resolve::{ResolvedKind, at_path};
