//! Spam: what speaks for it in a guest's comment, in points from 0 to 100.
//!
//! Invariants: no guest learns their points; staff see them and what they are for. What is found is no more than a reason to
//! wait or to be put aside: nothing is deleted for it.

mod checker;
mod form;
mod handlers;
mod queries;
mod score;

pub(crate) use checker::CommentCheck;
pub(super) use handlers::routes;
pub(super) use score::{Clues, SpamSign, rescore, score};
