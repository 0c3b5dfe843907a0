//! Previews: what is not public yet, in the public shape, for whoever holds a token.
//!
//! Invariants: a token is shown once and kept as a hash; it opens one article or the site, until it ends or is revoked, and
//! only as long as whoever made it may read the same themselves; an answer to it is in no cache and in no search engine;
//! a token that opens nothing is answered like an article that there is not.

mod handlers;
mod operations;
mod preview;
mod queries;
mod reading;
mod simulation;

pub(crate) use handlers::{Previewed, answer_page};
pub(super) use handlers::{answer_article, answer_list, routes};
pub(crate) use queries::forget_the_expired;
