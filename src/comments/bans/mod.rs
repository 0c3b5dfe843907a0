//! Bans: whose comments, and comments with which words, are taken for spam at once.
//!
//! Invariants: whoever is banned is answered as everybody whose comment waits; no event names what is banned.

mod ban;
mod handlers;
mod operations;
mod queries;

pub(super) use ban::BanView;
pub(super) use handlers::routes;
pub(super) use operations::{banned_words, forget_address, of_address, signs};
