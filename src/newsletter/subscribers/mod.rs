//! Subscribers, and their import and export as files.
//!
//! Invariants: only editors and administrators see email addresses. No cell of an exported file starts like a
//! spreadsheet formula. An import takes the whole file or nothing.

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
