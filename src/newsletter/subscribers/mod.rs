//! Subscribers: who gets the newsletter, or asked to; files of them, read and written.
//!
//! Invariants: only editors and administrators see addresses; no cell of a file that is written begins what a spreadsheet
//! would take for a formula; of a file that is read, all is taken or nothing.

mod export;
mod handlers;
mod import;
mod operations;
mod queries;
mod subscriber;

pub(super) use handlers::routes;
pub(super) use operations::{confirm, let_go, make_pending, revise, stop, unsubscribe};
pub(super) use queries::{forget_pending, list_ids, look_up, look_up_by_email};
pub(super) use subscriber::{Subscriber, SubscriberId, SubscriberStatus};
