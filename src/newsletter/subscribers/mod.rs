//! Subscribers: who gets the newsletter, or asked to; files of them, read and written.
//!
//! Invariants: only editors and administrators see addresses; no cell of a file that is written begins what a spreadsheet
//! would take for a formula; of a file that is read, all is taken or nothing.

mod export;
mod handlers;
mod import;
mod operations;
mod queries;
mod rows;
mod subscriber;

pub(super) use handlers::routes;
pub(super) use operations::{confirm, erase_by_email, let_go, make_pending, read_by_email, revise, stop, unsubscribe};
pub(super) use queries::{forget_pending, list_ids, look_up, look_up_by_email};
pub(crate) use subscriber::SubscriberView;
pub(super) use subscriber::{Subscriber, SubscriberId, SubscriberStatus};
