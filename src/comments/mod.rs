//! Comments: readers' comments on articles, their threads and their moderation.
//!
//! Invariants: readers get only comments that are `shown`: approved, beneath approved comments only, on a published
//! article. The counts of comments and replies change in the same transaction as the visibility. The public types
//! have no member for an email address, an IP address or a token, and users below moderator cannot filter by one. Each
//! comment has one moderation record, which readers' queries never read.

mod bans;
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
mod record;
mod removal;
mod spam;
mod texts;
mod threads;
mod visibility;

pub(crate) use bans::is_deleted as is_ban_deleted;
pub(crate) use comment::CommentView;
pub(crate) use draft::CommentRevisionDraft;
pub(crate) use handlers::routes;
pub(crate) use moderation::moderate;
pub(crate) use notices::{CommentMail, forget_sent};
pub(crate) use posting::{Poster, create};
pub(crate) use queries::deleted;
pub(crate) use spam::CommentCheck;
pub(crate) use threads::list;
