//! Collections: lists of articles that editors put together by hand, such as the front page.
//!
//! Invariant: readers see of a collection only what is published.

mod collection;
mod handlers;
mod operations;
mod queries;

pub(crate) use collection::{CollectionDraft, CollectionView};
pub(crate) use handlers::routes;
pub(crate) use operations::{create, first};
