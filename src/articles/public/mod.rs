//! What readers get: the published copy, its lists, what lies around it, and what is read most.
//!
//! Invariant: nothing here names the working copy, its tables, or a folder that does; `content/` is all that this folder shares
//! with the desk. A test reads the sources for it.

pub(super) mod context;
mod context_queries;
pub(super) mod listing;
pub(super) mod publication;
pub(super) mod queries;
pub(super) mod sitemap_queries;
pub(super) mod trending;
pub(super) mod views;
