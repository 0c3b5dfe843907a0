//! Reactions: readers' votes for comments, and their reports of them.
//!
//! Invariants: a visitor has one vote and one report per comment. Only a keyed hash is stored, which differs for each
//! comment, so that a visitor's reactions cannot be linked. Nobody can see whose reaction it was.

mod handlers;
mod operations;
mod queries;
mod report;
mod visitor;
mod votes;

pub(super) use handlers::routes;
pub(super) use report::{Report, ReportView};
