//! Collections: lists of articles in an order that editors choose, such as the front page.
//!
//! Invariant: readers see only the published articles of a collection.

mod collection;
mod handlers;
mod operations;
mod queries;

pub(crate) use collection::{CollectionDraft, CollectionView};
pub(crate) use handlers::routes;
pub(crate) use operations::{create, first};
