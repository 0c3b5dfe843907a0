//! Reactions: readers' votes for comments, and their reports of them.
//!
//! Invariants: a visitor has one vote and one report per comment. Only keyed hashes of the visitor are stored. The hashes
//! differ for each comment, so that a visitor's reactions cannot be linked. Nobody can see who sent a reaction.

mod handlers;
mod operations;
mod queries;
mod report;
mod visitor;
mod votes;

pub(super) use handlers::routes;
pub(super) use report::{Report, ReportView};
