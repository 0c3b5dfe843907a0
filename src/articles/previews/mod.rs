//! Previews: unpublished content in the public view, for people with a token.
//!
//! Invariants: a token is shown once and stored as a hash. It opens one article or the site, until it expires or is revoked, and
//! only as long as its creator may read the same content. Responses to requests with a token are never cached, and tell search
//! engines not to index them. An invalid token gets the same response as an article that does not exist.

mod handlers;
mod operations;
mod preview;
mod queries;
mod reading;
mod simulation;

pub(crate) use handlers::{Previewed, answer_page};
pub(super) use handlers::{answer_article, answer_list, routes};
pub(crate) use queries::forget_expired;
