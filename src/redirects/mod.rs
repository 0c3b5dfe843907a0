//! Redirects: where paths of the site lead to that nothing stands at any more, as editors say.
//!
//! Invariants: a path leads to one place at most; no way leads back to where it began, so that every way has an end;
//! readers are told that end and nothing else.

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
