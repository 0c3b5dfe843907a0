//! Rankings of articles by the number of views.
//!
//! Invariants: neither IP addresses nor data from which they could be derived are stored. Counting a view causes no write in the
//! request: views are collected in memory and stored together. A ranking covers only minutes that are over, so its pages stay
//! consistent.

mod handlers;
mod queries;
mod views;
mod window;

pub(crate) use handlers::routes;
pub(crate) use queries::prune;
pub(crate) use queries::{most_read, page};
pub(crate) use views::{Views, write_down};
pub(crate) use window::Window;
