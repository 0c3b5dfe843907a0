//! Bans: email addresses, networks and words whose comments are stored as spam.
//!
//! Invariants: banned authors get the same response as authors whose comment is pending. No event contains the banned value.

mod ban;
mod handlers;
mod operations;
mod queries;

pub(super) use ban::BanView;
pub(super) use handlers::routes;
pub(crate) use operations::is_deleted;
pub(super) use operations::{banned_words, forget_address, of_address, signs};
