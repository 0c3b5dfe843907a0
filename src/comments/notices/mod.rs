//! Notices: mails to those who asked to hear of replies, and to those who look after comments.
//!
//! Invariants: no word of a guest is in a mail to another, since nobody has confirmed whose address it is; an address gets one such
//! mail an hour at most, and none once its owner has refused, with one click (RFC 8058); only replies that readers see are
//! told of, each once, also those that come back with the comment that hid them; a moderator gets one digest an hour at most, and only who asked for it.

mod delivery;
mod digest;
mod handlers;
mod letters;
mod operations;
mod queries;
mod tokens;

pub(crate) use delivery::CommentMail;
pub(super) use handlers::routes;
pub(super) use operations::{forget_address, has_refused, tell_author_of_parent, tell_authors_of_parents, tell_desk};
pub(crate) use queries::forget_sent;
pub(super) use queries::forget_unsent;
