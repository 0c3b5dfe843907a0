//! Reactions: readers vote for comments, and report what does not belong there.
//!
//! Invariants: one visitor has one vote and one report of a comment; what is kept of them is a keyed hash that is another for
//! each comment, so that nobody can tell what else they voted for; nobody is told whose reaction it was.

mod handlers;
mod operations;
mod queries;
mod report;
mod visitor;
mod votes;

pub(super) use handlers::routes;
pub(super) use report::{Report, ReportView};
