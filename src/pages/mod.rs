//! Whole pages: everything that a reader's page is made of in one answer, and what stands at a path of the site.
//!
//! Invariants: a page holds only what each of its parts would show readers by itself; its number of queries does not grow
//! with what there is; it is cached under the tags of everything that it was made of.

mod handlers;
mod operations;
mod page;
mod pattern;
mod resolve;

pub(crate) use handlers::routes;
pub(crate) use resolve::{ResolvedKind, at_path};
