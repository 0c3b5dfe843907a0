//! Redirects: the targets that editors set for paths of the site without content of their own.
//!
//! Invariants: a path has at most one redirect; redirects form no loops, so that every chain ends; readers are sent to the end
//! of a chain directly.

mod handlers;
mod import;
mod operations;
mod path;
mod queries;
mod redirect;

pub(crate) use handlers::routes;
pub(crate) use operations::{Destination, follow};
pub(crate) use path::normal;
pub(crate) use redirect::RedirectDraft;
