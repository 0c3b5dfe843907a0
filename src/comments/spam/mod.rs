//! Spam: scores guests' comments from 0 to 100 points.
//!
//! Invariants: guests never learn their score; staff see the score and its signs. A score can only hold a comment
//! back or mark it as spam; it never deletes a comment.

mod checker;
mod form;
mod handlers;
mod queries;
mod score;
mod verdict;

pub(crate) use checker::CommentCheck;
pub(super) use handlers::routes;
pub(super) use score::{FormSignals, SpamSignal, rescore, score};
pub(super) use verdict::verdict;
