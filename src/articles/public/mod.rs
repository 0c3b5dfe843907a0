//! The published version of articles: its lists, related articles, and rankings by views.
//!
//! Invariant: nothing here uses the working copy, its tables, or a folder that does; only `content/` is shared with the desk. A test
//! checks the sources for this.

pub(super) mod context;
mod context_queries;
pub(super) mod listing;
pub(super) mod publication;
pub(super) mod queries;
pub(super) mod sitemap_queries;
pub(super) mod trending;
pub(super) mod views;
