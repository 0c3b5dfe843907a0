//! Comments: what readers say under articles, how it is threaded, and who lets it through.
//!
//! Invariants: readers get only what is `shown`, which is approved beneath nothing but approved comments of a published
//! article; the counts of comments and replies change in the transaction that changes what is shown; the public types
//! have no place for an e-mail address, an IP address or a token, and below moderator nobody can ask for one.

mod bans;
mod changes;
mod comment;
mod draft;
mod erasure;
mod handlers;
mod moderation;
mod notices;
mod pinned;
mod policy;
mod posting;
mod queries;
mod queue;
mod reactions;
mod removal;
mod spam;
mod texts;
mod threads;

pub(crate) use comment::CommentView;
pub(crate) use draft::CommentRevisionDraft;
pub(crate) use handlers::routes;
pub(crate) use moderation::moderate;
pub(crate) use notices::{CommentMail, forget_sent};
pub(crate) use posting::{Poster, create};
pub(crate) use queries::gone;
pub(crate) use spam::CommentCheck;
pub(crate) use threads::list;
