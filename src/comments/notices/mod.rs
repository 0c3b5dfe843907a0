//! Notices: emails to authors who asked for replies, and to moderators.
//!
//! Invariants: an email about replies contains no text of a guest, because email addresses are not confirmed. An email
//! address gets at most one such email an hour, and none after its owner has unsubscribed with one click (RFC 8058).
//! Only published replies are announced, each once. This includes replies that become visible together with a comment
//! above them. A moderator gets at most one digest an hour, and only on request.

mod delivery;
mod digest;
mod handlers;
mod letters;
mod operations;
mod queries;
mod tokens;

pub(crate) use delivery::CommentMail;
pub(super) use handlers::routes;
pub(super) use operations::{forget_address, has_refused, notify_author_of_parent, notify_authors_of_parents, notify_moderators};
pub(crate) use queries::forget_sent;
pub(super) use queries::forget_unsent;
