//! Trending: which articles are read most.
//!
//! Invariants: no address is kept, nor anything that it could be found by; a view costs a reader's request no write, since
//! views wait in memory and are written down together; a ranking is made of minutes that are over, so that it stays as it
//! is however often its pages are turned.

mod handlers;
mod queries;
mod views;
mod window;

pub(crate) use handlers::routes;
pub(crate) use queries::prune;
pub(crate) use queries::{most_read, page};
pub(crate) use views::{Views, write_down};
pub(crate) use window::Window;
