//! Newsletter lists, which readers can subscribe to.
//!
//! Invariant: readers cannot find out whether a list that is not public exists, unless they are on it.

mod handlers;
mod list;
mod operations;
mod queries;

pub(super) use handlers::routes;
pub(crate) use list::ListDraft;
pub(super) use list::{ListCard, ListId, ListView, NewsletterList};
pub(crate) use operations::create;
pub(super) use queries::{all, defaults, find_public_reference, find_reference};
